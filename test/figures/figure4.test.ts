import { describe, expect, test } from "vitest";
import type { FigureOptions } from "../../src/figures/draw/figure.ts";
import { mean } from "../../src/stats/moments.ts";
import { drawn } from "../support/drawer.ts";
import { expectPicture } from "../support/picture.ts";
import { sweepResults } from "../support/sweep-results.ts";

const draw = (options: Partial<FigureOptions> = {}, results = sweepResults()) => drawn("figure4", results, options);

describe("figure4(results, options)", () => {
  test("draws held-out medians on a logarithmic axis in the dark", async () => {
    const figure = draw({ loss: "heldout", statistic: "median", scale: "log", theme: "dark" });
    await expectPicture(figure, "figure4-heldout-median-log-dark");
  });

  test.each([
    ["train", 4],
    ["running", 0],
  ] as const)("gives the mean %s loss over runs and tasks at each step as data", (loss, first) => {
    const results = sweepResults();
    const row = draw({ loss }).data.find((one) => one.model === "omoe" && one.correlation === 0.9 && one.step === 300);
    const runs = results.records.filter((record) => record.model === "omoe" && record.correlation === 0.9);
    const losses = runs.map(({ curve }) => mean(curve.train.subarray(first, 6))); // of two tasks, at steps 100, 200 and 300
    expect(row).toMatchObject({ runs: 7, loss, statistic: "mean" });
    expect(row?.value).toBeCloseTo(mean(losses), 12);
  });

  test("names the loss, the number of runs and the failed ones in its caption", () => {
    const failing = (id: string) => id === "mmoe/p=0.90/003" || id === "mmoe/p=0.90/005";
    const { caption } = draw({ loss: "heldout" }, sweepResults({ failing }));
    expect(caption).toMatch(/^Mean held-out loss/);
    expect(caption).toMatch(/n = 5 to 7 runs in each cell\. Runs that failed are left out: 2 of MMoE at 0\.9\.$/);
  });

  test("compares nothing with the paper where they have fewer than two steps in common", () => {
    const results = sweepResults({ set: ["steps=2000", "evalEvery=2000"] });
    expect(draw({ paper: true }, results).svg).not.toContain(">Ours minus the paper's<");
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

  test("draws curves of more points than a call has arguments", () => {
    const results = sweepResults({ set: ["models=[mmoe]", "correlations=[1]", "runs=1"] });
    const [record] = results.records as [(typeof results.records)[0]];
    const losses = new Float64Array(2 * 140_000).fill(0.5);
    const curve = { steps: Array.from({ length: 140_000 }, (_, i) => i + 1), train: losses, heldout: losses };
    expect(draw({}, { ...results, records: [{ ...record, curve }] }).data).toHaveLength(140_000);
  });

  test("names the paper's Figure 3 where that has the model", () => {
    const small = sweepResults({ set: ["models=[shared-bottom-16]", "steps=10000"] });
    const { title, caption } = draw({ paper: true }, small);
    expect(title).toBe("Loss against training steps of Shared-Bottom-16");
    expect(caption).toContain("Hollow markers: the paper's Figure 3; a mean");
  });
});

test("figure3 lays the paper's curves over those that it has, only when asked to", () => {
  const small = sweepResults({ set: ["models=[shared-bottom-16]", "steps=10000", "correlations=[0.5, 0.7, 1]"] });
  const { data, svg, caption } = drawn("figure3", small, { paper: true });
  const paper = (correlation: number, step: number) =>
    data.find((row) => row.correlation === correlation && row.step === step)?.paper;
  expect([paper(0.5, 100), paper(0.7, 100), paper(1, 9900)]).toEqual([0.7572, Number.NaN, 0.2832]);
  expect(svg).toContain("the paper");
  expect(caption).toContain("the paper's Figure 3; a mean over its 200 runs");
  expect(drawn("figure3", small).svg).not.toContain("the paper");
});
