// The figure of each task's metric, and that of the losses of more than two tasks.
import { describe, expect, test } from "vitest";
import type { FigureOptions } from "../../src/figures/draw/figure.ts";
import type { Results } from "../../src/records/read-results.ts";
import { fileOf } from "../support/configs.ts";
import { drawerOf, drawn } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";
import { expectPicture } from "../support/picture.ts";
import { sweepResults } from "../support/sweep-results.ts";

const ROWS = ["0.5,no,31,north", "-1,yes,40,south", "2,no,22,east", "0,no,57,north", "1,yes,33,south"];
const file = fileOf(`x,y_income,y_age,y_region\n${ROWS.join("\n")}\n`, "people.csv");

const BEST: Readonly<Record<string, number>> = { "shared-bottom": 0, omoe: 0.02, mmoe: 0.05 };

/** Results whose runs have these metrics: of an income, an age and a region. */
function made(...set: string[]): Results {
  const results = madeResults(() => 0.3, [`rows=${file}`, "runs=7", ...set]);
  const none = Number.NaN;
  const records = results.records.map((record) => {
    const by = BEST[record.model] + 0.01 * Math.sin(record.run);
    const measures = {
      auc: [0.8 + by, none, none],
      logLoss: [0.5 - by, none, 0.9 - by],
      accuracy: [0.7 + by, none, 0.6 + by],
      rSquared: [none, 0.4 + by, none],
    };
    return { ...record, measures };
  });
  return { ...results, records };
}

const results = made();
const STEPS = [10, 20, 30, 40];
/** The same, evaluated at four steps; run 0 stopped at the third. */
const evaluated: Results = {
  ...results,
  records: results.records.map((record) => {
    const steps = record.run === 0 ? STEPS.slice(0, 3) : STEPS;
    const rising = (end: number) => steps.map((step) => end - (40 - step) / 400 + BEST[record.model]);
    const values = {
      "auc/1": rising(0.8),
      "accuracy/1": rising(0.7),
      "rSquared/2": rising(0.4),
      "accuracy/3": rising(0.6),
    };
    return { ...record, diagnostics: { steps, values } };
  }),
};
const draw = (options: Partial<FigureOptions> = {}, of = results) => drawn("metrics", of, options);

describe("metric-curves", () => {
  const curves = drawn("metric-curves", evaluated);

  test("looks as in the gallery", async () => {
    await expectPicture(curves, "metric-curves");
  });

  test("has the first metric of each task at every evaluation; a run that has ended keeps its last value", () => {
    const own = curves.data.filter(({ model, task }) => model === "mmoe" && task === 1);
    expect(own.map(({ step, metric, runs }) => [step, metric, runs])).toEqual(
      STEPS.map((step) => [step, "auc", step === 40 ? 6 : 7]),
    );
    expect(own.at(-1)?.value).toBeCloseTo(0.85 - 0.025 / 7, 12); // run 0 has .825 from step 30 on
    expect(curves.data).toHaveLength(3 * 3 * 4);
    expect(curves.caption).toContain("at the end of a curve 6 of 7 runs still train.");
  });
});

describe("metrics", () => {
  test("looks as in the gallery", async () => {
    await expectPicture(draw(), "metrics");
  });

  test("has all metrics as data, means over the runs with their intervals", () => {
    const { data } = draw();
    expect(data).toHaveLength(3 * 6);
    const row = data.find(({ model, metric, task }) => model === "mmoe" && metric === "auc" && task === 1);
    const mean = Array.from({ length: 7 }, (_, run) => 0.85 + 0.01 * Math.sin(run)).reduce((sum, x) => sum + x) / 7;
    expect(row).toMatchObject({ label: "y_income", runs: 7, statistic: "mean", value: expect.closeTo(mean, 12) });
    expect(row?.low).toBeLessThan(mean);
    expect(row?.high).toBeGreaterThan(mean);
    expect(draw({ statistic: "median" }).data.map(({ statistic }) => statistic)).toContain("median");
  });

  test("is not missed in a sweep on numbers of the generator", () => {
    expect(drawerOf("metrics")(sweepResults())).toMatchObject({ name: "metrics", never: true });
  });
});
