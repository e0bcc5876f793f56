import { stripVTControlCharacters } from "node:util";
import type { Output } from "../effects.ts";

const ERASE_BELOW = "\u001b[J";

/** Lines at the end of a terminal, which are drawn again and again. The cursor is below them. */
export class Frame {
  readonly #out: Output;
  #drawn: readonly string[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  /** Replaces the lines. Each should be shorter than the terminal is wide, and all of them fewer than its rows. */
  draw(lines: readonly string[]): void {
    this.#replace("", lines);
  }

  /** Writes a line above the others, where it stays. */
  log(line: string): void {
    this.#replace(`${line}\n`, this.#drawn);
  }

  #replace(above: string, lines: readonly string[]): void {
    const up = this.#height();
    const back = up === 0 ? "" : `\u001b[${up}A\r${ERASE_BELOW}`;
    this.#out.write(back + above + lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines;
  }

  /** Rows that the drawn lines take: a terminal that has become narrower wraps them. */
  #height(): number {
    const { columns = 80 } = this.#out;
    const rows = (line: string) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
    return this.#drawn.reduce((sum, line) => sum + rows(line), 0);
  }
}
