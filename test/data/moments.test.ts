import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { labelCorrelation, labelMean, labelVariance, ladder } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "../../src/data/presets.ts";
import type { GeneratorSettings } from "../../src/data/settings.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { pearson } from "../../src/stats/moments.ts";

const figure2: { weight_cosine: string; label_pearson_mean: string }[] = parse(
  readFileSync(new URL("../../results/published/fig2.csv", import.meta.url)),
  { columns: true },
);

describe("labelCorrelation(settings, p)", () => {
  test.each(figure2)("is within .0015 of Figure 2 at $weight_cosine for `paper`", (point) => {
    const ours = labelCorrelation(GENERATOR_PRESETS.paper.settings, Number(point.weight_cosine));
    expect(Math.abs(ours - Number(point.label_pearson_mean))).toBeLessThan(0.0015);
  });

  test.each([-1, -0.3, 0, 0.5, 1])("is p c² / (c² + noise variance) without sines, p = %d", (p) => {
    const { settings } = GENERATOR_PRESETS.linear;
    const square = settings.scale ** 2;
    expect(labelCorrelation(settings, p)).toBeCloseTo((p * square) / (square + 0.01), 12);
  });

  const cases = (Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[]).flatMap((name) =>
    [-0.7, 0.9].map((p) => [name, p] as const),
  );
  test.each(cases)("agrees with rows drawn by preset %s at p = %d", (name, p) => {
    const { settings } = GENERATOR_PRESETS[name];
    const small = { ...settings, inputs: 5 }; // x is isotropic: the labels do not depend on D
    const N = 60_000;
    const pair = new TaskSet(small, correlationMatrix(2, p), { seed: 1, run: 2 });
    const { y } = pair.rows("train", N);
    const [y1, y2] = [0, 1].map((k) => Float64Array.from({ length: N }, (_, n) => y[2 * n + k])) as [
      Float64Array,
      Float64Array,
    ];
    expect(Math.abs(pearson(y1, y2) - labelCorrelation(settings, p))).toBeLessThan(4 / Math.sqrt(N));
    for (const label of [y1, y2]) {
      const mean = label.reduce((sum, value) => sum + value, 0) / N;
      const square = label.reduce((sum, value) => sum + value ** 2, 0) / N;
      expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(N));
      expect(Math.abs(square - 1)).toBeLessThan(8 / Math.sqrt(N));
    }
  });
});

describe("ladder(settings)", () => {
  const rest = { inputs: 100, noiseStd: 0.1 };
  const [cosine, harmonic] = [[3.62, 6.46, 10.68, 13.67], [1, 2, 3, 4, 5].map((i) => 11.64 * i)];
  const cosines: GeneratorSettings = { ...rest, scale: 0.567, alpha: cosine, beta: Array(4).fill(Math.PI / 2) };
  const harmonics = { ...rest, scale: 0.141, alpha: harmonic, beta: [6.28, 0.02, 4.7, 3.37, 5.24] };

  // Losses found by an earlier simulation, to three decimals.
  test.each([
    ["paper", GENERATOR_PRESETS.paper.settings, [0.003, 0.177, 0.347, 0.541, 0.695, 0.884]],
    ["four cosines", cosines, [0.003, 0.177, 0.432, 0.625, 0.889]],
    ["five harmonics", harmonics, [0.003, 0.176, 0.323, 0.519, 0.688, 0.95]],
  ])("of %s is the known one within .001", (_, settings, known) => {
    const rungs = ladder(settings);
    expect(rungs).toHaveLength(known.length);
    for (const [j, loss] of known.entries()) expect(Math.abs(rungs[j] - loss)).toBeLessThan(0.001);
  });

  test.each([
    ["paper", GENERATOR_PRESETS.paper.settings],
    ["google", GENERATOR_PRESETS.google.settings],
    ["negative frequencies", { ...cosines, alpha: [3.62, -6.46, -10.68, 13.67], beta: [1, 0.3, 5, 2] }],
  ])("of %s is the loss of predictors that know the slow sines and the mean of the others", (name, settings) => {
    const simulated = simulatedLadder(settings, normals(keyOf(`test/ladder/${name}`), 200_000));
    for (const [j, loss] of ladder(settings).entries()) expect(Math.abs(loss - simulated[j])).toBeLessThan(0.005);
  });

  test("without sines is the noise floor alone", () => {
    const { settings } = GENERATOR_PRESETS.linear;
    expect(ladder(settings)).toEqual([settings.noiseStd ** 2 / labelVariance(settings)]);
  });
});

/** The same over draws z of w.x / c: what is left of the label when the prediction is subtracted, [m + 1]. */
function simulatedLadder({ scale, alpha, beta, noiseStd }: GeneratorSettings, z: Float32Array): number[] {
  const sines = alpha.map((a, i) => ({ a, b: beta[i] })).sort((one, two) => two.a ** 2 - one.a ** 2);
  const labels = z.map((value) => sines.reduce((y, { a, b }) => y + Math.sin(a * scale * value + b), scale * value));
  const variance = varianceOf(labels) + noiseStd ** 2;
  return Array.from({ length: sines.length + 1 }, (_, j) => {
    const known = sines.slice(j);
    const left = labels.map((y, n) => {
      const projection = scale * z[n];
      return y - known.reduce((sum, { a, b }) => sum + Math.sin(a * projection + b), projection);
    });
    return (varianceOf(left) + noiseStd ** 2) / variance;
  });
}

function varianceOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

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
