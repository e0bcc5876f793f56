import { ALL, type BarLayout, barLayout } from "./bar-layout.ts";
import { wrapped } from "./table.ts";
import type { Tally } from "./tally.ts";

/** A cell's runs, counted. */
interface CellTally {
  readonly name: string;
  readonly tally: Tally;
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

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines of a sweep in training: a bar for each cell if all have room, else the cell with the highest loss and the
 * slowest one, and a bar for the complete sweep. They leave a row of the terminal free.
 */
export function barLines(cells: readonly CellTally[], whole: Tally, { columns, rows }: Size): BarLine[] {
  const names = cells.map(({ name }) => name);
  const layout = barLayout({ columns, rows, names, runs: whole.runs, choosing: whole.choosing });
  const width = layout.cells ? Math.max(ALL.length, ...names.map((name) => name.length)) : ALL.length;
  const ofCells = layout.cells
    ? cells.map(({ name, tally }) => barLine(name.padEnd(width), tally, layout, layout.loss ? tally.loss : ""))
    : extremes(cells).flatMap((line) => wordLines(line, columns));
  const last = wholeLines(width, whole, layout, columns);
  return [...(ofCells.length + last.length + 1 <= rows ? ofCells : []), ...last];
}

/** Characters of a line. */
export function lineWidth({ before, bar, after }: BarLine): number {
  return before.length + bar + after.length;
}

function wholeLines(width: number, whole: Tally, layout: BarLayout, columns: number): BarLine[] {
  const end = layout.rate ? whole.pace : whole.left;
  const line = barLine(ALL.padEnd(width), whole, layout, end);
  return lineWidth(line) < columns ? [line] : wordLines(barLine(ALL, whole, { bar: 0 }, end).before, columns);
}

function barLine(name: string, tally: Tally, { bar }: Pick<BarLayout, "bar">, end: string): BarLine {
  const counts = `${tally.ended}/${tally.runs} runs${end === "" ? "" : `, ${end}`}`;
  if (bar === 0) return words(`${name} ${counts}`);
  return { before: `${name} [`, bar, after: `] ${counts}`, steps: tally.steps, total: tally.total };
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
function extremes(cells: readonly CellTally[]): string[] {
  const first = cells[0] as CellTally;
  const shareOf = ({ tally }: CellTally) => tally.steps / tally.total;
  const lossOf = ({ tally }: CellTally) => (Number.isNaN(tally.meanLoss) ? -1 : tally.meanLoss);
  const worst = cells.reduce((a, b) => (lossOf(b) > lossOf(a) ? b : a), first);
  const slowest = cells.reduce((a, b) => (shareOf(b) < shareOf(a) ? b : a), first);
  const { ended, runs, percent } = slowest.tally;
  return [
    ...(worst.tally.loss === "" ? [] : [`highest loss: ${worst.name}, ${worst.tally.loss}`]),
    `slowest: ${slowest.name}, ${percent} %, ${ended}/${runs} runs`,
  ];
}
