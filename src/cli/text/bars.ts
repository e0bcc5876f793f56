import cliProgress, { type MultiBar, type Options, type SingleBar } from "cli-progress";
import type { AnyRun } from "../../engines/engine.ts";
import { type Cell, correlationText, pointText } from "../../identity/cell.ts";
import type { RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { TOGETHER } from "../../sweep/early-stopping.ts";
import { cellOfRun } from "../../sweep/sweep-status.ts";
import type { Output } from "../command.ts";
import { CHOOSING, ProgressCount, type RunProgress, type ToTrain } from "./progress-line.ts";
import { wrapped } from "./table.ts";

const EVERY_MS = 250;

/** A bar for each cell, as far as the terminal has room, and one for the complete sweep. */
export function barProgress({ todo: runs, kept }: ToTrain, stream: Output): RunProgress {
  const byCell = groupBy(runs, (run) => cellName(cellOfRun(run)));
  const counts = new Map(Array.from(byCell, ([name, members]) => [name, new ProgressCount(members, kept)]));
  const cells = Array.from(counts, ([name, count]) => ({ name, count }));
  const whole = new ProgressCount(runs, kept);
  const frame = new Frame(stream);
  const lines = () => {
    const { columns, rows } = stream; // a terminal may change its size, and has 0 if nobody has set it
    return barLines(cells, whole, { columns: columns || 80, rows: rows || 24 });
  };
  const draw = () => frame.draw(lines());
  const timer = setInterval(draw, EVERY_MS);
  draw();
  const both = (cell: Cell, change: (count: ProgressCount) => void) => {
    for (const count of [counts.get(cellName(cell)), whole]) if (count !== undefined) change(count);
  };
  return {
    progress: (run: AnyRun, step, loss) => both(cellOfRun(run), (count) => count.reach(run.id, step, loss)),
    choosing: (run, tried, chosen) => both(cellOfRun(run), (count) => count.choose(run.id, tried, chosen)),
    result: (record: RunRecord) => {
      both(record, (count) => count.end(record));
      if (record.status === "failed") frame.log(whole.failureText(record));
    },
    note: (line) => frame.log(line),
    stop: () => {
      clearInterval(timer);
      whole.close();
      frame.stop(lines());
    },
  };
}

function cellName({ model, correlation, point }: Cell): string {
  const at = correlation === null ? [] : [`p=${correlationText(correlation)}`];
  return [model, ...at, pointText(point, " ")].join(" ").trimEnd();
}

/** A cell's runs, counted. */
interface CellCount {
  readonly name: string;
  readonly count: ProgressCount;
}

/** A line of a terminal: words before a bar, the bar, words after it; or only words. */
export interface BarLine {
  readonly before: string;
  /** Characters of the bar; 0 for none. */
  readonly bar: number;
  readonly after: string;
  /** How much of the bar is filled. */
  readonly steps: number;
  readonly total: number;
}

/** Of a terminal, in characters. */
interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines of a sweep in training: a bar for each cell if all have room, else the cell with the highest loss and the
 * slowest one, and a bar for the complete sweep. They leave a row of the terminal free.
 */
export function barLines(cells: readonly CellCount[], whole: ProgressCount, { columns, rows }: Size): BarLine[] {
  const names = cells.map(({ name }) => name);
  const layout = barLayout({ columns, rows, names, runs: whole.runs, choosing: whole.choosing });
  const width = layout.cells ? Math.max(ALL.length, ...names.map((name) => name.length)) : ALL.length;
  const ofCells = layout.cells
    ? cells.map(({ name, count }) => barLine(name.padEnd(width), count, layout, layout.loss ? count.loss : ""))
    : extremes(cells).flatMap((line) => wordLines(line, columns));
  const last = wholeLines(width, whole, layout, columns);
  return [...(ofCells.length + last.length + 1 <= rows ? ofCells : []), ...last];
}

/** Characters of a line. */
function lineWidth({ before, bar, after }: BarLine): number {
  return before.length + bar + after.length;
}

function wholeLines(width: number, whole: ProgressCount, layout: BarLayout, columns: number): BarLine[] {
  const end = layout.rate ? whole.pace : whole.left;
  const line = barLine(ALL.padEnd(width), whole, layout, end);
  return lineWidth(line) < columns ? [line] : wordLines(barLine(ALL, whole, { bar: 0 }, end).before, columns);
}

function barLine(name: string, count: ProgressCount, { bar }: Pick<BarLayout, "bar">, end: string): BarLine {
  const counts = `${count.ended}/${count.runs} runs${end === "" ? "" : `, ${end}`}`;
  if (bar === 0) return words(`${name} ${counts}`);
  return { before: `${name} [`, bar, after: `] ${counts}`, steps: count.steps, total: count.total };
}

function wordLines(text: string, columns: number): BarLine[] {
  return wrapped(text, columns - 1, 2)
    .split("\n")
    .map(words);
}

function words(text: string): BarLine {
  return { before: text, bar: 0, after: "", steps: 0, total: 1 };
}

/** Of many cells the one with the highest loss, and the one that is behind the others. */
function extremes(cells: readonly CellCount[]): string[] {
  const first = cells[0];
  const shareOf = ({ count }: CellCount) => count.steps / count.total;
  const lossOf = ({ count }: CellCount) => (Number.isNaN(count.meanLoss) ? -1 : count.meanLoss);
  const worst = cells.reduce((a, b) => (lossOf(b) > lossOf(a) ? b : a), first);
  const slowest = cells.reduce((a, b) => (shareOf(b) < shareOf(a) ? b : a), first);
  const { ended, runs, percent } = slowest.count;
  return [
    ...(worst.count.loss === "" ? [] : [`highest loss: ${worst.name}, ${worst.count.loss}`]),
    `slowest: ${slowest.name}, ${percent} %, ${ended}/${runs} runs`,
  ];
}

/** What the lines of a sweep's bars hold, for a terminal of some size. */
export interface BarLayout {
  /** Whether each cell has a line of its own; else the worst and the slowest have one. */
  readonly cells: boolean;
  /** Whether a cell's line ends with its loss. */
  readonly loss: boolean;
  /** Whether the sweep's line has its steps a second, before the time left. */
  readonly rate: boolean;
  /** Characters of a bar; 0 for none. */
  readonly bar: number;
}

interface Lines extends Size {
  /** Names of the cells. */
  readonly names: readonly string[];
  /** Runs in all. */
  readonly runs: number;
  /** Whether their numbers of steps are chosen while they train. */
  readonly choosing?: boolean;
}

const ALL = "all";

/** Longest ends of the sweep's line, without early stopping and with it, and of a cell's. */
const [LEFT, CHOICE] = [", 23:59 min left".length, `, ${CHOOSING}${TOGETHER}/${TOGETHER}`.length];
const [RATE, LOSS] = [", 999,999 steps/s".length, ", training 0.0000".length];
const LEAST_BAR = 4;

/**
 * Chooses what fits: no line is wider than the terminal, and the lines leave room for one more. A line is
 * `name [bar] 3/8 runs` and its end.
 */
export function barLayout({ columns, rows, names, runs, choosing = false }: Lines): BarLayout {
  const left = choosing ? CHOICE : LEFT;
  const counts = ` ${runs}/${runs} runs`.length;
  const room = (name: number, end: number) => columns - 1 - name - counts - end;
  const widest = Math.max(ALL.length, ...names.map((name) => name.length));
  const cells = names.length + 2 <= rows && room(widest, 0) >= 0;
  const name = cells ? widest : ALL.length;
  const loss = cells && room(name, LOSS) >= 0;
  const hasBar = (end: number) => room(name, end) - " []".length >= LEAST_BAR;
  const least = Math.max(left, loss ? LOSS : 0);
  const rate = hasBar(Math.max(least, left + RATE));
  const bar = room(name, rate ? left + RATE : least) - " []".length;
  return { cells, loss, rate, bar: hasBar(least) ? bar : 0 };
}

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
