import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { baseRate, classShares, entropy } from "../../src/data/task-kinds.ts";
import { TaskSet } from "../../src/data/task-set.ts";

describe("baseRate(settings) is the share of labels that are 1", () => {
  const paper = { ...GENERATOR_PRESETS.paper.settings, inputs: 4, binaryLabels: true };
  test.each([
    ["of standardised labels", paper],
    ["of raw labels", { ...paper, rawLabels: true }],
    ["of labels without noise", { ...paper, noiseStd: 0 }],
    ["of noisy labels", { ...paper, noiseStd: 2 }],
  ])("%s", (_, settings) => {
    const { y } = new TaskSet(settings, correlationMatrix(2, 0), { seed: 0, run: 0 }).rows("train", 20_000);
    const share = y.reduce((sum, label) => sum + label, 0) / y.length;
    expect(Math.abs(baseRate(settings) - share)).toBeLessThan(4 * Math.sqrt(0.25 / y.length));
  });
});

test("classShares(labels, C) counts each class; entropy(shares) is -sum p ln p, without classes that never occur", () => {
  expect(classShares([2, 0, 2, 1, 2], 4)).toEqual([0.2, 0.2, 0.6, 0]);
  expect(entropy([0.5, 0.5])).toBeCloseTo(Math.LN2, 12);
  expect(entropy([0.25, 0, 0.75])).toBeCloseTo(0.25 * Math.log(4) + 0.75 * Math.log(4 / 3), 12);
  expect(entropy([1, 0])).toBe(0);
});
