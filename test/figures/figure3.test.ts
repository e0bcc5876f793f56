import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureOptions } from "../../src/figures/draw/figure.ts";
import { drawerOf } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const figure3 = drawerOf("figure3");

const draw = (options: Partial<FigureOptions>) =>
  figure3(sweepResults({ set: ["models=[shared-bottom-16]", "steps=10000", "correlations=[0.5, 0.7, 1]"] }), {
    ...DEFAULT_OPTIONS,
    ...options,
  }) as Figure;

describe("figure3(results)", () => {
  test("lays the paper's curves over those that it has, only when asked to", () => {
    const { data, svg, caption } = draw({ paper: true });
    const paper = (correlation: number, step: number) =>
      data.find((row) => row.correlation === correlation && row.step === step)?.paper;
    expect([paper(0.5, 100), paper(0.7, 100), paper(1, 9900)]).toEqual([0.7572, Number.NaN, 0.2832]);
    expect(svg).toContain("the paper");
    expect(caption).toContain("the paper's Figure 3; a mean over its 200 runs");
    expect(draw({}).svg).not.toContain("the paper");
  });
});
