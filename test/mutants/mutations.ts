import { parseSync } from "vite";

/** A change of a source file: `replacement` for what lies from `start` to `end`. */
interface Mutation {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Every single change of a TypeScript file that its tests should notice. Types, imports and texts stay as they are. */
export function mutationsOf(code: string): Mutation[] {
  const { program, errors } = parseSync("source.ts", code, { lang: "ts" });
  if (errors.length > 0) throw new Error(`can't be parsed: ${errors[0]?.message}`);
  const mutations: Mutation[] = [];
  const visit = (node: Node): void => {
    if (isType(node) || node.type === "ImportDeclaration") return;
    const replacements = REPLACEMENTS[node.type]?.(node, (part) => code.slice(part.start, part.end)) ?? [];
    mutations.push(...replacements.map((replacement) => ({ start: node.start, end: node.end, replacement })));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(program as unknown as Node);
  return mutations;
}

/** Wrappers of an expression are no types. */
const WRAPPERS = ["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"];

function isType({ type }: Node): boolean {
  return type.startsWith("TS") && !WRAPPERS.includes(type);
}

function childrenOf(node: Node): Node[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === "key" && !node.computed) return [];
    return [value].flat().filter((one): one is Node => typeof (one as Node | null)?.type === "string");
  });
}

type Text = (node: Node) => string;

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  ...{ "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "===": ["!=="], "!==": ["==="] },
  ...{ "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"], "**": ["*"] },
  ...{ "<<": [">>"], ">>": ["<<"], ">>>": ["<<"], "&": ["|"], "|": ["&"], "^": ["&"] },
  ...{ "&&": ["||"], "||": ["&&"], "??": ["&&"] },
};

const ASSIGNMENTS: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "??=": "=" };

/** Methods and functions, each with another that takes the same arguments. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ some: "every", every: "some", min: "max", max: "min", floor: "ceil", ceil: "floor" },
  ...{ POSITIVE_INFINITY: "NEGATIVE_INFINITY", NEGATIVE_INFINITY: "POSITIVE_INFINITY" },
  ...{ startsWith: "endsWith", endsWith: "startsWith" },
};

/** Methods whose call gives something like their object: the object takes its place. */
const PASSING = ["filter", "sort", "toSorted", "reverse", "toReversed", "slice", "subarray", "trim", "concat"];

const REPLACEMENTS: Readonly<Record<string, (node: Node, text: Text) => string[]>> = {
  BinaryExpression: operators,
  LogicalExpression: operators,
  AssignmentExpression: (node, text) => {
    const other = ASSIGNMENTS[node.operator as string];
    return other ? [`${text(node.left as Node)} ${other} ${text(node.right as Node)}`] : [];
  },
  UnaryExpression: (node, text) =>
    ["!", "-", "~"].includes(node.operator as string) ? [text(node.argument as Node)] : [],
  UpdateExpression: (node, text) => {
    const [sign, operand] = [node.operator === "++" ? "--" : "++", text(node.argument as Node)];
    return [node.prefix ? `${sign}${operand}` : `${operand}${sign}`];
  },
  Literal: ({ value }) => {
    if (typeof value === "boolean") return [String(!value)];
    return typeof value === "number" ? [String(Number.isInteger(value) ? value + 1 : value * 1.5)] : [];
  },
  ConditionalExpression: (node, text) => [
    `(${text(node.test as Node)}) ? (${text(node.alternate as Node)}) : (${text(node.consequent as Node)})`,
  ],
  IfStatement: (node, text) => [true, false].map((always) => withTest(node, `${always}`, text)),
  WhileStatement: (node, text) => [withTest(node, "false", text)],
  MemberExpression: ({ object, property, computed, optional }, text) => {
    const other = NAMES[text(property as Node)];
    return other && !computed ? [`${text(object as Node)}${optional ? "?." : "."}${other}`] : [];
  },
  CallExpression: ({ callee }, text) => {
    const { type, object, property } = callee as Node;
    const passing = type === "MemberExpression" && PASSING.includes(text(property as Node));
    return passing ? [text(object as Node)] : [];
  },
  ExpressionStatement: () => [";"],
  ThrowStatement: () => [";"],
  ContinueStatement: () => [";"],
  BreakStatement: () => [";"],
};

function operators(node: Node, text: Text): string[] {
  const [left, right] = [node.left, node.right] as [Node, Node];
  if (node.operator === "+" && [left, right].some(isText)) return [];
  return (OPERATORS[node.operator as string] ?? []).map((other) => `(${text(left)}) ${other} (${text(right)})`);
}

function isText({ type, value }: Node): boolean {
  return type === "TemplateLiteral" || typeof value === "string";
}

/** An `if` or `while` with another test. */
function withTest(node: Node, test: string, text: Text): string {
  const [whole, { start, end }] = [text(node), node.test as Node];
  return `${whole.slice(0, start - node.start)}${test}${whole.slice(end - node.start)}`;
}
