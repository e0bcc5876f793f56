import { describe, expect, test } from "vitest";
import { drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { textsOf } from "../support/texts.ts";

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
    const { svg, data, caption } = draw([...Array.from({ length: 99 }, () => 0.05), 1.9]);
    expect(caption).toContain("Losses of 0.033 and more share the last bin, which is pale and has an arrow.");
    expect(svg).toContain("100 runs at 0.033 or more");
    expect(svg.match(/class="beyond"/g)).toHaveLength(1);
    expect(svg.match(/class="bar"[^>]* fill-opacity/g)).toHaveLength(1);
    expect(data).toHaveLength(58);
  });

  test("draws a single run high enough to be seen", () => {
    const { svg } = draw([0.07, ...Array.from({ length: 300 }, (_, i) => (i < 9 ? 0.11 : 0.05))]);
    const heights = [...svg.matchAll(/class="bar" [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(0.8);
  });

  test("says where no run of a cell is done, and leaves no empty panel", () => {
    const lossOf: LossOf = ({ model, correlation }) => (model.name === "omoe" && correlation === 0.9 ? "failed" : 0.1);
    const { svg } = drawn("figure5", madeResults(lossOf, ["runs=5"]));
    expect(svg.match(/class="panel"/g)).toHaveLength(8);
    expect(svg).toMatch(/<g data-model="omoe" data-correlation="0.9">[\s\S]*?>no run is done</);
  });

  test.each([
    ["its name", [...Array(9).fill(0.02), 0.5], ["rung 1"]],
    ["its number where a bar is near", [0.22, 0.22, 0.22, 0.22, 0.5], ["1"]],
    ["its number where the dashed line is near", [...Array(6).fill(0.02), 0.5, 0.5, 0.5, 0.5], ["1"]],
    ["nothing where a bar is", [0.19, 0.19, 0.19, 0.19, 0.5], []],
  ] as const)("has beside a rung %s", (_, losses, expected) => {
    const lossOf: LossOf = ({ index }) => losses[index] as number;
    const set = ["data=four-sines", ...one, `runs=${losses.length}`];
    const { svg } = drawn("figure5", madeResults(lossOf, set));
    const [, line = 0] = [...(/class="rungs">(.*?)<text/s.exec(svg)?.[1] ?? "").matchAll(/x1="([\d.]+)"/g)].map(
      ([, x]) => Number(x),
    );
    const names = textsOf(svg).filter(({ words, left }) => /^(rung )?1$/.test(words) && Math.abs(left - line) < 2);
    expect(names.map(({ words }) => words)).toEqual(expected);
  });

  test("names the rungs in the panel that has most room for names", () => {
    const lossOf: LossOf = ({ model, index }) => (index === 0 ? 0.5 : model.name === "omoe" ? 0.19 : 0.12);
    const set = ["data=four-sines", "models=[omoe, mmoe]", "correlations=[0.9]", "runs=9"];
    const { svg } = drawn("figure5", madeResults(lossOf, set));
    const panels = svg.split('class="panel"').slice(1);
    expect(panels.map((panel) => panel.match(/>rung \d</g)?.length ?? 0)).toEqual([0, 3]);
  });

  test("marks the rungs of the ladder that it reaches, but not behind running means", () => {
    const results = madeResults(() => 0.5, ["data=four-sines", ...one, "runs=2"]);
    const of = (loss: "train" | "running") => drawn("figure5", results, { loss });
    expect(of("train").svg.match(/<g class="rungs">\n(<line[^>]*>\n){3}/g)).toHaveLength(1); // .0035, .176 and .433
    expect(of("train").svg).toMatch(/>rung 1</);
    expect(of("train").caption).toContain(
      "Grey lines: rung j is the loss of a run whose tasks all lack the j fastest sines",
    );
    expect(of("running").svg).not.toMatch(/class="rungs">\s*<line/);
    expect(of("running").caption).not.toContain("rung");
  });
});
