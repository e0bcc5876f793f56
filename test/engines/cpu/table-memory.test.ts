// Rows of a table are in memory once for all workers, and come to a worker's memory as it needs them.
import { expect, test } from "vitest";
import { dataIdentity } from "../../../src/data/streams.ts";
import { cellsOf } from "../../../src/data/table-cells.ts";
import { inputCount } from "../../../src/data/table-inputs.ts";
import { TableSet } from "../../../src/data/table-set.ts";
import { planRunGroup, RunGroupTraining } from "../../../src/engines/cpu/run-group.ts";
import type { FromTable, Run } from "../../../src/engines/engine.ts";
import { lossesOfTasks, summedLosses } from "../../../src/engines/task-losses.ts";
import { ZOO } from "../../../src/models/zoo.ts";
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
    { values: 20_000, gaps: false },
    { values: 0, gaps: false },
  ];
  const numbers = someRows(740).flatMap(([a = 0, , , y = 0, z = 0], n) => [(n * 7919) % 20_000, a, y, z]);
  const values = { cells: cellsOf(Float64Array.from(numbers), 4, columns) };
  const inputs = inputCount(columns);
  const data = tableOf(740, { columns, inputs, heldout: 700 / 740, values });
  const rows = { trainRows: 40, heldoutRows: 700, batch: 8, steps: 2, evalEvery: 1 };
  return tableRun({ model: ZOO["shared-bottom"].build({ inputs, tasks: 2 }), data }, rows);
}

test.each(INSTANCES)(
  "$set: test rows that are not in memory at once are predicted and judged, all of them",
  (memory) => {
    const run = wideRun();
    const training = new RunGroupTraining(memory, [run]);
    while (!training.isOver) training.advance(() => {});
    const [own] = training.runs;
    const { outputs, y } = (own as (typeof training.runs)[number]).predictions();
    const set = new TableSet((run as Run & FromTable).data, dataIdentity(run), run.training);
    expect(y).toEqual(set.labels("heldout"));
    const tasks = lossesOfTasks(run, (k) => set.labelsOf("train", k));
    const losses = own?.curve.heldout.at(-1) as readonly number[];
    for (const [k, sum] of summedLosses({ outputs, y }, tasks, null).entries())
      expect(Math.abs((losses[k] as number) - sum / 700)).toBeLessThan(1e-5);
  },
);
