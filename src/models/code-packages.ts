// Packages that a model in JavaScript imports: they count by name and version.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";

export interface CodePackage {
  readonly name: string;
  readonly version: string;
  /** Absolute, without links. */
  readonly folder: string;
  /** Whether node_modules only links to it: then its files may change and its version stay. */
  readonly isLink: boolean;
}

/** The package that `specifier`, such as `@scope/name/part.js`, means in a module of `folder`; undefined if there is none. */
export function packageAt(specifier: string, folder: string): CodePackage | undefined {
  const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "node_modules", name);
    if (existsSync(join(path, "package.json"))) return packageIn(path);
    if (at === dirname(at)) return undefined;
  }
}

/** A package and all that it depends on, as far as that is installed. */
export function withDependencies(first: CodePackage): CodePackage[] {
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
