import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseAst } from "vite";
import { isNode, langOf, literal, type SyntaxNode } from "./syntax.ts";

/** The names that a file exports, and those that it imports of other files: `src/a/b.ts#name`, `src/a/b.ts#*` for all. */
export interface Names {
  readonly exported: readonly string[];
  readonly imported: readonly string[];
}

/** The names of each file of code under the folders, by the files' paths. */
export function namesUnder(...folders: readonly string[]): Map<string, Names> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !name.includes("node_modules"))
      .map((name) => join(folder, name)),
  );
  return new Map(files.map((file) => [file, namesIn(file, readFileSync(file, "utf8"))]));
}

/** `import("./b.ts").Name`, of types and in the comments of a page's scripts. */
const TYPE_IMPORT = /import\("([^"]+)"\)\.(\w+)/g;

/** The names in a file's text. */
export function namesIn(file: string, code: string): Names {
  const exported: string[] = [];
  const imported: string[] = [];
  const visit = (value: unknown, parents: readonly SyntaxNode[]): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, parents);
    if (!isNode(value)) return;
    exported.push(...exportsAt(value));
    imported.push(...importsAt(value, parents).map((name) => `${placeOf(file, literal(value.source))}#${name}`));
    for (const child of Object.values(value)) visit(child, [value, ...parents]);
  };
  visit(parseAst(code, { lang: langOf(file) }), []);
  for (const [, source, name] of code.matchAll(TYPE_IMPORT)) imported.push(`${placeOf(file, source)}#${name}`);
  return { exported, imported };
}

/** Exports of the files that none of the files that `by` takes imports. */
export function unused(files: readonly string[], names: ReadonlyMap<string, Names>, by: (file: string) => boolean) {
  const used = new Set([...names].flatMap(([file, { imported }]) => (by(file) ? imported : [])));
  const exported = files.flatMap((file) => names.get(file)?.exported.map((name) => [file, name]) ?? []);
  return exported
    .filter(([file, name]) => !used.has(`${file}#*`) && !used.has(`${file}#${name}`))
    .map((one) => one.join("#"));
}

function exportsAt(node: SyntaxNode): string[] {
  if (node.type === "ExportDefaultDeclaration") return ["default"];
  if (node.type !== "ExportNamedDeclaration") return [];
  const specifiers = (node.specifiers as SyntaxNode[]).map(({ exported }) => nameOf(exported));
  return [...specifiers, ...(isNode(node.declaration) ? declaredBy(node.declaration) : [])];
}

function declaredBy(declaration: SyntaxNode): string[] {
  const many = declaration.declarations as SyntaxNode[] | undefined;
  return (many ?? [declaration]).flatMap(({ id }) => namesOfPattern(id));
}

/** The names that a piece of syntax imports of its source. */
function importsAt(node: SyntaxNode, [parent, grandparent]: readonly SyntaxNode[]): string[] {
  switch (node.type) {
    case "ImportDeclaration":
      return (node.specifiers as SyntaxNode[]).map(({ type, imported }) =>
        type === "ImportSpecifier" ? nameOf(imported) : type === "ImportDefaultSpecifier" ? "default" : "*",
      );
    case "ExportNamedDeclaration":
      return node.source ? (node.specifiers as SyntaxNode[]).map(({ local }) => nameOf(local)) : [];
    case "ExportAllDeclaration":
      return ["*"];
    case "ImportExpression":
      return parent?.type === "AwaitExpression" ? awaited(grandparent) : ["*"];
    default:
      return [];
  }
}

/** `const { a, b } = await import(...)` and `(await import(...)).a` name what they take; anything else takes all. */
function awaited(around: SyntaxNode | undefined): string[] {
  if (around?.type === "VariableDeclarator" && isNode(around.id) && around.id.type === "ObjectPattern")
    return (around.id.properties as SyntaxNode[]).map(({ key }) => nameOf(key));
  if (around?.type === "MemberExpression") return [nameOf(around.property)];
  return ["*"];
}

function namesOfPattern(id: unknown): string[] {
  const { type, properties } = id as SyntaxNode;
  if (type === "ObjectPattern") return (properties as SyntaxNode[]).flatMap(({ value }) => namesOfPattern(value));
  return [nameOf(id)];
}

function nameOf(node: unknown): string {
  const { name, value } = node as SyntaxNode;
  return String(name ?? value);
}

/** The file that a source names, from the repository's root; compiled files stand for their source. */
function placeOf(file: string, name = ""): string {
  if (!name.startsWith(".")) return name;
  return normalize(join(dirname(file), name))
    .replace(/^dist\//, "src/")
    .replace(/^(src\/.*)\.js$/, "$1.ts");
}
