import { expect, test } from "vitest";
import { DIAGNOSTIC_FIGURES } from "../../src/figures/gallery.ts";
import { drawVariants } from "../../src/report/figures-section.ts";
import { sweepResults } from "../support/sweep-results.ts";

const { drawn, lacking } = drawVariants(sweepResults());
const variants = (name: string) => drawn.find((one) => one.name === name)?.variants ?? [];

test("drawVariants(results) has exactly one picture of each figure for each choice", () => {
  for (const { name, variants } of drawn) {
    const choices = variants.flatMap((variant) => variant.choices.map((choice) => JSON.stringify(choice)));
    expect([name, choices.length, new Set(choices).size]).toEqual([name, 12, 12]);
  }
});

test("drawVariants(results) draws a figure once for all choices that don't change it", () => {
  expect(variants("figure4")).toHaveLength(12);
  expect(variants("figure5").map(({ choices }) => choices.map(({ scale }) => scale))).toEqual(
    Array(6).fill(["linear", "log"]),
  );
});

test("drawVariants(results) marks the paper's points wherever it draws them, for the switch", () => {
  for (const name of ["figure4", "final-loss"]) {
    for (const { figure } of variants(name)) {
      expect(figure.svg).toMatch(/class="paper"/);
      expect(figure.svg).toMatch(/class="item paper"/);
    }
  }
});

test("drawVariants(results) tells what a figure lacks", () => {
  const diagnostics = DIAGNOSTIC_FIGURES.map(({ name }) => name);
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
  expect(drawVariants(sweepResults({ failing: () => true })).drawn).toEqual([]);
});
