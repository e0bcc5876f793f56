// Runs on a table whose labels are of all kinds.
import { cellsOf } from "../../src/data/table-cells.ts";
import type { TaskSettings } from "../../src/data/task-kinds.ts";
import type { Run } from "../../src/engines/engine.ts";
import { MMOE } from "./specs.ts";
import { someRows, tableOf, tableRun } from "./tables.ts";

export const TASKS: readonly TaskSettings[] = [
  { kind: "binary", weight: 1 },
  { kind: "categorical", weight: 2, classes: 3 },
  { kind: "regression", weight: 0.5 },
];
const CLASSES = [[3, 7], [1, 2, 5], null];
export const MODEL = { ...MMOE, inputs: 3, tasks: 3, outputs: [1, 3, 1] };

/** A row's labels as in the file: 3 or 7; 1, 2 or 5; a number. */
export function labelsIn([a = 0, , c = 0, y1 = 0]: readonly number[]): number[] {
  return [a + 5 * c > 0.6 ? 7 : 3, a < -0.3 ? 5 : a < 0.5 ? 1 : 2, y1];
}

/** 60 rows of three inputs and these labels, 45 of them for training. */
export function classTable(rawLabels = false) {
  const rows = someRows(60).map((row) => [...row.slice(0, 3), ...labelsIn(row)]);
  const cells = cellsOf(Float64Array.from(rows.flat()), 6);
  return tableOf(60, { tasks: 3, classes: CLASSES, rawLabels, values: { cells } });
}

/** A run of these labels. */
export const classRun = (training: Parameters<typeof tableRun>[1] = {}, rawLabels = false): Run =>
  tableRun({ index: 1, model: MODEL, data: classTable(rawLabels) }, { taskKinds: TASKS, ...training });
