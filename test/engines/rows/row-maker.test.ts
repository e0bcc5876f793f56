import { expect, test } from "vitest";
import type { RowSet } from "../../../src/data/streams.ts";
import type { Rows } from "../../../src/data/task-set.ts";
import type { Run } from "../../../src/engines/engine.ts";
import { RowMaker } from "../../../src/engines/rows/row-maker.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { range } from "../../support/reference.ts";
import { makeRun, taskSetOf } from "../../support/runs.ts";
import { tinyRun } from "../tfjs/runs.ts";

const wide = makeRun({ index: 3, correlation: 0.9 });
const narrow = tinyRun({ index: 4, data: { ...tinyRun().data, inputs: 6 } }); // not whole blocks of 4
const triple = makeRun({ model: ZOO.mmoe.build({ inputs: 100, tasks: 3 }), correlation: -0.4 });
/** A task's correlation with another sinks with their distance. */
const FALLING = range(5).map((j) => range(5).map((k) => 0.7 ** Math.abs(j - k)));
const five = makeRun({ model: ZOO.omoe.build({ inputs: 100, tasks: 5 }), correlationMatrix: FALLING });
/** Each task has another noise, unit, kind and share of rows with its label. */
const mixed = makeRun({
  model: ZOO.mmoe.build({ inputs: 100, tasks: 3 }),
  data: {
    ...makeRun().data,
    rawLabels: true,
    labelled: 0.7,
    tasks: [
      { noiseStd: 0.4, labelled: 1 },
      { binaryLabels: true, positives: 0.1 },
      { labelScale: 30, labelled: 0.3 },
    ],
  },
});

function rowsOf(maker: RowMaker, { data, model }: Run, set: RowSet, count: number, step = 0, first = 0): Rows {
  const rows = { x: new Float32Array(count * data.inputs), y: new Float32Array(count * model.tasks) };
  maker.fill(rows, set, step, first);
  return rows;
}

test.each([
  ["a few rows", wide, "train", 13, 0, 0],
  ["rows of a step", wide, "train", 21, 7, 0],
  ["more rows than are made at a time", wide, "heldout", 523, 0, 0],
  ["rows of an odd width", narrow, "train", 11, 2, 0],
  ["three tasks", triple, "train", 300, 5, 0],
  ["five tasks that differ in their correlations", five, "heldout", 19, 0, 0],
  ["rows from a number on", wide, "train", 270, 3, 4099],
  ["tasks that differ in more than their vectors", mixed, "train", 270, 3, 4099],
] as const)("fill(rows, ...) gives the bits of TaskSet's: %s", (_, run, set, count, step, first) => {
  const { x, y } = rowsOf(new RowMaker(run), run, set, count, step, first);
  const expected = taskSetOf(run).rows(set, count, step, first);
  expect(Buffer.from(x.buffer).equals(Buffer.from(expected.x.buffer))).toBe(true);
  expect(Buffer.from(y.buffer).equals(Buffer.from(expected.y.buffer))).toBe(true);
});

test("fillSet(rows, heldout) draws the validation rows behind the training rows", () => {
  const run = makeRun({ data: mixed.data }, { trainRows: 40, heldoutRows: 27, validationRows: 8 });
  const rows = { x: new Float32Array(27 * 100), y: new Float32Array(27 * 2) };
  new RowMaker(run).fillSet(rows, "heldout");
  const parts = [taskSetOf(run).rows("heldout", 19), taskSetOf(run).rows("train", 8, 0, 40)];
  expect(rows.x).toEqual(Float32Array.from(parts.flatMap(({ x }) => [...x])));
  expect(rows.y).toEqual(Float32Array.from(parts.flatMap(({ y }) => [...y])));
});

test("row makers don't disturb each other", () => {
  const [one, other] = [new RowMaker(wide), new RowMaker(narrow)];
  const before = rowsOf(one, wide, "train", 5);
  rowsOf(other, narrow, "train", 300);
  expect(rowsOf(one, wide, "train", 5)).toEqual(before);
});
