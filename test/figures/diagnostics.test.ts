import { describe, expect, test } from "vitest";
import type { Diagnostics } from "../../src/engines/engine.ts";
import { DEFAULT_OPTIONS, type Figure, type FigureOptions } from "../../src/figures/figure.ts";
import { DIAGNOSTIC_FIGURES } from "../../src/figures/gallery.ts";
import { finalMeasures } from "../../src/records/diagnostic-curves.ts";
import type { Results } from "../../src/records/read-results.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { outside } from "../support/outside.ts";
import { sweepResults } from "../support/sweep-results.ts";

const STEPS = [200, 1000, 2000];
const EXPERTS = 3;

/** Made-up diagnostics: gates that part as the correlation falls, gradients that agree the more the higher it is. */
function diagnosticsOf({ model, correlation, run }: RunRecord): Diagnostics {
  const curve = (value: (step: number) => number) => STEPS.map(value);
  const apart = model === "mmoe" ? 1 - correlation : 0;
  const weight = (k: number, e: number) => {
    const own = (e + run) % EXPERTS === (k === 1 ? 0 : 1) ? apart / 4 : -apart / 8;
    return curve(() => 1 / EXPERTS + own * (0.9 + run / 100));
  };
  const gates = [1, 2].flatMap((k) => [1, 2, 3].map((e) => [`gateWeight/${k}/${e}`, weight(k, e)] as const));
  return {
    steps: STEPS,
    values: {
      ...(model !== "shared-bottom" && {
        ...Object.fromEntries(gates),
        "gateDistance/1/2": curve((step) => (apart * step) / 2000 + run / 1000),
      }),
      "gradientCosine/1/2": curve((step) => correlation - 0.3 * (step / 2000) * (1 + run / 10)),
      "alignedLoss/1": curve((step) => 20 / step + run / 1000),
      "alignedLoss/2": curve((step) => 30 / step + run / 1000),
    },
  };
}

const made = (set: readonly string[] = []): Results => {
  const results = sweepResults({ set: ["correlations=[-0.5, 0.5, 1]", ...set] });
  const records = results.records.map((record): RunRecord => {
    const diagnostics = diagnosticsOf(record);
    return { ...record, diagnostics, measures: finalMeasures(diagnostics, 2) };
  });
  return { ...results, records };
};
const results = made();
const draw = (name: string, options: Partial<FigureOptions> = {}, of = results) =>
  DIAGNOSTIC_FIGURES.find((kind) => kind.name === name)?.draw(of, { ...DEFAULT_OPTIONS, ...options }) as Figure;

describe.each(DIAGNOSTIC_FIGURES.map(({ name }) => name))("%s", (name) => {
  test("looks as in the gallery", async () => {
    await expect(draw(name).svg).toMatchFileSnapshot(`gallery/${name}.svg`);
  });

  test("is the same twice, whatever the order of the records", () => {
    expect(draw(name, {}, { ...results, records: results.records.toReversed() })).toEqual(draw(name));
  });

  test("has numbers everywhere, also of one run, and room for its texts", () => {
    for (const options of [{ statistic: "median", theme: "dark" }, { theme: "page" }] as const)
      for (const of of [results, made(["runs=1"])])
        expect(draw(name, options, of).svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(outside(draw(name, { statistic: "median" }))).toEqual([]);
  });

  test("says how many runs there are, and marks what a page may hide", () => {
    const { caption, svg } = draw(name);
    expect(caption).toMatch(/n = 7 runs in each cell\.$/);
    expect(svg).toMatch(/data-model="[a-z0-9-]+"/);
    expect(svg).toMatch(/data-correlation="0.5"/);
  });

  test("is not missed in a sweep without diagnostics, also in a grid", () => {
    for (const set of [[], ["lr=0.001,0.01"]])
      expect(draw(name, {}, sweepResults({ set }))).toEqual({
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
  expect(rowOf("conflict")?.value).toBeCloseTo(0.5 - 0.15 * 1.3, 12);
  expect(rowOf("alignment")?.value).toBeCloseTo(0.025 + 0.003, 12);
});

test("gate-distance is the final one, with its interval over runs", () => {
  const row = draw("gate-distance").data.find(({ model, correlation }) => model === "mmoe" && correlation === -0.5);
  expect(row?.value).toBeCloseTo(1.5 + 0.003, 12);
  expect(Number(row?.low)).toBeLessThan(1.503);
});

test("gate-weights takes each run's experts in the order of their weight for task 1", () => {
  const rows = draw("gate-weights").data.filter(({ model, correlation }) => model === "mmoe" && correlation === 0.5);
  const mean = 0.5 * 0.93; // over the runs
  const ofTask = (task: number) => rows.filter((row) => row.task === task).map(({ value }) => value as number);
  const expected = [
    [1 / 3 + mean / 4, 1 / 3 - mean / 8, 1 / 3 - mean / 8],
    [1 / 3 - mean / 8, 1 / 3 - mean / 8, 1 / 3 + mean / 4],
  ];
  for (const [k, row] of expected.entries())
    for (const [e, value] of row.entries()) expect(ofTask(k + 1)[e]).toBeCloseTo(value, 12);
});
