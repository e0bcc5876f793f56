import { expect, test } from "vitest";
import type { MethodName } from "../../../src/engines/methods.ts";
import { largestGroup, rowBytes, tensorBytes } from "../../../src/engines/tfjs/memory.ts";
import { parameterCount } from "../../../src/models/parameters.ts";
import { PAIR_MMOE, PAIR_OMOE, tinyRun } from "./runs.ts";

const run = tinyRun({}, { trainRows: 1000, heldoutRows: 300 });

test("rowBytes(run) is that of its fixed rows, or of held-out rows alone where rows are fresh", () => {
  const numbers = PAIR_MMOE.inputs + 2;
  expect(rowBytes(run)).toBe(4 * 1300 * numbers);
  expect(rowBytes(tinyRun({}, { trainRows: "fresh", heldoutRows: 300 }))).toBe(4 * 300 * numbers);
});

test("tensorBytes(run) counts each task's gradients with a method that combines them, and no more with one that weighs losses", () => {
  const bytes = (method: MethodName) => tensorBytes(tinyRun({}, { method }));
  expect(bytes("pcgrad") - bytes("sum")).toBe(4 * 3 * 2 * parameterCount(PAIR_MMOE));
  expect(bytes("famo")).toBe(bytes("sum"));
});

test("largestGroup(runs) fills half of the host's free memory with tensors of each run and their rows, their table too", () => {
  const together = [run, { ...run, model: PAIR_OMOE }];
  const each = 2 * rowBytes(run) + together.reduce((sum, one) => sum + tensorBytes(one), 0);
  expect(largestGroup(together, { host: 2 * 7 * each + 1 })).toBe(7);
  expect(largestGroup(together, { host: 2 * 7 * each - 1 })).toBe(6);
});

test("largestGroup(runs) holds rows, and those with tensors on the card, to half of what is free there", () => {
  expect(largestGroup([run], { host: 1e12, card: 2 * 9 * (rowBytes(run) + tensorBytes(run)) + 1 })).toBe(9);
  expect(largestGroup([run], { host: 2 * 5 * 2 * rowBytes(run) + 1, card: 1e12 })).toBe(5);
});

test("largestGroup(runs) makes groups of up to 64 runs, on a card 200 of each of the paper's models", () => {
  expect(largestGroup([run], { host: 0 })).toBe(0);
  expect(largestGroup([run, run, run], { host: 1e15 })).toBe(21);
  expect(largestGroup([run, run, run], { host: 1e15, card: 1e15 })).toBe(200);
});

test("largestGroup(runs) keeps the numbers of a set below 2^31", () => {
  const rows = 30_000_000;
  const many = tinyRun({}, { trainRows: rows });
  const most = Math.floor((2 ** 31 - 1) / (rows * PAIR_MMOE.inputs));
  expect(most).toBeGreaterThan(1);
  expect(largestGroup([many], { host: 1e15, card: 1e15 })).toBe(most);
});
