import { stripVTControlCharacters } from "node:util";
import { latexText } from "../../latex-text.ts";
import type { Block } from "./blocks.ts";
import { isRight, type Rows } from "./table.ts";

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
