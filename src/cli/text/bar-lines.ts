import { ALL, type BarLayout, barLayout } from "./bar-layout.ts";
import { wrapped } from "./table.ts";
import type { Tally } from "./tally.ts";

/** A cell's runs, counted. */
export interface CellTally {
  readonly name: string;
  readonly tally: Tally;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines of a sweep in training: a bar for each cell if all have room, else the cell with the highest loss and the
 * slowest one, and a bar for the complete sweep. They leave a row of the terminal free.
 */
export function barLines(cells: readonly CellTally[], whole: Tally, { columns, rows }: Size): string[] {
  const names = cells.map(({ name }) => name);
  const layout = barLayout({ columns, rows, names, runs: whole.runs });
  const width = layout.cells ? Math.max(ALL.length, ...names.map((name) => name.length)) : ALL.length;
  const ofCells = layout.cells
    ? cells.map(({ name, tally }) => barLine(name.padEnd(width), tally, layout, layout.loss ? tally.loss : ""))
    : extremes(cells).flatMap((line) => wrapped(line, columns - 1, 2).split("\n"));
  const last = wholeLine(width, whole, layout, columns);
  return [...(ofCells.length + last.length + 1 <= rows ? ofCells : []), ...last];
}

function wholeLine(width: number, whole: Tally, layout: BarLayout, columns: number): string[] {
  const line = barLine(ALL.padEnd(width), whole, layout, layout.rate ? whole.pace : whole.left);
  return line.length < columns ? [line] : wrapped(line, columns - 1, 2).split("\n");
}

function barLine(name: string, tally: Tally, { bar }: BarLayout, end: string): string {
  const done = Math.floor((bar * tally.steps) / tally.total);
  const drawn = bar === 0 ? "" : `[${"=".repeat(done)}${" ".repeat(bar - done)}] `;
  return `${name} ${drawn}${tally.ended}/${tally.runs} runs${end === "" ? "" : `, ${end}`}`;
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
