import { type Ladder, rungName } from "../../config/ladder.ts";
import { cellText, pointTitle } from "../../records/cell.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { CellRungs, Rungs } from "../../summary/rungs.ts";
import { table, wrapped } from "./table.ts";

const WIDTH = 80;

/** The ladder, and how many runs end on each rung: a table for each correlation and grid point, a row for each task. */
export function rungsText(rungs: Rungs): string {
  const groups = [...groupBy(rungs.cells, pointTitle)];
  const width = Math.max(...groups.map(([title]) => title.length), ...rungs.cells.map(({ model }) => model.length));
  const names = [...rungs.rungs, rungs.ofMean].map((_, rung) => rungName(rung, rungs));
  const tables = groups.map(([title, cells]) => {
    return table([[title.padEnd(width), "task", "runs", ...names], ...cells.flatMap(taskRows)]);
  });
  return `${ladderText(rungs)}\n${tables.join("\n")}\n${badText(rungs.cells)}`;
}

function ladderText({ rungs, ofMean }: Ladder): string {
  const losses = rungs.map((loss, j) => `${j} at ${loss.toFixed(4)}`).join(", ");
  const text = `runs by the rung that each task ends on: rung j has the loss of the best predictor that lacks the j fastest sines (${losses}); above: nearer to ${ofMean.toFixed(4)}, the loss of the mean`;
  return `${wrapped(text, WIDTH)}\n`;
}

function taskRows({ model, runs, tasks }: CellRungs): string[][] {
  return tasks.map((counts, k) => [k === 0 ? model : "", String(k + 1), String(runs), ...counts.map(String)]);
}

/** The bad minima of each cell by name, most frequent first. */
function badText(cells: readonly CellRungs[]): string {
  const lines = cells.flatMap((cell) =>
    cell.bad.map(({ name, runs }) => wrapped(`${cellText(cell)}: ${runs} of ${cell.runs}: ${name}`, WIDTH, 2)),
  );
  return lines.length === 0
    ? "no run is in a bad minimum\n"
    : `runs in bad minima, by what their tasks lack:\n${lines.join("\n")}\n`;
}
