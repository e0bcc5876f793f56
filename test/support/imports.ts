import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseAst } from "vite";
import { isNode, langOf, literal, type SyntaxNode } from "./syntax.ts";

/**
 * What each file imports: files as paths from the repository's root; packages as `npm:zod`; Node's own modules as
 * `node:fs`, and its globals as `node:process`; code whose name is made at run time as `computed:<text>`.
 */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** What the files of each folder may import: folders, packages, scopes of packages and `node`. */
type Permissions = ReadonlyMap<string, readonly string[]>;

/** The files under `folder` in TypeScript and C, and what they import: types, lazy imports, workers and kernels too. */
export function importsUnder(folder: string): Map<string, string[]> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(tsx?|c|h)$/.test(name));
  const files = names.map((name) => join(folder, name));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(file, "utf8"))]));
}

const isC = (file: string) => /\.[ch]$/.test(file);

/** The imports in a file's text; in C, what it includes of its own. */
export function importsOf(file: string, code: string): string[] {
  if (isC(file))
    return [...code.matchAll(/^#include "(.*)"/gm)].map(([, name]) => normalize(join(dirname(file), name)));
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    const name = importIn(value, code);
    if (name !== undefined) found.push(placeOf(file, name));
    Object.values(value).forEach(visit);
  };
  visit(parseAst(code, { lang: langOf(file) }));
  return [...new Set(found)];
}

/** Globals that only Node has. */
const NODE_GLOBALS = ["process", "Buffer", "NodeJS", "__dirname", "__filename"];

/** What a piece of syntax imports, as it is written. */
function importIn(node: SyntaxNode, code: string): string | undefined {
  const written = (of: unknown) => code.slice((of as SyntaxNode).start, (of as SyntaxNode).end);
  const named = (of: unknown) => literal(of) ?? `computed:${written(node)}`;
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return named(node.source);
    case "ExportNamedDeclaration":
      return node.source ? named(node.source) : undefined;
    case "NewExpression": {
      const [path, base] = node.arguments as SyntaxNode[];
      return isMetaUrl(base, code) ? codeAt(path, written(node)) : undefined;
    }
    case "CallExpression": {
      const [first, second] = node.arguments as SyntaxNode[];
      const called = written(node.callee);
      if (called === "require") return named(first);
      if (called !== "startWorker" || !isMetaUrl(first, code)) return undefined;
      const worker = literal(second);
      return worker === undefined ? `computed:${written(node)}` : `./${worker}.ts`;
    }
    case "MemberExpression":
    case "TSQualifiedName":
      return globalIn(node.object ?? node.left);
    default:
      return undefined;
  }
}

function globalIn(node: unknown): string | undefined {
  const { type, name } = node as SyntaxNode;
  return type === "Identifier" && NODE_GLOBALS.includes(name as string) ? `node:${name}` : undefined;
}

function isMetaUrl(node: SyntaxNode | undefined, code: string): boolean {
  return node !== undefined && code.slice(node.start, node.end) === "import.meta.url";
}

/** `new URL(..., import.meta.url)` of code; of folders, pictures and other data it imports nothing. */
function codeAt(path: SyntaxNode | undefined, whole: string): string | undefined {
  const known = literal(path);
  if (known !== undefined) return /\.[cm]?[jt]s$/.test(known) ? known : undefined;
  const [begins] = (path?.quasis ?? []) as { value: { cooked: string } }[];
  const isData = begins !== undefined && /^(\.\.\/)+(assets|results)\//.test(begins.value.cooked);
  return isData ? undefined : `computed:${whole}`;
}

function placeOf(file: string, name: string): string {
  if (/^(node|computed):/.test(name)) return name;
  if (!name.startsWith(".")) return `npm:${name}`;
  const path = normalize(join(dirname(file), name.replace(/\?.*/, "")));
  return path.startsWith("src/") ? path.replace(/\.js$/, ".ts") : path;
}

/** The table of folders in CONTRIBUTING.md: its rows begin with `src/...` or `playground`, its last column is what they may import. */
export function permissionsIn(markdown: string): Map<string, string[]> {
  const rows = markdown.split("\n").flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const folder = /^`(src\/[a-z/]+|playground)`$/.exec(cells[1] ?? "")?.[1];
    return folder === undefined ? [] : [{ folder, may: cells.at(-2) ?? "" }];
  });
  const folders = rows.map(({ folder }) => folder);
  return new Map(
    rows.map(({ folder, may }, i) => {
      const named = [...may.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      const above = may.includes("everything above") ? folders.slice(0, i) : [];
      return [folder, [...above, ...named.map((name) => (folders.includes(`src/${name}`) ? `src/${name}` : name))]];
    }),
  );
}

/** Every import that the table forbids, as `from -> to`. */
export function forbidden(imports: Imports, permissions: Permissions): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => !isAllowed(file, target, permissions)).map((target) => `${file} -> ${target}`),
  );
}

const PUBLIC_FACE = "src/index.ts";

/** Code that is no part of src, and code that only the user knows. */
const EXCEPTIONS: Imports = new Map([
  ["src/cli/cluster/devices.ts", ["bin/mmoe.js"]], // what shards start
  ["src/report/html-page.ts", ["dist/report/drawing.js"]], // as text, in the page
  ["playground/main.tsx", ["configs/paper.yaml"]], // as values, in the page
  ["playground/losses-section.tsx", ["results/published/fig4.csv"]],
  ["playground/tasks-section.tsx", ["results/published/fig2.csv"]],
  ["src/engines/process/node-worker.ts", ["computed:import(url)"]], // users' models
  ["src/cuda/binding.ts", ["computed:require(quiet)", "computed:require(folder)"]], // TensorFlow's binding
  ["src/engines/tfjs/tf.ts", ["computed:require(backend)", "computed:require(core)"]], // optional peers
  ["src/engines/cpu/native.ts", ["computed:require(file)"]], // kernels for this processor
]);

function isAllowed(file: string, target: string, permissions: Permissions): boolean {
  if (EXCEPTIONS.get(file)?.includes(target)) return true;
  if (file === PUBLIC_FACE) return /^src\/(?!cli\/)/.test(target);
  const folder = dirname(file);
  const allowed = permissions.get(folder) ?? [];
  if (target.startsWith("node:")) return folder === "src" || allowed.includes("node");
  if (target.startsWith("npm:"))
    return allowed.some((one) => target === `npm:${one}` || target.startsWith(`npm:${one}/`));
  const to = dirname(target);
  if (target === PUBLIC_FACE || !/^(src|playground)\//.test(target)) return false;
  return to === folder || (to === "src" && !isC(file)) || allowed.includes(to);
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
