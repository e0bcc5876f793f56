import { expect, test } from "vitest";
import { TaskPair } from "../../../src/data/task-pair.ts";
import { RowMaker } from "../../../src/engines/cpu/row-maker.ts";
import { makeRun } from "../../support/runs.ts";
import { tinyRun } from "../tfjs/runs.ts";

const wide = makeRun({ index: 3, correlation: 0.9 });
const narrow = tinyRun({ index: 4, data: { ...tinyRun().data, inputs: 6 } }); // not whole blocks of 4

test.each([
  ["a few rows", wide, "train", 13, 0],
  ["rows of a step", wide, "train", 21, 7],
  ["more rows than are made at a time", wide, "heldout", 523, 0],
  ["rows of an odd width", narrow, "train", 11, 2],
] as const)("rows(...) are the bits of TaskPair's: %s", (_, run, set, count, step) => {
  const { x, y } = new RowMaker(run).rows(set, count, step);
  const expected = new TaskPair(run.data, run.correlation, { seed: run.seed, run: run.index }).rows(set, count, step);
  expect(Buffer.from(x.buffer).equals(Buffer.from(expected.x.buffer))).toBe(true);
  expect(Buffer.from(y.buffer).equals(Buffer.from(expected.y.buffer))).toBe(true);
});

test("row makers don't disturb each other", () => {
  const [one, other] = [new RowMaker(wide), new RowMaker(narrow)];
  const before = one.rows("train", 5);
  other.rows("train", 300);
  expect(one.rows("train", 5)).toEqual(before);
});
