// Rows of a table are in memory once for all workers, and come to a worker's memory as it needs them.
import { expect, test } from "vitest";
import { RowOrder } from "../../../src/data/order.ts";
import { dataIdentity, dataKey } from "../../../src/data/streams.ts";
import { cellsOf } from "../../../src/data/table-cells.ts";
import { inputCount } from "../../../src/data/table-inputs.ts";
import { TableSet, tableSetOf } from "../../../src/data/table-set.ts";
import { planRunGroup, RunGroupTraining } from "../../../src/engines/cpu/run-group.ts";
import { RunGroupRows } from "../../../src/engines/cpu/run-group-rows.ts";
import type { FromTable, Run } from "../../../src/engines/engine.ts";
import { inputPanelBytes } from "../../../src/engines/rows/panels.ts";
import { lossesOfTasks, summedLosses } from "../../../src/engines/task-losses.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { categoryRuns } from "../../support/category-runs.ts";
import { DIMENSIONS, embeddedRun } from "../../support/embedded-runs.ts";
import { numbersRun } from "../../support/gap-runs.ts";
import { someRows, tableOf, tableRun } from "../../support/tables.ts";
import { INSTANCES } from "./lone-run.ts";

test("a worker's memory is the same for any number of training rows, and bounded for test rows", () => {
  const bytes = (rows: { trainRows: number; heldoutRows: number }) =>
    planRunGroup([tableRun({}, rows)], "avx2").arena.bytes;
  expect(bytes({ trainRows: 8_000_000, heldoutRows: 15 })).toBe(bytes({ trainRows: 45, heldoutRows: 15 }));
  expect(bytes({ trainRows: 45, heldoutRows: 8_000_000 })).toBeLessThan(4e7);
});

/** A run whose rows have so many inputs that 256 of its 700 test rows are in memory at once. */
function wideRun(): Run {
  const columns = [
    { values: 25_000, gaps: false },
    { values: 0, gaps: false },
  ];
  const numbers = someRows(740).flatMap(([a = 0, , , y = 0, z = 0], n) => [(n * 7919) % 25_000, a, y, z]);
  const values = { cells: cellsOf(Float64Array.from(numbers), 4, columns) };
  const inputs = inputCount(columns);
  const data = tableOf(740, { columns, inputs, heldout: 700 / 740, values });
  const rows = { trainRows: 40, heldoutRows: 700, batch: 8, steps: 2, evalEvery: 1 };
  const model = {
    ...ZOO["shared-bottom"].build({ inputs, tasks: 2 }),
    experts: { shared: 1, perTask: 0, layers: [3] },
  };
  return tableRun({ model, data }, rows);
}

test.each(INSTANCES)(
  "$set: test rows that are not in memory at once are predicted and judged, all of them",
  (memory) => {
    const run = wideRun();
    const training = new RunGroupTraining(memory, [run]);
    while (!training.isOver) training.advance(() => {});
    const [own] = training.runs;
    const { outputs, y } = own.predictions();
    const set = new TableSet((run as Run & FromTable).data, dataIdentity(run), run.training);
    expect(y).toEqual(set.labels("heldout"));
    const tasks = lossesOfTasks(run);
    const losses = own?.curve.heldout.at(-1) as readonly number[];
    for (const [k, sum] of summedLosses({ outputs, y }, tasks, null).entries())
      expect(Math.abs(losses[k] - sum / 700)).toBeLessThan(1e-5);
  },
);

test.each(INSTANCES)("$set: the inputs and labels of a step are the bits of TableSet's", (memory) => {
  const rows = { trainRows: 120, heldoutRows: 40, batch: 13, steps: 4 };
  const [withTexts] = categoryRuns(["mmoe"], rows);
  const embedded = embeddedRun(ZOO.mmoe.build(DIMENSIONS), { batch: 13, steps: 4 });
  for (const run of [withTexts, embedded, numbersRun({ batch: 13, steps: 4 })]) {
    const layout = { panelRows: 1, lanes: 4 };
    const { arena, rows: plan, labels } = planRunGroup([run], memory.set, { layout });
    memory.reserve(arena.bytes);
    arena.writeTo(memory.memory);
    new RunGroupRows(memory, plan, run).load(2, 1);
    const set = tableSetOf(run as Run & FromTable);
    const numbers = new Uint32Array(13);
    new RowOrder(dataKey(dataIdentity(run), "order"), Number(run.training.trainRows), "epochs").batchInto(numbers, 2);
    const { x, y } = set.rows("train");
    const { inputs: D, tasks: K } = run.model;
    for (const [n, number] of numbers.entries()) {
      const row = memory.float32(plan.chunk + n * inputPanelBytes(D, layout), D);
      expect([...row]).toEqual([...x.subarray(number * D, (number + 1) * D)]);
      const own = memory.float32(labels[0].chunk + 4 * n * K, K);
      expect([...own]).toEqual([...y.subarray(number * K, (number + 1) * K)]);
    }
  }
});
