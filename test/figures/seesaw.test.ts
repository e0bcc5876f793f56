import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/figure.ts";
import { seesaw } from "../../src/figures/seesaw.ts";
import { madeResults } from "../support/made-results.ts";

const drawn = (set: readonly string[], lossOf: Parameters<typeof madeResults>[0] = () => 0.1) =>
  seesaw(madeResults(lossOf, set), DEFAULT_OPTIONS);

describe("seesaw(results, options)", () => {
  test("gives each run's gain of each task, and the shares in the corners", () => {
    const { data, svg } = drawn(["models=[single-task, mmoe]", "correlations=[0.5]", "runs=4"], ({ model, index }) =>
      model.name === "mmoe" ? ([0.05, 0.2, 0.05, 0.05][index] as number) : 0.1,
    ) as Figure;
    expect(data).toHaveLength(4);
    expect(data[1]).toMatchObject({ model: "mmoe", run: 1, loss: "train", against: "single-task" });
    expect(data.map(({ gain1 }) => Number(gain1).toFixed(6))).toEqual([
      "0.500000",
      "-1.000000",
      "0.500000",
      "0.500000",
    ]);
    const corners = [...svg.matchAll(/>(\d+%)</g)].map(([, share]) => share);
    expect(corners).toEqual(["75%", "25%", "0%"]); // both gain, both lose, a seesaw
    expect(svg.match(/class="run"/g)).toHaveLength(4);
  });

  test("draws eight models and names the others", () => {
    const models = "single-task, shared-bottom, omoe, mmoe, average, cgc, ple, adatt, mmoe-top-k, mmoe-deep-gate-1";
    const { caption, svg, data } = drawn([`models=[${models}]`, "correlations=[0.5]", "runs=2"]) as Figure;
    expect(caption).toMatch(/Of 9 models the first 8 are drawn; the numbers are of all, also of [a-z0-9-]+\./);
    expect(svg.match(/class="panel"/g)).toHaveLength(8);
    expect(new Set(data.map(({ model }) => model)).size).toBe(9);
  });

  test("says that it shows the first two of more tasks", () => {
    const { caption } = drawn(["models=[single-task, mmoe]", "tasks=3", "correlations=[0.5]", "runs=2"]) as Figure;
    expect(caption).toContain("Of the 3 tasks the first two.");
  });

  test("is lacking, and no one is told, where no model shares nothing", () => {
    expect(drawn(["models=[mmoe, omoe]"])).toEqual({
      name: "seesaw",
      lacking: "runs of single-task or single-task-wide are needed",
      never: true,
    });
  });
});
