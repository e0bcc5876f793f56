// Marks in the pages that name where numbers come from: `<!-- = means("results/paper") -->` after a paragraph, an item, a
// table or a block of code. The mark is an expression of functions in committed.ts, committed-methods.ts, committed-real.ts and committed-regimes.ts; its
// values must be in the text before. Those of `<!-- research = ... -->` are in research/test.
import * as results from "./committed.ts";
import * as methods from "./committed-methods.ts";
import * as real from "./committed-real.ts";
import * as regimes from "./committed-regimes.ts";

const COMMITTED = { ...results, ...methods, ...real, ...regimes };

/** A mark and the text before it. */
export interface Block {
  /** The text's first line in its page, from 1. */
  readonly line: number;
  readonly text: string;
  readonly query: string;
}

/** The marks of a page that begin with `sign`, each with its text. */
export function blocksOf(page: string, sign = "="): Block[] {
  return [...page.matchAll(new RegExp(`^ *<!-- ${sign} (.*?) -->`, "gms"))].map((match) => {
    const before = page.slice(0, match.index).trimEnd().split("\n");
    const first = firstLine(before);
    return {
      line: first + 1,
      text: before.slice(first).join("\n"),
      query: match[1].replace(/\s+/g, " "),
    };
  });
}

/** Where the last paragraph, item, table or block of code of some lines begins. */
function firstLine(lines: readonly string[]): number {
  const last = lines.length - 1;
  if (lines[last] === "```") return lines.slice(0, last).findLastIndex((line) => line.startsWith("```"));
  let first = last;
  while (first > 0 && !isItem(lines[first]) && !isEnd(lines[first - 1])) first--;
  return first;
}

const isItem = (line = "") => /^ *(-|\d+\.) /.test(line);
const isEnd = (line = "") => line.trim() === "" || line.trimEnd().endsWith("-->");

const NUMBER = /(?<![\w.]|\d,)-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e-?\d+)?(?!\w|[.,]\d)/g;
const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...given: unknown[]) => Promise<unknown>;

/** What a block lacks, in words: the first value of its mark that is not in the text after the one before. */
export async function missing({ text, query }: Block, functions: object = COMMITTED): Promise<string | undefined> {
  const names = Object.keys(functions);
  const given = [await new AsyncFunction(...names, `return [${query}]`)(...Object.values(functions))].flat(9);
  const values = (await Promise.all(given)).flat(9);
  if (values.length === 0) return "expected a mark with values, got none";
  let at = 0;
  for (const value of values) {
    const end = typeof value === "string" ? endOfText(text, value, at) : endOfNumber(text, value as number, at);
    if (end === undefined) return `expected ${value} in: ${text.slice(at)}`;
    at = end;
  }
  return undefined;
}

function endOfText(text: string, value: string, from: number): number | undefined {
  const at = text.toLowerCase().indexOf(value.toLowerCase(), from);
  return at === -1 ? undefined : at + value.length;
}

/** Where the first number after `from` ends that is this one, as exact as it is printed. */
function endOfNumber(text: string, value: number, from: number): number | undefined {
  const found = [...text.slice(from).matchAll(NUMBER)].find(([printed]) => {
    const digits = printed.replaceAll(",", "");
    const [mantissa, exponent = "0"] = digits.split("e") as [string, string?];
    const unit = 10 ** (Number(exponent) - (mantissa.split(".")[1] ?? "").length);
    return Math.abs(Number(digits) - value) <= unit * (0.5 + 1e-9);
  });
  return found && from + found.index + found[0].length;
}
