import { describe, expect, test } from "vitest";
import { seesawText } from "../../src/report/figures-section.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const SET = ["models=[single-task, omoe, mmoe]", "correlations=[0.5]"];
const lossOf: LossOf = ({ model, index }) =>
  ({ "single-task": 0.2, mmoe: 0.1 + index / 100, omoe: 0.3 })[model.name] as number;

describe("seesawText(results)", () => {
  test("counts the cells that gain and lose, once for losses that agree", () => {
    const { markup: text } = seesawText(madeResults(lossOf, [...SET, "runs=5", "evalEvery=100"]));
    expect(text).toContain(
      "Against single-task, over 2 cells of five runs or more: on training rows and on held-out rows 1 gain,",
    );
    expect(text).toContain("1 gain, 1 lose and 0 are undecided, and 0 % of a cell’s runs are seesaws");
  });

  test("is empty for too few runs, and where no model shares nothing", () => {
    expect(seesawText(madeResults(lossOf, [...SET, "runs=4"])).markup).toBe("");
    expect(seesawText(madeResults(() => 0.1, ["models=[omoe, mmoe]", "runs=5"])).markup).toBe("");
  });
});
