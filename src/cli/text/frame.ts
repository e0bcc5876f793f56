import cliProgress, { type MultiBar, type Options, type SingleBar } from "cli-progress";
import type { Output } from "../effects.ts";
import { type BarLine, lineWidth } from "./bar-lines.ts";

const ERASE_BELOW = "\u001b[J";

/** Lines at the end of a terminal, which are drawn again and again by cli-progress. The cursor is in the last one. */
export class Frame {
  readonly #out: Output;
  #multi: MultiBar | undefined;
  #bars: SingleBar[] = [];
  /** Characters of each line drawn, and what they are drawn for: how wide the terminal is, and how long each bar. */
  #widths: readonly number[] = [];
  #shape = "";

  constructor(out: Output) {
    this.#out = out;
  }

  /** Replaces the lines. Each should be shorter than the terminal is wide, and all of them fewer than its rows. */
  draw(lines: readonly BarLine[]): void {
    const shape = [this.#columns, ...lines.map(({ bar }) => bar)].join(" ");
    if (shape !== this.#shape) this.#begin(lines);
    this.#shape = shape;
    for (const [i, line] of lines.entries()) this.#bars[i]?.update(line.steps, line);
    this.#widths = lines.map(lineWidth);
    this.#multi?.update();
  }

  /** Writes a line above the others, where it stays. */
  log(line: string): void {
    this.#goUp();
    this.#multi?.log(`${ERASE_BELOW}${line}\n`);
    this.#multi?.update();
    this.#widths = this.#widths.map((width) => Math.min(width, this.#columns)); // cli-progress cuts what is wider
  }

  /** Draws the lines once more, to stay; the cursor is below them. */
  stop(lines: readonly BarLine[]): void {
    this.#begin(lines, { clearOnComplete: false });
    this.#multi?.stop();
  }

  get #columns(): number {
    return this.#out.columns || 80;
  }

  /** New bars in the place of the old ones: theirs have the sizes that they were made with. */
  #begin(lines: readonly BarLine[], { clearOnComplete = true } = {}): void {
    this.#goUp();
    this.#multi?.stop();
    const multi = new cliProgress.MultiBar({ ...OPTIONS, clearOnComplete, stream: this.#out as NodeJS.WritableStream });
    this.#bars = lines.map((line) => multi.create(line.total, line.steps, { ...line }, { barsize: line.bar }));
    this.#multi = multi;
  }

  /** To where cli-progress thinks that the cursor is: a terminal that has become narrower wraps lines, each takes more rows. */
  #goUp(): void {
    const more = this.#widths.reduce((sum, width) => sum + Math.max(0, Math.ceil(width / this.#columns) - 1), 0);
    if (more > 0) this.#out.write(`\u001b[${more}A`);
  }
}

const OPTIONS: Options = {
  format: "{before}{bar}{after}",
  formatBar: (progress, options) => cliProgress.Format.BarFormat(filled(progress, options.barsize), options),
  barCompleteChar: "=",
  barIncompleteChar: " ",
  linewrap: true,
  forceRedraw: true,
  fps: 1, // between the draws that it is told
};

/** A share in whole characters of `size`, rounded down: a bar is full when all is done. */
function filled(share: number, size = 0): number {
  return size === 0 ? 0 : Math.floor(share * size) / size;
}
