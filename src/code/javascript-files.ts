// The files that a model in JavaScript is made of, found without running them.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "es-module-lexer/js";
import { UsageError } from "../errors.ts";
import { readText, shownPath } from "../files.ts";

export interface CodeFiles {
  /**
   * SHA-256 in hexadecimal digits: of the text of the one file, or, where there are more files or packages, of all their
   * hashes with their paths from the model's file, and of the packages' names and versions.
   */
  readonly sha256: string;
  /** The model's own file is the first. */
  readonly files: readonly CodeFile[];
  /** Those that the files import, and all that these depend on. */
  readonly packages: readonly CodePackage[];
  /** Modules that files in Python import, by the first of their names. */
  readonly modules?: ReadonlySet<string>;
}

interface CodeFile {
  /** Absolute, without links: as Node names the module. */
  readonly path: string;
  readonly sha256: string;
}

/** Whose code it is, for messages. */
interface Owner {
  readonly name: string;
  readonly file: string;
}

/** An `import` of a file, with the place to tell. */
interface Import {
  readonly specifier: string;
  fail(message: string): UsageError;
}

/** Most bytes of one of a model's files, and most files. */
export const LARGEST_CODE = 1_000_000;
export const MOST_FILES = 1_000;

/**
 * The model's file, every file of the user's that it imports, and what these import in turn. Throws UsageError for a file
 * that can't be read, by the name `source`, and for imports that can't be known before the code runs, or that no model
 * may have.
 */
export function codeFiles(model: Owner, source = `model ${model.name}: ${shownPath(model.file)}`): CodeFiles {
  const [hashes, packages] = [new Map<string, string>(), new Map<string, CodePackage>()];
  const visit = (path: string, name: string) => {
    if (hashes.has(path)) return;
    const text = readText(path, { source: name, most: LARGEST_CODE });
    hashes.set(path, sha256(text));
    if (hashes.size > MOST_FILES) throw new UsageError(`${source}: imports more than ${MOST_FILES} files`);
    for (const one of importsOf(text, path, model)) {
      const found = imported(one, path);
      if (found === undefined) continue;
      if (typeof found === "string") visit(found, `model ${model.name}: ${shownPath(found)}`);
      else for (const each of withDependencies(found)) packages.set(each.folder, each);
    }
  };
  const first = realPath(model.file) ?? model.file;
  visit(first, source);
  const files = Array.from(hashes, ([path, sha256]) => ({ path, sha256 }));
  const used = [...packages.values()];
  return { sha256: identity(first, files, used), files, packages: used };
}

/** `model mine: helper.mjs:3: ...`. */
function importsOf(text: string, path: string, { name }: Owner): Import[] {
  return lexed(text, path).map(({ n: specifier, ss: start, se: end }) => {
    const line = text.slice(0, end).split("\n").length;
    const fail = (message: string) => new UsageError(`model ${name}: ${shownPath(path)}:${line}: ${message}`);
    if (specifier !== undefined) return { specifier, fail };
    const call = text.slice(start, end).replaceAll(/\s+/g, " ").slice(0, 60);
    throw fail(`${call}: which file this is must be known before the model runs; put its name in quotes`);
  });
}

/** `import`, `export ... from` and `import()`; nothing of JSON, and of what is no JavaScript: Node says why when it loads it. */
function lexed(text: string, path: string) {
  if (extname(path) === ".json") return [];
  try {
    return parse(text, path)[0].filter(({ d }) => d !== -2); // import.meta
  } catch {
    return [];
  }
}

/** The path of a user's file, a package, or nothing to hash. */
function imported({ specifier, fail }: Import, from: string): string | CodePackage | undefined {
  if (isBuiltin(specifier)) {
    if (specifier.replace(/^node:/, "") !== "module") return undefined;
    throw fail(`imports '${specifier}': code that require loads has no hash here; use import`);
  }
  if (specifier.startsWith("data:")) return undefined; // its code is in the file
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) return packageOf({ specifier, fail }, from);
  const path = realPath(fileURLToPath(new URL(specifier, pathToFileURL(from))));
  if (path === undefined) throw fail(`imports '${specifier}': no such file`);
  if (extname(path) === ".cjs" || extname(path) === ".node")
    throw fail(`imports '${specifier}': a model's files are ES modules; write it as one (.mjs)`);
  return path;
}

function packageOf({ specifier, fail }: Import, from: string): CodePackage {
  if (/^[#a-z]+:|^#/.test(specifier))
    throw fail(`imports '${specifier}': expected the path of a file, such as './layers.mjs', or a package`);
  const found = packageAt(specifier, dirname(from));
  if (found === undefined) throw fail(`imports '${specifier}': no such package; install it beside the file`);
  if (found.isLink)
    throw fail(
      `imports '${specifier}': a link to ${found.folder}; import its files by their paths, so that they count`,
    );
  return found;
}

export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The text's own hash for a model of one file: results that were made before there could be more keep their names. */
function identity(first: string, files: readonly CodeFile[], packages: readonly CodePackage[]): string {
  if (files.length === 1 && packages.length === 0) return files[0]?.sha256;
  const fromFirst = (path: string) => relative(dirname(first), path).replaceAll("\\", "/");
  const lines = [
    ...files.map(({ path, sha256 }) => `${sha256} ${fromFirst(path)}`),
    ...new Set(packages.map(({ name, version }) => `${name}@${version}`)),
  ];
  return sha256(lines.sort().join("\n"));
}

export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

interface CodePackage {
  readonly name: string;
  readonly version: string;
  /** Absolute, without links. */
  readonly folder: string;
  /** Whether node_modules only links to it: then its files may change and its version stay. */
  readonly isLink: boolean;
}

/** The package that `specifier`, such as `@scope/name/part.js`, means in a module of `folder`; undefined if there is none. */
function packageAt(specifier: string, folder: string): CodePackage | undefined {
  const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "node_modules", name);
    if (existsSync(join(path, "package.json"))) return packageIn(path);
    if (at === dirname(at)) return undefined;
  }
}

/** A package and all that it depends on, as far as that is installed. */
function withDependencies(first: CodePackage): CodePackage[] {
  const found = new Map([[first.folder, first]]);
  for (const one of found.values()) {
    for (const name of Object.keys(manifestOf(one.folder).dependencies ?? {})) {
      const next = packageAt(name, one.folder);
      if (next !== undefined) found.set(next.folder, next);
    }
  }
  return [...found.values()];
}

function packageIn(path: string): CodePackage {
  const folder = realpathSync(path);
  const { name = "", version = "" } = manifestOf(folder);
  return { name, version, folder, isLink: !folder.split(sep).includes("node_modules") };
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
