import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureOptions } from "../../src/figures/figure.ts";
import { figure4 } from "../../src/figures/figure4.ts";
import { mean } from "../../src/stats/moments.ts";
import { sweepResults } from "../support/sweep-results.ts";

const draw = (options: Partial<FigureOptions> = {}, results = sweepResults()) =>
  figure4(results, { ...DEFAULT_OPTIONS, ...options }) as Figure;

describe("figure4(results, options)", () => {
  test("draws held-out medians on a logarithmic axis in the dark", async () => {
    const figure = draw({ loss: "heldout", statistic: "median", scale: "log", theme: "dark" });
    await expect(figure.svg).toMatchFileSnapshot("gallery/figure4-heldout-median-log-dark.svg");
  });

  test("draws running means", async () => {
    await expect(draw({ loss: "running" }).svg).toMatchFileSnapshot("gallery/figure4-running.svg");
  });

  test("gives the mean over runs and tasks at each step as data", () => {
    const results = sweepResults();
    const row = draw().data.find((one) => one.model === "omoe" && one.correlation === 0.9 && one.step === 300);
    const runs = results.records.filter((record) => record.model === "omoe" && record.correlation === 0.9);
    const losses = runs.map(({ curve }) => mean(curve.train.subarray(4, 6)));
    expect(row).toMatchObject({ runs: 7, loss: "train", statistic: "mean" });
    expect(row?.value).toBeCloseTo(mean(losses), 12);
  });

  test("names the loss, the number of runs and the failed ones in its caption", () => {
    const failing = (id: string) => id === "mmoe/p=0.90/003" || id === "mmoe/p=0.90/005";
    const { caption } = draw({ loss: "heldout" }, sweepResults({ failing }));
    expect(caption).toMatch(/^Mean held-out loss/);
    expect(caption).toMatch(/n = 5 to 7 runs in each cell\. Runs that failed are left out: 2 of MMoE at 0\.9\.$/);
  });

  test("names the failures of a cell in which every run failed", () => {
    const { caption, data } = draw({}, sweepResults({ failing: (id) => id.startsWith("omoe/p=1.00") }));
    expect(caption).toMatch(/n = 7 runs in each cell\. Runs that failed are left out: 7 of OMoE at 1\.$/);
    expect(data.some((row) => row.model === "omoe" && row.correlation === 1)).toBe(false);
  });

  test("lays the paper's curves over ours only when asked to, and then shows the difference", () => {
    const results = sweepResults({ set: ["steps=10000"] });
    expect(draw({}, results).data[0]).not.toHaveProperty("paper");
    expect(draw({ paper: true }, results).data[0]).toHaveProperty("paper");
    expect(draw({ paper: true }, results).svg).toContain("Ours minus the paper's");
    expect(draw({}, results).svg).not.toContain("the paper");
  });

  test.each([
    ["shared-bottom", 0.4936, 0.2009],
    ["omoe", 0.3794, 0.0784],
    ["mmoe", 0.2348, 0.0703],
  ])("lays the paper's own curve of %s over ours", (model, early, late) => {
    const { data } = draw({ paper: true }, sweepResults({ set: ["steps=10000"] }));
    const paper = (correlation: number, step: number) =>
      data.find((row) => row.model === model && row.correlation === correlation && row.step === step)?.paper;
    expect([paper(0.5, 500), paper(1, 9900)]).toEqual([early, late]);
  });

  test("lays the whole axis of the paper over a training of another length, and says its unit", () => {
    const { data, caption } = draw({ paper: true }, sweepResults({ set: ["steps=30000", "evalEvery=300"] }));
    const late = data.find((row) => row.model === "mmoe" && row.correlation === 1 && row.step === 29_700);
    expect(late?.paper).toBe(0.0703);
    expect(caption).toContain("its unit as 3 steps (assumed)");
  });

  test("says what it lacks where no run is done", () => {
    const drawn = figure4(sweepResults({ failing: () => true }), DEFAULT_OPTIONS);
    expect(drawn).toEqual({ name: "figure4", lacking: "no run is done" });
  });

  test("draws curves of more points than a call has arguments", () => {
    const results = sweepResults({
      set: ["models=[mmoe]", "correlations=[1]", "runs=1", "steps=140000", "evalEvery=1"],
    });
    expect(draw({}, results).data).toHaveLength(140_000);
  });

  test("draws a cell of one run without a band", () => {
    const { svg, caption } = draw({}, sweepResults({ set: ["runs=1"] }));
    expect(svg).not.toMatch(/NaN|fill-opacity="0.22"/);
    expect(caption).toContain("n = 1 run in each cell");
  });
});
