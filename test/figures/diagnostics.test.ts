import { describe, expect, test } from "vitest";
import type { FigureOptions } from "../../src/figures/draw/figure.ts";
import { DIAGNOSTIC_FIGURES } from "../../src/figures/gallery.ts";
import type { Results } from "../../src/records/read-results.ts";
import { diagnosed } from "../support/diagnosed-results.ts";
import { drawerOf, drawn } from "../support/drawer.ts";
import { expectPicture } from "../support/picture.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { outside, touching } from "../support/texts.ts";

const made = (set: readonly string[] = []): Results => {
  const results = sweepResults({ set: ["correlations=[-0.5, 0.5, 1]", ...set] });
  return diagnosed(results, { experts: 3, ungated: ["shared-bottom"] });
};
const results = made();
const draw = (name: string, options: Partial<FigureOptions> = {}, of = results) => drawn(name, of, options);

describe.each(DIAGNOSTIC_FIGURES.map(({ name }) => name))("%s", (name) => {
  test("looks as in the gallery", async () => {
    await expectPicture(draw(name), name);
  });

  test("is the same twice, whatever the order of the records", () => {
    expect(draw(name, {}, { ...results, records: results.records.toReversed() })).toEqual(draw(name));
  });

  test("has numbers everywhere, also of one run, and room for its texts", () => {
    for (const options of [{ statistic: "median", theme: "dark" }, { theme: "page" }] as const)
      for (const of of [results, made(["runs=1"])])
        expect(draw(name, options, of).svg).not.toMatch(/NaN|undefined|Infinity/);
    const median = draw(name, { statistic: "median" });
    expect([outside(median), touching(median.svg)]).toEqual([[], []]);
  });

  test("says how many runs there are, and marks what a page may hide", () => {
    const { caption, svg } = draw(name);
    expect(caption).toMatch(/n = 7 runs in each cell\.$/);
    expect(svg).toMatch(/data-model="[a-z0-9-]+"/);
    expect(svg).toMatch(/data-correlation="0.5"/);
  });

  test("is not missed in a sweep without diagnostics, also in a grid", () => {
    for (const set of [[], ["lr=0.001,0.01"]])
      expect(drawerOf(name)(sweepResults({ set }))).toEqual({
        name,
        never: true,
        lacking: expect.stringContaining("--diagnostics"),
      });
  });

  test("leaves out cells without its quantity", () => {
    const records = results.records.map(({ diagnostics, measures, ...record }) =>
      record.model === "mmoe"
        ? { ...record, ...(diagnostics && { diagnostics }), ...(measures && { measures }) }
        : record,
    );
    expect(new Set(draw(name, {}, { ...results, records }).data.map(({ model }) => model))).toEqual(new Set(["mmoe"]));
  });
});

test("conflict and alignment have the mean over runs of the mean over pairs or tasks", () => {
  const rowOf = (name: string) =>
    draw(name).data.find(({ model, correlation, step }) => model === "omoe" && correlation === 0.5 && step === 1000);
  expect(rowOf("conflict")?.value).toBeCloseTo(0.35 - ((0.25 - 1 / 60) / 2) * 1.3, 12);
  expect(rowOf("alignment")?.value).toBeCloseTo(0.027 + 0.003, 12);
});

test("conflict says which share of runs and pairs of tasks is below 0, at each step and in all", () => {
  const shares = draw("conflict").data.filter(({ model, correlation }) => model === "omoe" && correlation === 0.5);
  // .35 - (.25 - 1/60) step / 2000 (1 + run / 10) of runs 0 to 6: below 0 after the last step alone, where (1 + run / 10) > 1.5
  expect(shares.map(({ step, below0 }) => [step, below0])).toEqual([
    [200, 0],
    [1000, 0],
    [2000, 1 / 7],
  ]);
  expect(draw("conflict").caption).toContain("Of a cell's cosines at all steps, 0 to 100 % are below 0.");
  expect(draw("alignment").data[0]).not.toHaveProperty("below0");
});

test("gate-distance is the final one, with its interval over runs", () => {
  const row = draw("gate-distance").data.find(({ model, correlation }) => model === "mmoe" && correlation === -0.5);
  expect(row?.value).toBeCloseTo(0.75 + 0.003, 12);
  expect(Number(row?.low)).toBeLessThan(0.753);
});

test("gate-weights takes each run's experts in the order of their weight for task 1", () => {
  const rows = draw("gate-weights").data.filter(({ model, correlation }) => model === "mmoe" && correlation === 0.5);
  const mean = 0.25 * 0.93; // over the runs
  const ofTask = (task: number) => rows.filter((row) => row.task === task).map(({ value }) => value as number);
  const expected = [
    [1 / 3 + mean / 2, 1 / 3 - mean / 4, 1 / 3 - mean / 4],
    [1 / 3 - mean / 4, 1 / 3 - mean / 4, 1 / 3 + mean / 2],
  ];
  for (const [k, row] of expected.entries())
    for (const [e, value] of row.entries()) expect(ofTask(k + 1)[e]).toBeCloseTo(value, 12);
});
