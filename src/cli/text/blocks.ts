import { stripVTControlCharacters } from "node:util";
import { latexText } from "../../text.ts";
import type { Output } from "../command.ts";
import { isRight, markdownTable, markdownText, type Rows, table, wrapped } from "./table.ts";

/** A part of what a command prints: a table or a list, words before and after it, and a command to be copied. */
export interface Block {
  readonly before?: string;
  readonly rows?: readonly (readonly string[])[];
  /** Heads of columns that a narrow terminal does not show, the first to be left out first. */
  readonly lean?: readonly string[];
  readonly items?: readonly string[];
  readonly after?: string;
  readonly command?: string;
}

/** How much a line holds. */
export interface Room {
  /** Most characters of a line of words. */
  readonly words: number;
  /** Most characters of a table's line. */
  readonly table: number;
}

const WIDTH = 80;

/** A terminal has its width, a file or a pipe 80 columns, and tables of any width. */
export function roomOf({ isTTY = false, columns: told }: Pick<Output, "isTTY" | "columns">): Room {
  const columns = told || WIDTH; // a terminal whose size nobody has set has 0
  return isTTY
    ? { words: Math.min(WIDTH, columns), table: columns }
    : { words: WIDTH, table: Number.POSITIVE_INFINITY };
}

/** Blocks as text, with an empty line between two of them. */
export function blocksText(blocks: readonly Block[], room: Room): string {
  const words = (text: string) => text.split("\n").map((line) => wrapped(line, room.words));
  return blocks
    .map(({ before, rows, lean, items = [], after, command }) => {
      const lines = [before, after].map((text) => (text === undefined ? [] : words(text)));
      const [first = [], last = []] = lines.map((some) => some.map((line) => `${line}\n`));
      const list = items.map((item) => `${wrapped(item, room.words, 2)}\n`);
      return [
        ...first,
        rows ? table(rows, room.table, lean) : "",
        ...list,
        ...last,
        command ? `${command}\n` : "",
      ].join("");
    })
    .join("\n");
}

/** Blocks as Markdown: each line of words is a paragraph, a command a block of code. */
export function blocksMarkdown(blocks: readonly Block[]): string {
  const words = (text: string | undefined) =>
    text === undefined ? [] : text.split("\n").map((line) => `${markdownText(line)}\n`);
  return blocks
    .flatMap(({ before, rows, items = [], after, command }) => [
      ...words(before),
      ...(rows ? [markdownTable(rows)] : []),
      ...(items.length > 0 ? [items.map((item) => `- ${markdownText(item)}\n`).join("")] : []),
      ...words(after),
      ...(command ? [`\`\`\`\n${command}\n\`\`\`\n`] : []),
    ])
    .join("\n");
}

/** Blocks for a paper: tables as LaTeX with the package booktabs, everything else as comments. */
export function blocksLatex(blocks: readonly Block[]): string {
  const texts = blocks.map(({ before, rows, items = [], after, command }) =>
    [comments(before), rows ? latexTable(rows) : "", ...items.map(comments), comments(after), comments(command)].join(
      "",
    ),
  );
  return ["% \\usepackage{booktabs}\n", ...texts].join("\n");
}

function comments(text: string | undefined): string {
  const lines = text === undefined ? [] : text.split("\n");
  return lines.map((line) => `% ${stripVTControlCharacters(line)}\n`).join("");
}

/** Columns of bars are left out: LaTeX's fonts don't have them. */
function latexTable(rows: Rows): string {
  const [header = [], ...body] = rows;
  const columns = header.map((_, c) => c).filter((c) => !body.some((row) => /[▁-█●]/.test(row[c] ?? "")));
  const line = (row: readonly string[]) => `${columns.map((c) => latexCell(row[c] ?? "")).join(" & ")} \\\\\n`;
  const sides = columns.map((c) => (isRight(body, c) ? "r" : "l")).join("");
  const lines = [line(header), "\\midrule\n", ...body.map(line)].join("");
  return `\\begin{tabular}{${sides}}\n\\toprule\n${lines}\\bottomrule\n\\end{tabular}\n`;
}

/** A cell's text; a hyphen before a number is a minus. The first cell's `[` would be an option of `\\`. */
function latexCell(text: string): string {
  return latexText(stripVTControlCharacters(text).trim())
    .replaceAll(/(?<![\w.])-(?=[\d.])/g, "$-$")
    .replace(/^-$/, "--")
    .replace(/^\[/, "{[}");
}
