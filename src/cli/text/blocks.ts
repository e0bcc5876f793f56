import type { Output } from "../effects.ts";
import { markdownTable, table, wrapped } from "./table.ts";

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
  const words = (text: string | undefined) => (text === undefined ? [] : text.split("\n").map((line) => `${line}\n`));
  return blocks
    .flatMap(({ before, rows, items = [], after, command }) => [
      ...words(before),
      ...(rows ? [markdownTable(rows)] : []),
      ...(items.length > 0 ? [items.map((item) => `- ${item}\n`).join("")] : []),
      ...words(after),
      ...(command ? [`\`\`\`\n${command}\n\`\`\`\n`] : []),
    ])
    .join("\n");
}
