import { describe, expect, test } from "vitest";
import { labelMean, labelVariance } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";

describe("GENERATOR_PRESETS", () => {
  test("has the paper's inputs and noise, and the constants that were calibrated on Figure 2", () => {
    expect(GENERATOR_PRESETS.paper.settings).toEqual({
      inputs: 100,
      scale: 0.58,
      alpha: [3.77, 5.05, 9.51, 9.5, 14.58],
      beta: [1.77, 0.27, 4.22, 2.72, 0.33],
      noiseStd: 0.1,
    });
    expect(labelVariance(GENERATOR_PRESETS.paper.settings)).toBeCloseTo(2.89, 2);
    expect(labelMean(GENERATOR_PRESETS.paper.settings) ** 2).toBeCloseTo(0.01, 2);
    const { alpha: _, ...rest } = GENERATOR_PRESETS.linear.settings;
    expect(rest).toEqual({ inputs: 100, scale: 0.58, beta: [], noiseStd: 0.1 });
  });

  test("has the constants of google-research's generator: 1 to 10, and their squares", () => {
    const alpha = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const beta = [1, 4, 9, 16, 25, 36, 49, 64, 81, 100];
    expect(GENERATOR_PRESETS.google.settings).toEqual({ inputs: 100, scale: 1, alpha, beta, noiseStd: 0.01 });
  });

  test.each([
    ["keras-mmoe", { inputs: 100, scale: 0.3, noiseStd: 0.1 }, 5, [-1.4260143, -1.0256838], [0.5265078, 1.0055975]],
    ["ple", { inputs: 512, scale: 1, noiseStd: 0.1 }, 10, [-0.0399884, -1.3593246], [-0.4955721, -2.9780912]],
  ] as const)("keeps what was drawn for %s", (name, sizes, count, alphas, betas) => {
    const { alpha, beta, ...rest } = GENERATOR_PRESETS[name].settings;
    expect(rest).toEqual(sizes);
    expect([alpha.length, beta.length]).toEqual([count, count]);
    for (const [values, first] of [[alpha, alphas] as const, [beta, betas] as const]) {
      expect(values[0]).toBeCloseTo(first[0], 6);
      expect(values[1]).toBeCloseTo(first[1], 6);
    }
  });
});
