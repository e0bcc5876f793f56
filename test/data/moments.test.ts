import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { labelCorrelation, labelMean, labelVariance, noiseFloor } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
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
    const [y1, y2] = [0, 1].map((k) => Float64Array.from({ length: N }, (_, n) => y[2 * n + k] as number)) as [
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

test("the paper preset has label variance 2.89, squared mean .01 and noise floor .0035", () => {
  const { settings } = GENERATOR_PRESETS.paper;
  expect(labelVariance(settings)).toBeCloseTo(2.89, 2);
  expect(labelMean(settings) ** 2).toBeCloseTo(0.01, 2);
  expect(noiseFloor(settings)).toBeCloseTo(0.0035, 4);
});
