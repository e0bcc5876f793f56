import { cellsOf } from "../../../../src/data/table-cells.ts";
import type { Run } from "../../../../src/engines/engine.ts";
import type { TrainingSettings } from "../../../../src/engines/training-settings.ts";
import type { ModelSpec } from "../../../../src/models/spec.ts";
import { range } from "../../../support/reference.ts";
import { someRows, tableOf, tableRun } from "../../../support/tables.ts";

/** A run in small batches of a table in which half of the rows lack all labels, and many others some. */
export function gappyRun(model: ModelSpec, training: Partial<TrainingSettings>): Run {
  const K = model.tasks;
  const numbers = new Float64Array(60 * (3 + K));
  const isMissing = (n: number, k: number) => n % 2 === 0 || (n + k) % 4 > 1;
  for (const [n, row] of someRows(60).entries()) {
    const labels = range(K).map((k) => (isMissing(n, k) ? Number.NaN : row[3 + (k % 2)] + k * row[0]));
    numbers.set([...row.slice(0, 3), ...labels], n * (3 + K));
  }
  const taskKinds = range(K).map(() => ({ kind: "regression", weight: 1, gaps: true }) as const);
  const data = tableOf(60, { tasks: K, values: { cells: cellsOf(numbers, 3 + K) } });
  const few = { trainRows: 45, batch: 3, steps: 8, evalEvery: 8, lr: 0.05, taskKinds, ...training };
  return tableRun({ data, index: 2, model: { ...model, inputs: 3 } }, few); // in which no task's gradient is 0
}
