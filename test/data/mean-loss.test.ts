import { expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { lossOfMean } from "../../src/data/mean-loss.ts";
import { labelMean, labelVariance } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";

const PAPER = GENERATOR_PRESETS.paper.settings;

test("lossOfMean(settings, delta) is the mean over 100,000 labels within its sampling error", () => {
  for (const rawLabels of [false, true]) {
    const settings = { ...PAPER, inputs: 2, rawLabels };
    const rows = 100_000;
    const { y } = new TaskSet(settings, correlationMatrix(2, 0), { seed: 1, run: 0 }).rows("train", rows);
    const mean = rawLabels ? labelMean(settings) : 0;
    for (const delta of [null, 0.3, 1]) {
      const losses = Float64Array.from({ length: rows }, (_, n) => {
        const error = Math.abs((y[2 * n] as number) - mean);
        if (delta === null) return error ** 2;
        return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
      });
      const average = losses.reduce((sum, loss) => sum + loss, 0) / rows;
      expect(Math.abs(lossOfMean(settings, delta) / average - 1)).toBeLessThan(0.02);
    }
  }
  expect(lossOfMean({ ...PAPER, rawLabels: true }, null)).toBe(labelVariance(PAPER));
});

test("lossOfMean(settings, delta) is half the variance where no error is beyond delta", () => {
  const settings = { ...PAPER, rawLabels: true, alpha: [0.7, 1.1], beta: [0.5, -0.2] };
  expect(lossOfMean(settings, 1e6)).toBeCloseTo(labelVariance(settings) / 2, 6);
  expect(lossOfMean({ ...settings, rawLabels: false }, 1e6)).toBeCloseTo(0.5, 6);
});
