import { describe, expect, test } from "vitest";
import { DIAGNOSTIC_FIGURES, SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import type { Results } from "../../src/records/read-results.ts";
import { seesawText, variantsOf } from "../../src/report/figures-section.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const allOf = (results: Results) => SWEEP_FIGURES.map((kind) => variantsOf(kind, results));
const all = allOf(sweepResults());
const drawn = all.filter((one) => "variants" in one);
const variants = (name: string) => drawn.find((one) => one.name === name)?.variants ?? [];

test("variantsOf(kind, results) has one picture of each figure for each choice that changes it, with the paper's points marked", () => {
  for (const { name, variants } of drawn) {
    const choices = variants.flatMap((variant) => variant.choices.map((choice) => JSON.stringify(choice)));
    expect([name, choices.length, new Set(choices).size]).toEqual([name, 12, 12]);
  }
  expect(variants("figure4")).toHaveLength(12);
  expect(variants("figure5").map(({ choices }) => choices.map(({ scale }) => scale))).toEqual(
    Array(6).fill(["linear", "log"]),
  );
  for (const name of ["figure4", "final-loss"]) {
    for (const { figure } of variants(name)) {
      expect(figure.svg).toMatch(/class="paper"/);
      expect(figure.svg).toMatch(/class="item paper"/);
    }
  }
});

test("variantsOf(kind, results) tells what a figure lacks", () => {
  const diagnostics = DIAGNOSTIC_FIGURES.map(({ name }) => name);
  const lacking = all.filter((one) => "lacking" in one);
  expect(lacking.map(({ name }) => name)).toEqual([
    "figure3",
    "cost",
    "seesaw",
    "grid",
    "metrics",
    "metric-curves",
    "calibration",
    ...diagnostics,
  ]);
  expect(allOf(sweepResults({ failing: () => true })).filter((one) => "variants" in one)).toEqual([]);
});

const SET = ["models=[single-task, omoe, mmoe]", "correlations=[0.5]"];
const lossOf: LossOf = ({ model, index }) =>
  ({ "single-task": 0.2, mmoe: 0.1 + index / 100, omoe: 0.3 })[model.name] as number;

describe("seesawText(results)", () => {
  test("counts the cells that gain and lose, once for losses that agree; of too few runs, or where no model shares nothing, none", () => {
    const { markup: text } = seesawText(madeResults(lossOf, [...SET, "runs=5", "evalEvery=100"]));
    expect(text).toContain(
      "Against single-task, over 2 cells of five runs or more: on training rows and on held-out rows 1 gain,",
    );
    expect(text).toContain("1 gain, 1 lose and 0 are undecided, and 0 % of a cell’s runs are seesaws");
    expect(seesawText(madeResults(lossOf, [...SET, "runs=4"])).markup).toBe("");
    expect(seesawText(madeResults(() => 0.1, ["models=[omoe, mmoe]", "runs=5"])).markup).toBe("");
  });
});
