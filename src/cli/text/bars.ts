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

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines of a sweep in training: a bar for each cell if all have room, else the cell with the highest loss and the
 * slowest one, and a bar for the complete sweep. They leave a row of the terminal free.
 */
export function barLines(cells: readonly CellCount[], whole: ProgressCount, { columns, rows }: Size): string[] {
  const names = cells.map(({ name }) => name);
  const layout = barLayout({ columns, rows, names, runs: whole.runs, choosing: whole.choosing });
  const width = layout.cells ? Math.max(ALL.length, ...names.map((name) => name.length)) : ALL.length;
  const ofCells = layout.cells
    ? cells.map(({ name, count }) => barLine(name.padEnd(width), count, layout, layout.loss ? count.loss : ""))
    : extremes(cells).flatMap((line) => wordLines(line, columns));
  const last = wholeLines(width, whole, layout, columns);
  return [...(ofCells.length + last.length + 1 <= rows ? ofCells : []), ...last];
}

function wholeLines(width: number, whole: ProgressCount, layout: BarLayout, columns: number): string[] {
  const end = layout.rate ? whole.pace : whole.left;
  const line = barLine(ALL.padEnd(width), whole, layout, end);
  return line.length < columns ? [line] : wordLines(barLine(ALL, whole, { bar: 0 }, end), columns);
}

/** The bar is filled in whole characters, rounded down: it is full when all is done. */
function barLine(name: string, count: ProgressCount, { bar }: Pick<BarLayout, "bar">, end: string): string {
  const counts = `${count.ended}/${count.runs} runs${end === "" ? "" : `, ${end}`}`;
  if (bar === 0) return `${name} ${counts}`;
  const filled = "=".repeat(Math.floor((bar * count.steps) / count.total));
  return `${name} [${filled.padEnd(bar)}] ${counts}`;
}

function wordLines(text: string, columns: number): string[] {
  return wrapped(text, columns - 1, 2).split("\n");
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

interface Lines {
  /** The terminal, in characters. */
  readonly columns: number;
  readonly rows: number;
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

/** Lines at the end of a terminal, which are drawn again and again. The cursor is behind the last one. */
export class Frame {
  readonly #out: Output;
  #lines: readonly string[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  /** Replaces the lines. Each should be shorter than the terminal is wide, and all of them fewer than its rows. */
  draw(lines: readonly string[]): void {
    this.#replace("", lines);
  }

  /** Writes a line above the others, where it stays. */
  log(line: string): void {
    this.#replace(`${line}\n`, this.#lines);
  }

  /** Draws the lines once more, to stay; the cursor is below them. */
  stop(lines: readonly string[]): void {
    this.#replace(lines.map((line) => `${line}\n`).join(""), []);
  }

  /** A terminal that has become narrower wraps the lines that it has: each takes more rows. */
  #replace(above: string, lines: readonly string[]): void {
    const columns = this.#out.columns || 80;
    const rows = this.#lines.reduce((sum, { length }) => sum + Math.max(1, Math.ceil(length / columns)), 0);
    const up = rows > 1 ? `\u001b[${rows - 1}A` : "";
    this.#lines = lines.map((line) => line.slice(0, columns));
    this.#out.write(`\r${up}${ERASE_BELOW}${above}${this.#lines.join("\n")}`);
  }
}
