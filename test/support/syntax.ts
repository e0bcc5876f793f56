/** A node of the syntax tree that vite's `parseAst` gives. */
export type SyntaxNode = { readonly type: string; readonly start: number; readonly end: number } & Record<
  string,
  unknown
>;

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value;
}

/** A text that is known before the program runs. */
export function literal(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  const [only, ...others] = (node.quasis ?? []) as { value: { cooked: string } }[];
  return only && others.length === 0 ? only.value.cooked : undefined;
}

/** How a file's text is parsed. */
export function langOf(file: string): "dts" | "tsx" | "ts" {
  if (file.endsWith(".d.ts")) return "dts";
  return file.endsWith("x") ? "tsx" : "ts";
}
