// Reliability diagrams, of predictions that are written here.
import { describe, expect, test } from "vitest";
import type { Figure } from "../../src/figures/draw/figure.ts";
import { shareOf } from "../../src/stats/interval.ts";
import { fileOf } from "../support/configs.ts";
import { drawerOf } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";
import { expectPicture } from "../support/picture.ts";
import { type PredictionColumns, withPredictions } from "../support/predictions.ts";
import { outside, touching } from "../support/texts.ts";

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const logit = (p: number) => Math.log(p / (1 - p));
const draw = drawerOf("calibration");

const BINARY = ["models=mmoe,omoe", "correlations=0.5", "labelKind=binary"];

/** How many times as sure as it should be a model is of the two tasks. */
const SURE: Readonly<Record<string, readonly number[]>> = {
  "shared-bottom": [1, 2],
  omoe: [1.2, 2.5],
  mmoe: [0.9, 0.5],
};

/** Evenly spaced probabilities, of which the share comes true that the model is off by. */
function evenly(model: string, run: number): PredictionColumns {
  const rows = Array.from({ length: 3000 }, (_, n) => 3 * Math.sin(n + run));
  const columns = [0, 1].flatMap((k) => {
    const isTrue = (z: number, n: number) => Number((n * 0.618034 + 0.1 * run) % 1 < sigmoid(z));
    const sure = SURE[model]?.[k];
    return [
      [`label/${k + 1}`, rows.map(isTrue)],
      [`output/${k + 1}`, rows.map((z) => sure * z)],
    ] as const;
  });
  return Object.fromEntries(columns);
}

const many = withPredictions(
  madeResults(() => 1, ["models=shared-bottom,omoe,mmoe", "correlations=0.5,1", "labelKind=binary", "runs=3"]),
  evenly,
);

test("looks as in the gallery, with no text beyond the page or on another", async () => {
  const drawn = draw(many) as Figure;
  await expectPicture(draw(many, { without: { models: ["omoe"], correlations: [1] } }), "calibration");
  expect(outside(drawn)).toEqual([]);
  expect(touching(drawn.svg)).toEqual([]);
  expect(draw({ ...many, records: many.records.toReversed() })).toEqual(drawn);
});

test("shows how often what has a probability comes true: of logits that are twice too large, sigmoid(z / 2)", () => {
  const { data } = draw(many) as Figure;
  const own = data.filter((row) => row.model === "shared-bottom" && row.task === 2 && Number(row.rows) > 60);
  expect(own.length).toBeGreaterThan(4);
  for (const { predicted, observed } of own)
    expect(Math.abs((observed as number) - sigmoid(logit(predicted as number) / 2))).toBeLessThan(0.05);
});

test("has the bins of the calibration error, which is their mean distance by rows", () => {
  const probabilities = [0.01, 0.05, 1 / 15 + 1e-4, 0.12, 0.5, 0.52, 0.999, 0.97];
  const labels = [0, 1, 0, 0, 1, Number.NaN, 1, 0];
  const column = { "label/1": labels, "output/1": probabilities.map(logit) };
  const results = withPredictions(
    madeResults(() => 1, [...BINARY, "runs=1"]),
    () => ({ ...column, "label/2": labels, "output/2": probabilities.map(logit) }),
  );
  const rows = (draw(results) as Figure).data.filter(({ model, task }) => model === "mmoe" && task === 1);
  const seen = rows.map(({ from, rows, predicted, observed }) => [from, rows, predicted, observed]);
  const expected = [
    [0, 2, 0.03, 0.5],
    [1 / 15, 2, (1 / 15 + 1e-4 + 0.12) / 2, 0],
    [7 / 15, 1, 0.5, 1],
    [14 / 15, 2, 0.9845, 0.5],
  ];
  expect(seen.flat()).toEqual(expected.flat().map((value) => expect.closeTo(value, 6)));
  expect(rows.map(({ to }) => to)).toEqual([1, 2, 8, 15].map((n) => expect.closeTo(n / 15, 12)));
  const error = (2 * 0.47 + 2 * ((1 / 15 + 0.1201) / 2) + 0.5 + 2 * 0.4845) / 7;
  expect(rows.map((row) => row.calibrationError)).toEqual(rows.map(() => expect.closeTo(error, 6)));
  expect(rows[0]).toMatchObject({ low: shareOf(1, 2).low, high: shareOf(1, 2).high });
});

describe("a class of several", () => {
  const file = fileOf("x,y_age,y_region\n1,31,north\n2,40,south\n0,22,east\n3,57,north\n", "people.csv");
  const results = withPredictions(
    madeResults(() => 1, [`rows=${file}`, "models=mmoe", "runs=2"]),
    (_, run) => ({
      "label/y_age": [1, 2],
      "output/y_age": [1, 2],
      "label/y_region": [2, run],
      ...Object.fromEntries(
        [0, 1, 2].map((c) => [`output/y_region/${c}`, [Math.log([1, 2, 5][c]), c === 0 ? Math.log(2) : 0]]),
      ),
    }),
  );

  test("is judged by the most likely one, over the rows of all runs; numbers are left out", () => {
    const { data, caption } = draw(results) as Figure;
    expect(data).toMatchObject([
      { label: "y_region", from: 7 / 15, rows: 1, predicted: expect.closeTo(0.5, 6), observed: 0.5, runs: 2 },
      { label: "y_region", from: 9 / 15, rows: 1, predicted: expect.closeTo(5 / 8, 6), observed: 1, runs: 2 },
    ]);
    expect(caption).toContain("the most likely class (y_region)");
    expect(caption).toContain("intervals for the test rows of one run");
  });
});

test("says what to do where predictions were not kept, and nothing of labels that are numbers", () => {
  const without = draw(madeResults(() => 1, [...BINARY, "runs=1"]));
  expect(without).toEqual({ name: "calibration", lacking: expect.stringContaining("mmoe sweep --keep-predictions") });
  const numbers = draw(madeResults(() => 1, ["models=mmoe", "correlations=0.5", "runs=1"]));
  expect(numbers).toEqual({ name: "calibration", lacking: "no label is a class", never: true });
});
