import { expect, test } from "vitest";
import { largestGroup, rowBytes, tensorBytes } from "../../../src/engines/tfjs/memory.ts";
import { PAIR_MMOE, tinyRun } from "./runs.ts";

const run = tinyRun({}, { trainRows: 1000, heldoutRows: 300 });

test("rowBytes(run) is that of its fixed rows, or of held-out rows alone where rows are fresh", () => {
  const numbers = PAIR_MMOE.inputs + 2;
  expect(rowBytes(run)).toBe(4 * 1300 * numbers);
  expect(rowBytes(tinyRun({}, { trainRows: "fresh", heldoutRows: 300 }))).toBe(4 * 300 * numbers);
});

test("largestGroup(run) fills half of the host's free memory with tensors and rows, their table too", () => {
  const each = 2 * rowBytes(run) + tensorBytes(run);
  expect(largestGroup(run, { host: 2 * 7 * each + 1 })).toBe(7);
  expect(largestGroup(run, { host: 2 * 7 * each - 1 })).toBe(6);
});

test("largestGroup(run) holds rows, and those with tensors on the card, to half of what is free there", () => {
  expect(largestGroup(run, { host: 1e12, card: 2 * 9 * (rowBytes(run) + tensorBytes(run)) + 1 })).toBe(9);
  expect(largestGroup(run, { host: 2 * 5 * 2 * rowBytes(run) + 1, card: 1e12 })).toBe(5);
});

test("largestGroup(run) is between 1 and 64 runs, on a card the paper's 200", () => {
  expect(largestGroup(run, { host: 0 })).toBe(1);
  expect(largestGroup(run, { host: 1e15 })).toBe(64);
  expect(largestGroup(run, { host: 1e15, card: 1e15 })).toBe(200);
});
