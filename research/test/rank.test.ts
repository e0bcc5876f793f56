import { describe, expect, test } from "vitest";
import type { GeneratorConfig } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { publishedFigure3, publishedFigure4 } from "../../src/figures/published.ts";
import { constantsName } from "../src/constants.ts";
import type { CurvePoint } from "../src/curves.ts";
import { fingerprints } from "../src/fingerprint.ts";
import { nearestBy, rank } from "../src/rank.ts";

/** The paper's curves, `factor` times as high, with `unit` steps for a unit of its axis, up to that axis' `end`. */
function likeThePaper({ factor = 1, unit = 10, end = 9900, lr = 0.01 }, published = publishedFigure4): CurvePoint[] {
  return published()
    .filter(({ step }) => step > 0 && step <= end)
    .map(({ model, correlation, step, loss }) => {
      const both = { mean: factor * loss, error: 0.05 * factor * loss };
      return {
        constants: "4-1",
        loss: "squared of standardised",
        initializer: "glorot-uniform",
        rows: "fresh",
        batch: 32,
        lr,
        model,
        correlation,
        runs: 7,
        step: unit * step,
        losses: { train: { mean: 2 * loss, error: 0 }, heldout: { mean: 3 * loss, error: 0 }, running: both },
      };
    });
}

const nearest = (points: readonly CurvePoint[]) => rank(points)[0];
const means = (points: readonly CurvePoint[]) => rank(points).filter(({ tasks }) => tasks === "mean");

describe("rank(points)", () => {
  test("puts the paper's own curves at no distance, and finds the steps of a unit", () => {
    const { shown, tasks, lr, distance } = nearest(likeThePaper({})) ?? {};
    expect([shown, tasks, lr]).toEqual(["running", "mean", "0.01"]);
    expect(distance?.unit).toBeCloseTo(10, 9);
    expect(distance?.rms).toBeCloseTo(0, 9);
    expect(distance?.cells).toHaveLength(9);
  });

  test("takes the sum of both tasks' losses where the mean is half of the paper's", () => {
    const { shown, tasks, distance } = nearest(likeThePaper({ factor: 0.5 })) ?? {};
    expect([shown, tasks]).toEqual(["running", "sum"]);
    expect(distance?.rms).toBeCloseTo(0, 9);
    expect(distance?.cells[0]?.end).toBeCloseTo(0.2551, 6);
  });

  test("measures a constant factor by its logarithm, and in standard errors with the floor of 5 %", () => {
    const low = likeThePaper({ factor: 0.5, end: 9900 }).map((point) => ({ ...point, runs: 7 }));
    const train = means(low).find(({ shown, distance }) => shown === "train" && distance.unit > 9);
    const running = means(likeThePaper({ factor: 1.1 })).find(({ shown }) => shown === "running");
    expect(train?.distance.cells[0]?.end).toBeCloseTo(2 * 0.2551, 6);
    expect(running?.distance.rms).toBeLessThan(Math.log(1.1) + 1e-9);
    expect((running?.distance.z as number) / (running?.distance.rms as number)).toBeCloseTo(1 / (0.05 * Math.SQRT2), 6);
  });

  test("measures the small Shared-Bottom by Figure 3, apart from the others", () => {
    const both = [...likeThePaper({}), ...likeThePaper({ unit: 100 }, publishedFigure3)];
    const running = means(both).filter(({ shown }) => shown === "running");
    expect(running.map(({ figure }) => figure)).toEqual([4, 3]);
    expect(running[1]?.distance.unit).toBeCloseTo(100, 9);
    expect(running[1]?.distance.rms).toBeCloseTo(0, 9);
    expect(running[1]?.distance.cells).toHaveLength(3);
  });

  test("has a distance on the axis at its word as far as curves reach, whichever unit is best", () => {
    const all = rank(likeThePaper({ unit: 1000, end: 2000 }));
    const [first] = nearestBy(all, ({ literal }) => literal?.rms);
    expect([first?.shown, first?.tasks, first?.literal?.upTo]).toEqual(["running", "mean", 2000]);
    expect(first?.literal?.rms).toBeCloseTo(0, 9);
    expect(first?.distance.unit).toBeLessThan(300);
  });

  test("has none on the axis at its word for curves shorter than a million steps", () => {
    expect(nearest(likeThePaper({ unit: 1000, end: 900 }))?.literal).toBeUndefined();
  });

  test("measures the ends of runs at the rate that each cell shows, by each reading", () => {
    const points = [0.001, 0.01].flatMap((lr) => likeThePaper({ unit: 1000, lr, factor: lr === 0.01 ? 1.5 : 0.5 }));
    const finals = [0.001, 0.01].map((lr) => ({
      constants: "4-1",
      loss: "squared of standardised",
      initializer: "glorot-uniform",
      rows: "fresh",
      batch: 32,
      lr,
      model: "shared-bottom",
      correlation: 0.5,
      run: 3,
      steps: 10_000_000,
      running: [10 * lr + 3, 5],
      late: [9, 9],
    }));
    const emd = (lr: string) =>
      rank(points, finals)
        .filter((one) => one.lr === lr && one.spread)
        .map(({ tasks, spread }) => [tasks, spread?.emd]);
    // every loss is above every one of the paper's, so the distance is that of the means
    const paper = 0.2563;
    const expected = { mean: 4.005 - paper, sum: 8.01 - paper, one: 4.005 - paper };
    expect(new Map(emd("by model: 0.001 0.01") as [string, number][])).toEqual(
      new Map(Object.entries(expected).map(([tasks, value]) => [tasks, expect.closeTo(value, 3)])),
    );
    expect(new Map(emd("0.01") as [string, number][]).get("mean")).toBeCloseTo(4.05 - paper, 3);
  });

  test("measures the ends of runs at the unit that fits best, if they are as long or up to twice as long", () => {
    const setting = { constants: "4-1", loss: "squared of standardised", initializer: "glorot-uniform", rows: "fresh" };
    const trained = { ...setting, batch: 32, lr: 0.001, model: "shared-bottom", correlation: 0.5, run: 3 };
    const fitted = (steps: number) => {
      const finals = [{ ...trained, steps, running: [3, 5], late: [1, 1] }];
      const all = rank(likeThePaper({ unit: 100, lr: 0.001 }), finals);
      return all.find(({ shown, tasks }) => shown === "running" && tasks === "mean")?.fitted?.emd;
    };
    expect(fitted(1_000_000)).toBeCloseTo(4 - 0.2563, 3);
    expect(fitted(1_600_000)).toBeCloseTo(1.6 * 4 - 0.6 * 1 - 0.2563, 3);
    expect(fitted(2_500_000)).toBeUndefined();
  });

  test("leaves out models that the paper does not have", () => {
    const other = likeThePaper({}).map((point) => ({ ...point, model: "film", batch: 5 }));
    expect(rank(other)).toEqual([]);
    expect(rank([...other, ...likeThePaper({})]).every(({ batch }) => batch === 32)).toBe(true);
  });

  test.each(["gate.bias-true", "linear"])(
    "ranks models with %s as a setting of its own, by the paper's curves",
    (part) => {
      const withPart = likeThePaper({ factor: 2 })
        .filter(({ model }) => model !== "shared-bottom")
        .map((point) => ({ ...point, model: `${point.model}-${part}` }));
      const running = means([...withPart, ...likeThePaper({})]).filter(({ shown }) => shown === "running");
      expect(running.map(({ variant, distance }) => [variant, distance.cells.length])).toEqual([
        ["", 9],
        [part, 6],
      ]);
      expect(running[0]?.distance.rms).toBeCloseTo(0, 9);
      expect(running[1]?.distance.cells[0]?.end).toBeCloseTo(2 * running[1]?.distance.cells[0]?.paper, 6);
    },
  );

  test("leaves out curves that end before the axis does", () => {
    expect(rank(likeThePaper({ unit: 1, end: 9000 }))).toEqual([]);
  });

  test("lets each model choose the rate that ends lowest, as the paper did, whatever the other is near", () => {
    const ranked = means([...likeThePaper({}), ...likeThePaper({ factor: 0.7, lr: 0.001 })]);
    const ends = (lr: string) =>
      ranked.find((one) => one.lr === lr && one.shown === "running")?.distance.cells.map(({ end }) => end);
    expect(ends("by model: 0.001 0.01")).toEqual(ends("0.001"));
    expect(ends("by cell: 0.001 0.01")).toEqual(ends("0.001"));
    expect(ends("0.01")).not.toEqual(ends("0.001"));
  });

  test("lets a model choose among rates that it has at all correlations, a cell among all of its own", () => {
    const part = likeThePaper({ factor: 0.7, lr: 0.001 }).filter(({ correlation }) => correlation !== 0.9);
    const ranked = means([...likeThePaper({}), ...part]).filter(({ shown }) => shown === "running");
    const rates = (lr: string) => ranked.find((one) => one.lr === lr)?.distance.cells.map((cell) => cell.lr);
    expect(rates("by model: 0.001 0.01")).toEqual(Array(9).fill("0.01"));
    expect(new Set(rates("by cell: 0.001 0.01"))).toEqual(new Set(["0.001", "0.01"]));
  });
});

test("fingerprints() fits the curve of Shared-Bottom at .5 best as a running mean of .234", () => {
  const { residual, level } = fingerprints()[0];
  expect(residual["1"]).toBeCloseTo(2.35e-4, 5);
  expect(Math.min(residual["0.5"], residual["2"])).toBeGreaterThan(4 * residual["1"]);
  expect(level).toBeCloseTo(0.2341, 4);
});

test("constantsName(data) names a preset that is a set of the fit as that set", () => {
  const { inputs, scale, alpha, beta, noiseStd } = GENERATOR_PRESETS["four-sines"].settings;
  expect(constantsName("four-sines")).toBe("4-1");
  expect(constantsName({ inputs, scale, alpha: [...alpha], beta: [...beta], noiseStd })).toBe("4-1");
  expect(constantsName("paper")).toBe("paper");
  expect(
    ["figure3", "research/configs/two-rows.yaml"].map((name) =>
      constantsName((loadConfig(name) as GeneratorConfig).data),
    ),
  ).toEqual(["5-p32", "6-r40"]);
  expect(() => constantsName({ inputs, scale: 0.5, alpha: [], beta: [], noiseStd })).toThrow("expected constants of");
});
