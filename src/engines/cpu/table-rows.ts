import type { RowSet } from "../../data/streams.ts";
import type { TableSet } from "../../data/table-set.ts";
import type { Rows } from "../../data/task-set.ts";
import { columnBytes, inputPanelBytes, type Layout, paddedInputs, panelIndex, panelsOf } from "../rows/panels.ts";
import type { KernelInstance } from "./kernels.ts";
import type { RowPlan, SparseRows } from "./row-plan.ts";

/** Puts a run's rows of a table where those of the generator would be: the held-out rows and the fixed training set. */
export function copyTable(memory: KernelInstance, plan: RowPlan, set: TableSet): void {
  const { inputs: D, tasks: K, layout, labels } = plan;
  const D4 = paddedInputs(D);
  const rowsOf = (part: RowSet) => (plan.sparse ? withSparse(set.rows(part), plan.sparse) : set.rows(part));
  const [heldout, train] = [rowsOf("heldout"), rowsOf("train")];
  const [M, N] = [heldout.y.length / K, train.y.length / K];
  const panels = memory.float32(plan.heldout, (panelsOf(M, layout) * inputPanelBytes(D, layout)) / 4);
  toPanels(heldout.x, D, panels, D4, layout);
  const rows = memory.float32(plan.train, N * D4);
  for (let n = 0; n < N; n++) rows.set(train.x.subarray(n * D, (n + 1) * D), n * D4);
  for (const of of labels) {
    toPanels(heldout.y, K, memory.float32(of.heldout, labelCount(M, K, layout)), K, layout);
    toPanels(train.y, K, memory.float32(of.train, labelCount(N, K, layout)), K, layout);
  }
}

/** Rows x [N, D] with the values and the places of their inputs that are not 0: [N, D + 2 entries]. */
function withSparse({ x, y }: Rows, { at: D, entries: E, numbers }: SparseRows): Rows {
  const N = x.length / D;
  const both = new Float32Array(N * numbers);
  for (let n = 0; n < N; n++) {
    const row = both.subarray(n * numbers, (n + 1) * numbers);
    row.set(x.subarray(n * D, (n + 1) * D));
    for (let d = 0, entry = D; d < D; d++) {
      if (row[d] === 0) continue;
      row[entry] = row[d] as number;
      row[entry++ + E] = d;
    }
  }
  return { x: both, y };
}

/** Numbers of the panels of K labels of `rows` rows. */
function labelCount(rows: number, K: number, layout: Layout): number {
  return (panelsOf(rows, layout) * K * columnBytes(layout)) / 4;
}

/** Rows of `columns` values to panels of N columns. */
function toPanels(from: Float32Array, columns: number, panels: Float32Array, N: number, layout: Layout): void {
  for (let i = 0; i < from.length; i++)
    panels[panelIndex(Math.floor(i / columns), i % columns, N, layout)] = from[i] as number;
}
