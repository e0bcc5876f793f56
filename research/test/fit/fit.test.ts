import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { labelCorrelation, labelVariance, ladder } from "../../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import type { GeneratorSettings } from "../../../src/data/settings.ts";
import { correlationSds } from "../../src/fit/bars.ts";
import { type CorrelationPoint, type Fit, fitConstants, fitOf, squaresOf } from "../../src/fit/fit.ts";
import { distinctSets, spreadsOf } from "../../src/fit/sets.ts";

const figure2 = parse<Record<string, string>>(
  readFileSync(new URL("../../../results/published/fig2.csv", import.meta.url)),
  { columns: true },
).map(
  (row): CorrelationPoint => ({
    correlation: Number(row.weight_cosine),
    labelCorrelation: Number(row.label_pearson_mean),
    error: Number(row.two_sd) / 2 / Math.sqrt(100),
  }),
);

const options = { starts: 30, seed: 4, noiseStd: 0.1, inputs: 7 };
const half = Math.PI / 2;
const cosines: GeneratorSettings = {
  inputs: 7,
  scale: 0.567,
  alpha: [3.62, 6.46, 10.68, 13.67],
  beta: [half, half, half, half],
  noiseStd: 0.1,
};

/** Points of the closed form, without errors. */
function pointsOf(settings: GeneratorSettings): CorrelationPoint[] {
  const correlations = [-0.5, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1];
  return correlations.map((correlation) => ({
    correlation,
    labelCorrelation: labelCorrelation(settings, correlation),
  }));
}

describe("fitConstants(points, options)", () => {
  test.each([
    ["no sine", { ...cosines, alpha: [], beta: [], scale: 0.4 }],
    ["one sine", { ...cosines, alpha: [5], beta: [1], scale: 0.7 }],
    ["three sines", { ...cosines, alpha: [2, 6, 11], beta: [0.4, 2, 5], scale: 0.5 }],
    ["four sines", cosines],
    ["five sines", { ...GENERATOR_PRESETS.paper.settings, inputs: 7 }],
  ])("finds the curve of known constants again: %s", (_, known) => {
    const fits = fitConstants(pointsOf(known), { ...options, sines: known.alpha.length });
    const { settings, largest } = fits[0];
    expect(largest).toBeLessThan(0.0005);
    for (const p of [0.3, 0.85, 0.99]) // between the points
      expect(Math.abs(labelCorrelation(settings, p) - labelCorrelation(known, p))).toBeLessThan(0.005);
    expect(labelVariance(settings)).toBeCloseTo(labelVariance(known), 1);
  });

  test("finds the very constants of one sine", () => {
    const known = { ...cosines, alpha: [5], beta: [1], scale: 0.7 };
    const { settings } = fitConstants(pointsOf(known), { ...options, sines: 1 })[0];
    expect(settings.scale).toBeCloseTo(0.7, 2);
    expect(settings.alpha[0]).toBeCloseTo(5, 1);
    expect(settings).toMatchObject({ inputs: 7, noiseStd: 0.1 });
  });

  test("finds one best fit from the starts of two seeds, which are others", () => {
    const bests = [1, 2].map((seed) => fitConstants(figure2, { ...options, sines: 2, starts: 60, seed })[0]);
    const [first, second] = bests as [Fit, Fit];
    expect(first.chiSquare / second.chiSquare).toBeCloseTo(1, 3);
    expect(first.settings).not.toEqual(second.settings); // to all digits
  });

  test("starts that are added change nothing in those before", () => {
    const of = (starts: number) => fitConstants(figure2, { ...options, sines: 2, starts });
    expect(of(9)).toEqual(expect.arrayContaining(of(4)));
  });
});

describe("four sines for the paper's Figure 2", () => {
  const fits = fitConstants(figure2, { ...options, starts: 60, sines: 4 });
  const near = fits.filter(({ largest }) => largest <= 0.002);

  test("are found within .002, and are best by chi-square first", () => {
    expect(near.length).toBeGreaterThan(3);
    expect(fits.map(({ chiSquare }) => chiSquare)).toEqual(
      fits.map(({ chiSquare }) => chiSquare).sort((a, b) => a - b),
    );
    expect(fits[0]?.largest).toBeLessThan(0.0015);
  });

  test("have the frequencies and the ladder of four cosines, which are within .002 themselves", () => {
    const known = fitOf(cosines, figure2);
    expect(known.largest).toBeLessThan(0.002);
    const { settings, ladder: rungs } = fits[0];
    for (const [i, a] of settings.alpha.entries())
      expect(Math.abs((a * settings.scale) / (cosines.alpha[i] * cosines.scale) - 1)).toBeLessThan(0.01);
    for (const [j, rung] of known.ladder.slice(0, 4).entries()) expect(Math.abs(rungs[j] - rung)).toBeLessThan(0.005);
  });

  test("leave the scale and the phases open, together", () => {
    const spreads = new Map(spreadsOf(near).map(({ name, low, high }) => [name, high - low]));
    expect(spreads.get("scale")).toBeGreaterThan(0.2);
    expect(spreads.get("beta1")).toBeGreaterThan(0.5);
    expect(spreads.get("alpha4 x scale")).toBeLessThan(0.2);
    expect(spreads.get("rung 1")).toBeLessThan(0.002);
  });
});

describe("with bars", () => {
  const known = { ...cosines, alpha: [3], beta: [1], scale: 0.7 };
  const shape = { scale: 0.7, s: [2.1], beta: [1] };
  const points = pointsOf(known).map((point) => {
    const [sd] = correlationSds(shape, 0.1, [point.correlation], new Float64Array(3)) as unknown as [number];
    return { ...point, error: sd / 50, bar: { sd, trials: 73 } };
  });

  test("fitConstants(points, options) goes through points and bars", () => {
    const [fit] = fitConstants(points, { ...options, starts: 8, sines: 1 });
    expect(fit?.chiSquare).toBeLessThan(0.05);
    expect(fit?.barChiSquare).toBeLessThan(0.05);
  });

  test("fitConstants(points, options) trades points for bars that want other constants", () => {
    const wide = points.map((point) => ({ ...point, bar: { ...point.bar, sd: 1.2 * point.bar.sd } }));
    const [fit] = fitConstants(wide, { ...options, starts: 8, sines: 1 });
    const before = fitOf(known, wide);
    expect(before.barChiSquare).toBeCloseTo(11 * 2 * 72 * Math.log(1.2) ** 2, 6);
    expect(fit?.chiSquare).toBeGreaterThan(0.05);
    expect(fit?.chiSquare + fit?.barChiSquare).toBeLessThan(before.barChiSquare - 1);
  });
});

test("fitOf(settings, points) has the largest difference, the rms and chi-square", () => {
  const at = (p: number, off: number, error: number) => ({
    correlation: p,
    labelCorrelation: labelCorrelation(cosines, p) + off,
    error,
  });
  const fit = fitOf(cosines, [at(0.5, 0.03, 0.01), at(0.9, -0.04, 0.02)]);
  expect(fit.largest).toBeCloseTo(0.04, 12);
  expect(fit.rms).toBeCloseTo(Math.sqrt(0.0025 / 2), 12);
  expect(fit.chiSquare).toBeCloseTo(9 + 4, 9);
  expect(fit.ladder).toEqual(ladder(cosines));
  expect(fitOf(cosines, pointsOf(cosines)).chiSquare).toBeNaN();
});

test("squaresOf(fit) is both chi-squares, that of the points, or the rms: what is known", () => {
  const known = { settings: cosines, largest: 9, rms: 2, chiSquare: 3, barChiSquare: 4, ladder: [] };
  expect(squaresOf(known)).toBe(7);
  expect(squaresOf({ ...known, barChiSquare: Number.NaN })).toBe(3);
  expect(squaresOf({ ...known, barChiSquare: Number.NaN, chiSquare: Number.NaN })).toBe(2);
});

describe("of several fits", () => {
  const fitWith = (rungs: number[], beta = [1], scale = 1): Fit => ({
    settings: { inputs: 3, scale, alpha: [2], beta, noiseStd: 0.1 },
    largest: 0,
    rms: 0,
    chiSquare: 0,
    barChiSquare: 0,
    ladder: rungs,
  });

  test("distinctSets(fits, apart) keeps the first of those whose rungs all are near", () => {
    const fits = [fitWith([0.1, 0.5]), fitWith([0.1, 0.53]), fitWith([0.1, 0.51]), fitWith([0.13, 0.5])];
    expect(distinctSets(fits, 0.02).map(({ ladder: rungs, fits: count }) => [rungs[0], rungs[1], count])).toEqual([
      [0.1, 0.5, 2],
      [0.1, 0.53, 1],
      [0.13, 0.5, 1],
    ]);
  });

  test("distinctSets(fits, apart) takes rungs that are just so far apart as near", () => {
    expect(distinctSets([fitWith([0.5]), fitWith([0.75])], 0.25)).toHaveLength(1);
  });

  test("spreadsOf(fits) of no fit is empty", () => {
    expect(spreadsOf([])).toEqual([]);
  });

  test("spreadsOf(fits) goes from the least to the greatest, of phases along the shorter arc", () => {
    const fits = [fitWith([0.1, 0.5], [6.2], 0.5), fitWith([0.1, 0.7], [0.3], 0.25), fitWith([0.1, 0.6], [5.9], 1)];
    const turn = 2 * Math.PI;
    expect(spreadsOf(fits)).toEqual([
      { name: "scale", low: 0.25, high: 1 },
      { name: "alpha1 x scale", low: 0.5, high: 2 },
      { name: "alpha1", low: 2, high: 2 },
      { name: "beta1", low: 5.9, high: 0.3 + turn },
      { name: "rung 0", low: 0.1, high: 0.1 },
      { name: "rung 1", low: 0.5, high: 0.7 },
    ]);
  });
});
