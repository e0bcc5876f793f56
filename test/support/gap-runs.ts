// Runs on a table whose labels are of all kinds, and of which some are missing.
import type { TableValues } from "../../src/data/table.ts";
import { cellsOf } from "../../src/data/table-cells.ts";
import type { TaskSettings } from "../../src/data/task-kinds.ts";
import type { Run } from "../../src/engines/engine.ts";
import { classTable, MODEL, TASKS } from "./class-runs.ts";
import { numbersOf, someRows, tableOf, tableRun } from "./tables.ts";

/** Whether row `n` of the table lacks label k: every third the first, three of four the second, a few the last. */
export function isGap(n: number, k: number): boolean {
  return [n % 3 === 1, n % 4 !== 2, n % 11 === 5][k];
}

const WITH_GAPS = TASKS.map((task): TaskSettings => ({ ...task, gaps: true }));

/** A run of the labels of `classRun`, without those of which `lacks` says so. */
export function gapRun(training: Parameters<typeof tableRun>[1] = {}, lacks = isGap): Run {
  const data = classTable();
  const numbers = Float64Array.from(numbersOf(data.values as TableValues));
  for (let n = 0; n < 60; n++) for (let k = 0; k < 3; k++) if (lacks(n, k)) numbers[6 * n + 3 + k] = Number.NaN;
  const values = { cells: cellsOf(numbers, 6) };
  return tableRun({ index: 1, model: MODEL, data: { ...data, values } }, { taskKinds: WITH_GAPS, ...training });
}

/** A run of two regressions, of which three of four rows lack the second label, by plain steps. */
export function numbersRun(training: Parameters<typeof tableRun>[1] = {}): Run {
  const rows = someRows(60).flatMap((row, n) => (isGap(n, 1) ? row.with(4, Number.NaN) : row));
  const taskKinds = [1, 3].map((weight) => ({ kind: "regression", weight, gaps: true }) as const);
  const few = { optimizer: "sgd", lr: 0.05, batch: 2, ...training } as const;
  return tableRun(
    { data: tableOf(60, { values: { cells: cellsOf(Float64Array.from(rows), 5) } }) },
    { taskKinds, ...few },
  );
}
