import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES, type SweepFigure, supportedOptions } from "../../src/figures/gallery.ts";
import { drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

describe.each(["figure4", "final-loss"])("%s of sums", (name) => {
  const mean = drawn(name, sweepResults(), { paper: true });
  const sum = drawn(name, sweepResults(), { paper: true, sum: true });

  test("has twice the losses and intervals of two tasks, and the same losses of the paper", () => {
    const doubled = ({ value, low, high, paper }: Readonly<Record<string, unknown>>) =>
      [value, low, high].map((loss) => 2 * Number(loss)).concat(Number(paper));
    const own = ({ value, low, high, paper }: Readonly<Record<string, unknown>>) =>
      [value, low, high, paper].map(Number);
    expect(sum.data.map(own)).toEqual(mean.data.map(doubled));
  });

  test("says so on its axis and in its caption, and nowhere else", () => {
    expect([sum.svg, sum.caption].map((text) => text.includes("summed over tasks"))).toEqual([true, true]);
    expect([mean.svg, mean.caption].map((text) => text.includes("summed"))).toEqual([false, false]);
  });
});

test("figure5 counts sums: three tasks at .1 are in the bin at .3", () => {
  const lossOf: LossOf = () => 0.1;
  const results = madeResults(lossOf, ["models=[mmoe]", "correlations=[0.9]", "runs=4", "tasks=3"]);
  const { data } = drawn("figure5", results, { sum: true });
  const [first, ...more] = data.filter(({ runs }) => runs !== 0);
  expect([first, more]).toEqual([
    expect.objectContaining({ low: 9 / 30, runs: 4, value: expect.closeTo(0.3, 12) }),
    [],
  ]);
});

test("figure5 has no rungs of sums: they are of one task", () => {
  const captions = [false, true].map((sum) => drawn("figure5", sweepResults(), { sum }).caption);
  expect(captions.map((caption) => caption.includes("rung j is"))).toEqual([true, false]);
});

test("other figures don't heed it", () => {
  const choices = { ...DEFAULT_OPTIONS, sum: true };
  const heeding = SWEEP_FIGURES.filter((kind: SweepFigure) => supportedOptions(kind, choices).sum);
  expect(heeding.map(({ name }) => name)).toEqual(["figure4", "figure5", "final-loss"]);
});
