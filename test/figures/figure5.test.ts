import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/figure.ts";
import { figure5 } from "../../src/figures/figure5.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const one = ["models=[mmoe]", "correlations=[0.9]"];
const draw = (losses: readonly number[]) => {
  const lossOf: LossOf = ({ index }) => losses[index] as number;
  return figure5(madeResults(lossOf, [...one, `runs=${losses.length}`]), DEFAULT_OPTIONS) as Figure;
};

describe("figure5(results, options)", () => {
  test("gives both ends of each bin and its runs as data", () => {
    expect(draw([0.01, 0.11, 0.12, 0.04]).data).toEqual(
      [1, 1, 0, 2].map((runs, i) => {
        return { model: "mmoe", correlation: 0.9, loss: "train", low: i / 30, high: (i + 1) / 30, runs };
      }),
    );
  });

  test("has no upper end for the last bin where losses lie beyond", () => {
    const { data, caption } = draw([0.5, 7]);
    expect(data.at(-1)).toMatchObject({ low: 2, high: Number.NaN, runs: 1 });
    expect(data.at(-2)).toMatchObject({ low: 59 / 30, high: 2, runs: 0 });
    expect(caption).toContain("Losses of 2 and more share the last bin.");
  });

  test("says in each bar which losses it counts", () => {
    const titles = [...draw([0.01, 0.11, 0.12, 7]).svg.matchAll(/<title>(MMoE[^<]*)</g)].map(([, words]) => words);
    expect(titles.map((words) => words?.replace(/^.*: /, ""))).toEqual([
      "1 runs at 0.000 to 0.033",
      "2 runs at 0.100 to 0.133",
      "1 runs at 2.000 or more",
    ]);
  });

  test("marks the rungs of the ladder that it reaches, but not behind running means", () => {
    const results = madeResults(() => 0.5, ["data=four-sines", ...one, "runs=2"]);
    const of = (loss: "train" | "running") => figure5(results, { ...DEFAULT_OPTIONS, loss }) as Figure;
    expect(of("train").svg.match(/<g class="rungs">\n(<line[^>]*>\n){3}/g)).toHaveLength(1); // .0035, .176 and .433
    expect(of("train").svg).toMatch(/>rung 1</);
    expect(of("train").caption).toContain(
      "Grey lines: rung j is the loss of a run whose tasks all lack the j fastest sines",
    );
    expect(of("running").svg).not.toMatch(/class="rungs">\s*<line/);
    expect(of("running").caption).not.toContain("rung");
  });
});
