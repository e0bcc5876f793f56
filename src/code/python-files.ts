// The files that a model in Python is made of, found without running them.
import { existsSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import { readBytes, shownPath } from "../files.ts";
import { type CodeFiles, LARGEST_CODE, MOST_FILES, realPath, sha256 } from "./javascript-files.ts";

/** A file as Python names it. */
interface Module {
  /** Its names from a root's on: `nets.layers` has two. */
  readonly names: readonly string[];
  readonly path: string;
  readonly isPackage: boolean;
}

/**
 * The model's file, and every file that it imports from the user's side, in turn: from its own folder (or, for a file of a
 * package, from the folder that holds the package), and from folders of PYTHONPATH. What is imported otherwise is refused
 * when the file is loaded, unless it is installed. The hash is of the files and of their names as modules. Throws
 * UsageError for a file that can't be read, by the name `source`.
 */
export function pythonFiles(
  model: { readonly name: string; readonly file: string },
  {
    source = `model ${model.name}: ${shownPath(model.file)}`,
    pythonPath = process.env.PYTHONPATH ?? "",
  }: { readonly source?: string; readonly pythonPath?: string } = {},
): CodeFiles {
  const first = moduleAt(realPath(model.file) ?? model.file);
  const odd = first.names.find((name) => name.includes("."));
  if (odd !== undefined)
    throw new UsageError(
      `${source}: Python can't import a file or a package named '${odd}': a dot parts names; rename it`,
    );
  const roots = [first.root, ...pythonPath.split(delimiter).flatMap((folder) => (folder && realPath(folder)) || [])];
  const hashes = new Map<string, { readonly sha256: string; readonly names: readonly string[] }>();
  const modules = new Set<string>();
  const visit = (module: Module, name: string) => {
    if (hashes.has(module.path)) return;
    const bytes = readBytes(module.path, { source: name, most: LARGEST_CODE });
    hashes.set(module.path, { sha256: sha256(bytes), names: module.names });
    if (hashes.size > MOST_FILES) throw new UsageError(`${source}: imports more than ${MOST_FILES} files`);
    const imported = importsIn(bytes.toString("utf8")).map((names) => absolute(names, module));
    for (const [first] of imported.map((names) => names ?? [])) if (first !== undefined) modules.add(first);
    for (const names of [module.names.slice(0, -1), ...imported])
      for (const found of modulesOn(names ?? [], roots)) visit(found, `model ${model.name}: ${shownPath(found.path)}`);
  };
  visit(first, source);
  const files = Array.from(hashes, ([path, { sha256 }]) => ({ path, sha256 }));
  return { sha256: identity([...hashes.values()]), files, packages: [], modules };
}

/** The module that a file is, with the folder that its name starts in: that above the packages that it lies in. */
function moduleAt(path: string): Module & { readonly root: string } {
  const names = [basename(path, ".py")];
  let root = dirname(path);
  for (; existsSync(join(root, "__init__.py")) && root !== dirname(root); root = dirname(root))
    names.unshift(basename(root));
  return { names, path, isPackage: false, root };
}

/** The names of what `module` imports from a root on; undefined if there are fewer packages around it than dots. */
function absolute(names: readonly string[], { names: own, isPackage }: Module): readonly string[] | undefined {
  const dots = names.findIndex((name) => name !== ".");
  const levels = dots === -1 ? names.length : dots;
  if (levels === 0) return names;
  const around = isPackage ? own.length : own.length - 1;
  if (levels > around) return undefined;
  return [...own.slice(0, around - levels + 1), ...names.slice(levels)];
}

/** The files that Python runs to import `names`: of each package on the way and of the module, as far as there are some. */
function modulesOn(names: readonly string[], roots: readonly string[]): Module[] {
  const root =
    roots.find((one) => isModule(join(one, names[0] ?? ""))) ??
    roots.find((one) => isFolder(join(one, names[0] ?? "")));
  if (root === undefined || names.length === 0) return [];
  const found: Module[] = [];
  let at = root;
  for (const [i, name] of names.entries()) {
    at = join(at, name);
    const initial = join(at, "__init__.py");
    const isPackage = existsSync(initial);
    if (!isPackage && existsSync(`${at}.py`))
      return [...found, { names: names.slice(0, i + 1), path: real(`${at}.py`), isPackage }];
    if (isPackage) found.push({ names: names.slice(0, i + 1), path: real(initial), isPackage });
    else if (!isFolder(at)) break;
  }
  return found;
}

function isModule(path: string): boolean {
  return existsSync(`${path}.py`) || existsSync(join(path, "__init__.py"));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function real(path: string): string {
  return realPath(path) ?? path;
}

/** The file's own hash if there is one; else of all, with their names as modules. */
function identity(files: readonly { readonly sha256: string; readonly names: readonly string[] }[]): string {
  if (files.length === 1) return files[0]?.sha256;
  return sha256(
    files
      .map(({ sha256, names }) => `${sha256} ${names.join(".")}`)
      .sort()
      .join("\n"),
  );
}

/** An `import` or `from ... import` at the start of a statement, up to the end of its names. */
const IMPORT =
  /(?:^|[;:])[ \t]*(?:import[ \t]+(?<modules>[^\n;#]+)|from[ \t]*(?<dots>[. \t]*)(?<from>[\p{XID_Continue}.]*)[ \t]+import[ \t]*(?<names>\([^)]*\)|[^\n;#(]+))/gmu;

/**
 * What a Python file may import, each as a list of names: `import a.b` is [a, b]; `from ..a import b` is [., ., a, b], and
 * b may be a module or not. Text that looks like an import is taken for one, wherever it stands.
 */
export function importsIn(text: string): string[][] {
  const lines = text.replaceAll(/\\\r?\n/g, " ");
  return Array.from(lines.matchAll(IMPORT), ({ groups = {} }) => {
    const { modules, dots = "", from = "", names = "" } = groups;
    if (modules !== undefined) return listed(modules).map((module) => module.split("."));
    const source = [...dots.replaceAll(/\s/g, ""), ...from.split(".").filter((name) => name !== "")];
    return [source, ...listed(names).map((name) => [...source, name])];
  }).flat();
}

/** The names in `(a, b as c,  # why` and the like. */
function listed(text: string): string[] {
  return text
    .replaceAll(/#.*$|[()]/gm, "")
    .split(",")
    .flatMap((item) => /^\s*([\p{XID_Continue}.]+)/u.exec(item)?.[1] ?? []);
}
