import { type Ladder, rungName } from "../../data/rungs.ts";
import { cellText } from "../../identity/cell.ts";
import type { CellRungs, Rungs } from "../../summary/rungs.ts";
import type { Block } from "./blocks.ts";
import { cellTables } from "./cell-tables.ts";

/** The ladder, and how many runs end on each rung: a table for each correlation and grid point, a row for each task. */
export function rungTablesOf(rungs: Rungs): Block[] {
  const names = [...rungs.rungs, rungs.ofMean].map((_, rung) => rungName(rung, rungs));
  const heads = ["task", "runs", ...names];
  const tables = cellTables(rungs.cells, (title, cells) => [[title, ...heads], ...cells.flatMap(taskRows)]);
  return [{ before: ladderText(rungs) }, ...tables, badMinima(rungs.cells)];
}

function ladderText({ rungs, ofMean }: Ladder): string {
  const losses = rungs.map((loss, j) => `${j} at ${loss.toFixed(4)}`).join(", ");
  return `runs by the rung that each task ends on: rung j has the loss of the best predictor that lacks the j fastest sines (${losses}); above: nearer to ${ofMean.toFixed(4)}, the loss of the mean`;
}

function taskRows({ model, runs, tasks }: CellRungs): string[][] {
  return tasks.map((counts, k) => [k === 0 ? model : "", String(k + 1), String(runs), ...counts.map(String)]);
}

/** The bad minima of each cell by name, most frequent first. */
function badMinima(cells: readonly CellRungs[]): Block {
  const items = cells.flatMap((cell) =>
    cell.bad.map(({ name, runs }) => `${cellText(cell)}: ${runs} of ${cell.runs}: ${name}`),
  );
  if (items.length === 0) return { before: "no run is in a bad minimum" };
  return { before: "runs in bad minima, by what their tasks lack:", items };
}
