import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/draw/figure.ts";
import { figure2 } from "../../src/figures/figure2.ts";
import type { LabelTrials } from "../../src/records/label-trials.ts";
import { expectPicture } from "../support/picture.ts";

const trials: LabelTrials = {
  settings: { data: "paper", seed: 0, correlations: [0.5, 0.9, 0.95, 1], trials: 3, rows: 400 },
  measured: [
    [0.07, 0.31, 0.45, 0.9965],
    [0.08, 0.3, 0.44, 0.9966],
    [0.09, 0.32, 0.43, 0.9967],
  ],
};

const drawn = (of = trials) => figure2(of, DEFAULT_OPTIONS) as Figure;

describe("figure2(trials, options)", () => {
  test("looks as in the gallery", async () => {
    await expectPicture(drawn(), "figure2");
  });

  test("gives mean, two standard deviations, closed form and the paper's point as data", () => {
    const [row] = drawn().data;
    expect(row).toMatchObject({ correlation: 0.5, trials: 3, rows: 400, paper: 0.07391, paperTwoSd: 0.02059 });
    expect(row?.mean).toBeCloseTo(0.08, 12);
    expect(row?.twoSd).toBeCloseTo(0.02, 12);
    expect(row?.closedForm).toBeCloseTo(0.07411, 5);
  });

  test("has the paper's points where it has such a correlation, also for other constants, and no bars for one trial", () => {
    const settings = { ...trials.settings, data: "linear", trials: 1 } as const;
    const { svg, caption, data } = drawn({ settings, measured: [[0.5, 0.9, 0.95, 1]] });
    expect(svg).not.toContain("NaN");
    expect(caption).toMatch(/n = 1 trial of 400 rows/);
    expect(data.map(({ paper }) => paper)).toEqual([0.07391, 0.30534, 0.44635, 0.99654]);
  });
});
