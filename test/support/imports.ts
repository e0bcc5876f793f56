import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** What each file imports: files as paths from the repository's root, packages by name. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** What the files of each folder may import: folders and scopes of packages. */
export type Permissions = ReadonlyMap<string, readonly string[]>;

/** The TypeScript files under `folder` and what they import: types, lazy imports and workers too. */
export function importsUnder(folder: string, exclude: readonly string[] = []): Map<string, string[]> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const files = names.map((name) => join(folder, name)).filter((file) => !exclude.some((one) => file.startsWith(one)));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(file, "utf8"))]));
}

/** The imports in a file's text. */
export function importsOf(file: string, text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const named = [...code.matchAll(/\b(?:from|import)\s*\(?\s*"([^"$]+)"/g)].map(([, name]) => name as string);
  const workers = [...code.matchAll(/startWorker\(import\.meta\.url, "([^"]+)"/g)].map(([, name]) => `./${name}.ts`);
  return [...named, ...workers]
    .filter((name) => !name.startsWith("node:"))
    .map((name) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name));
}

/** The table of folders in CONTRIBUTING.md: its rows begin with `src/...`, its last column is what they may import. */
export function permissionsIn(markdown: string): Map<string, string[]> {
  const permissions = new Map<string, string[]>();
  for (const line of markdown.split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    const folder = /^`(src\/[a-z/]+)`$/.exec(cells[1] ?? "")?.[1];
    if (folder === undefined) continue;
    const named = [...(cells.at(-2) ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
    const paths = named.map((name) => (name.startsWith("@") ? name : `src/${name}`));
    permissions.set(folder, cells.at(-2)?.includes("everything above") ? [...permissions.keys(), ...paths] : paths);
  }
  return permissions;
}

/** Every import that the table forbids, as `from -> to`. */
export function forbidden(imports: Imports, permissions: Permissions): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => !isAllowed(file, target, permissions)).map((target) => `${file} -> ${target}`),
  );
}

const PUBLIC_FACE = "src/index.ts";

function isAllowed(file: string, target: string, permissions: Permissions): boolean {
  if (target === PUBLIC_FACE) return false;
  if (file === PUBLIC_FACE) return true;
  const allowed = permissions.get(dirname(file)) ?? [];
  if (!target.startsWith("src/")) return !target.startsWith("@tensorflow/") || allowed.includes("@tensorflow");
  const folder = dirname(target);
  return folder === dirname(file) || folder === "src" || allowed.includes(folder);
}

/** A circle of files that import each other, the first one twice; undefined where there is none. */
export function circleIn(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const target of imports.get(file) ?? []) {
      const circle = visit(target);
      if (circle) return circle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file);
    if (circle) return circle;
  }
  return undefined;
}
