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

  test("lays the paper's curves over ours only when asked to, and then shows the difference", () => {
    const results = sweepResults({ set: ["steps=10000"] });
    expect(draw({}, results).data[0]).not.toHaveProperty("paper");
    expect(draw({ paper: true }, results).data[0]).toHaveProperty("paper");
    expect(draw({ paper: true }, results).svg).toContain("Ours minus the paper's");
    expect(draw({}, results).svg).not.toContain("the paper");
  });

  test("explains the paper's marks of every model that has them", () => {
    const marks = (svg: string) =>
      svg
        .split('class="item paper"')[1]
        ?.split("</g>")[0]
        ?.match(/<path [^>]*stroke="[^"]+"/g);
    expect(marks(draw({ paper: true }).svg)).toHaveLength(3);
    expect(marks(draw({ paper: true }, sweepResults({ set: ["models=[omoe, single-task]"] })).svg)).toHaveLength(1);
  });

  test("draws ours minus the paper's from its step 1,000 on, with bands, on a scale that shows .004", () => {
    const results = sweepResults({ set: ["steps=20000", "evalEvery=200", "models=[mmoe]", "correlations=[0.9]"] });
    const { svg } = draw({ paper: true, theme: "page" }, results);
    const below = svg.split(">Ours minus the paper's<")[1];
    expect(below).toContain('data-reading="off" data-from="2000"');
    const { data } = draw({ paper: true }, results);
    const last = data.find(({ step }) => step === 19_800);
    expect(below).toMatch(/class="band"[^>]*>\s*<path d="M[^"]+" fill="[^"]+" fill-opacity="0.22"/);
    const [low, high, bottom, top] = numbersIn(below.replaceAll("linear ", ""), "data-y") as [
      number,
      number,
      number,
      number,
    ];
    const points = (bottom - top) / (high - low);
    const [, line = ""] = /class="series"[^>]*>\s*<path d="([^"]+)"/.exec(below) ?? [];
    const end = Number(line.split(",").at(-1));
    expect(low + (bottom - end) / points).toBeCloseTo(Number(last?.value) - Number(last?.paper), 3);
    expect(0.004 * points).toBeGreaterThan(0.6);
  });

  test("compares nothing with the paper where they have fewer than two steps in common", () => {
    const results = sweepResults({ set: ["steps=2000", "evalEvery=2000"] });
    expect(draw({ paper: true }, results).svg).not.toContain(">Ours minus the paper's<");
  });

  test("draws the curves that end low in the frame again, on a logarithmic axis", () => {
    const again = />The lower curves on a logarithmic axis</;
    const below = draw().svg.split(again)[1];
    const drawn = [...below.matchAll(/class="series" data-model="(\S+)"/g)].map(([, model]) => model);
    expect(drawn).toEqual(["omoe", "mmoe", "omoe", "mmoe", "omoe", "mmoe"]);
    expect(below.match(/data-y="log /g)).toHaveLength(3);
    expect(draw({}, sweepResults({ set: ["models=[shared-bottom, mmoe]"] })).svg).not.toMatch(again);
    expect(draw({ scale: "log" }).svg).not.toMatch(again);
  });

  test("titles the first row of differences, also where all curves end low", () => {
    const made = sweepResults({ set: ["models=[omoe, mmoe]", "steps=10000"] });
    const steep = (loss: number, i: number) => (i < 30 ? 4 * loss : loss); // the first 15 evaluations of two tasks
    const records = made.records.map((one) => ({ ...one, curve: { ...one.curve, train: one.curve.train.map(steep) } }));
    const results = { ...made, records };
    expect(draw({}, results).svg).toContain(">The lower curves on a logarithmic axis<");
    const below = draw({ paper: true }, results).svg.split(">Ours minus the paper's<")[1];
    expect(below?.match(/>correlation [\d.]+</g)).toEqual([
      ">correlation 0.5<",
      ">correlation 0.9<",
      ">correlation 1<",
    ]);
  });

  test("shows a curve of one point", () => {
    const { svg } = draw({}, sweepResults({ set: ["steps=100", "models=[mmoe]", "correlations=[1]"] }));
    expect(svg).toMatch(/class="series"[^>]*>\s*<path d="M[\d.]+ [\d.]+h3"/);
    expect(svg).toMatch(/class="band"[^>]*>\s*<path d="M\d/);
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

/** The numbers of the first attribute of that name. */
function numbersIn(svg: string, name: string): number[] {
  return (new RegExp(`${name}="([^"]*)"`).exec(svg)?.[1] ?? "").split(" ").map(Number);
}

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
