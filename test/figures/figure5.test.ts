import { describe, expect, test } from "vitest";
import { drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const one = ["models=[mmoe]", "correlations=[0.9]"];
const draw = (losses: readonly number[]) => {
  const lossOf: LossOf = ({ index }) => losses[index];
  return drawn("figure5", madeResults(lossOf, [...one, `runs=${losses.length}`]));
};

describe("figure5(results, options)", () => {
  test("gives both ends of each bin, its runs and the cell's mean as data", () => {
    const ofCell = { statistic: "mean", value: expect.closeTo(0.07) };
    expect(draw([0.01, 0.11, 0.12, 0.04]).data).toEqual(
      [1, 1, 0, 2].map((runs, i) => {
        return { model: "mmoe", correlation: 0.9, loss: "train", low: i / 30, high: (i + 1) / 30, runs, ...ofCell };
      }),
    );
  });

  test("has no upper end for the last bin where losses lie beyond", () => {
    const { data, caption } = draw([0.5, 7]);
    expect(data.at(-1)).toMatchObject({ low: 2, high: Number.NaN, runs: 1 });
    expect(data.at(-2)).toMatchObject({ low: 59 / 30, high: 2, runs: 0 });
    expect(caption).toContain("Losses of 2 and more share the last bin, which is pale and has an arrow.");
  });

  test("draws a few runs far away in the last bin that others reach, and says so; its data have their bins", () => {
    const { data, caption } = draw([...Array.from({ length: 99 }, () => 0.05), 1.9]);
    expect(caption).toContain("Losses of 0.033 and more share the last bin, which is pale and has an arrow.");
    expect(data).toHaveLength(58);
  });

  test("explains the rungs of the ladder, but not behind running means", () => {
    const results = madeResults(() => 0.5, ["data=four-sines", ...one, "runs=2"]);
    const captionOf = (loss: "train" | "running") => drawn("figure5", results, { loss }).caption;
    expect(captionOf("train")).toContain(
      "Grey lines: rung j is the loss of a run whose tasks all lack the j fastest sines",
    );
    expect(captionOf("running")).not.toContain("rung");
  });
});
