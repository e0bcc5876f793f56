import { expect, test } from "vitest";
import { comparisonsOf } from "../../../src/cli/text/summary-text.ts";
import { betweenModels } from "../../../src/summary/comparisons.ts";
import { range } from "../../support/reference.ts";

const cell = (model: string, lossOf: (run: number) => number, runs = 12) => ({
  ...{ model, correlation: null, point: {}, failed: [], missing: 0, overlap: 0 },
  byRun: new Map(range(runs).map((run) => [run, lossOf(run)])),
});
const alike = (run: number) => 1 + 0.1 * Math.sin(run) + (run % 2 === 0 ? 0.01 : -0.011);
const lower = (run: number) => 0.5 + 0.1 * Math.sin(run);
const linear = (run: number) => 1 + 0.1 * Math.sin(run);

test.each([12, 3])(
  "comparisonsOf(...) of %i runs names the models that are not told apart from logistic regression",
  (runs) => {
    const cells = [cell("mmoe", alike, runs), cell("logistic-regression", linear, runs), cell("omoe", lower, runs)];
    const none = { correlations: [], points: [], spreads: [] };
    const text = (all: typeof cells) =>
      comparisonsOf({ ...none, models: betweenModels(all) } as unknown as Parameters<typeof comparisonsOf>[0])
        .map(({ after }) => after)
        .join();
    expect(text(cells)).toMatch(/; not told apart from logistic-regression: mmoe$/m);
    expect(text(cells.slice(1))).not.toContain("not told apart from logistic-regression");
  },
);
