import { describe, expect, test } from "vitest";
import type { Diagnostics } from "../../src/engines/engine.ts";
import { type Figure, SCALES } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import { diagnosed } from "../support/diagnosed-results.ts";
import { drawn } from "../support/drawer.ts";
import { madeResults } from "../support/made-results.ts";
import { withPredictions } from "../support/predictions.ts";
import { sweepResults } from "../support/sweep-results.ts";
import { tableFile } from "../support/tables.ts";
import { outside, touching } from "../support/texts.ts";

const MODELS = [
  ..."shared-bottom omoe mmoe single-task single-task-wide average shared-bottom-matched".split(" "),
  ..."mmoe-deep-gate-1 mmoe-deep-gate-2 mmoe-top-k cgc ple adatt".split(" "),
];
const CORRELATIONS = [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];
const SET = [`models=${MODELS}`, `correlations=${CORRELATIONS}`, "runs=2", "steps=1000"];
const made = diagnosed(sweepResults({ set: SET }), { experts: 8 });
const withMetrics = made.records.map((record) => {
  const { steps, values } = record.diagnostics as Diagnostics;
  const auc = { "auc/1": steps.map(() => 0.75), "auc/2": steps.map(() => 0.875) };
  return {
    ...record,
    diagnostics: { steps, values: { ...values, ...auc } },
    measures: { ...record.measures, auc: [0.75, 0.875] },
  };
});
const results = { ...made, records: withMetrics };

const judged = withPredictions(
  madeResults(() => 0.5, [...SET, "labelKind=binary"]),
  () => {
    return { "label/1": [0, 1], "output/1": [-1, 2], "label/2": [1, 1], "output/2": [0, 1] };
  },
);

const figures = SWEEP_FIGURES.filter(({ name }) => !["figure3", "grid", "map", "front", "verdicts"].includes(name));

describe.each(figures)("$name of 13 models at 8 correlations", ({ name }) => {
  const of = name === "calibration" ? judged : results;
  const inScales = SCALES.map((scale) => drawn(name, of, { scale, paper: true }));

  test("is a column wide, its texts inside and apart", () => {
    for (const figure of inScales) {
      expect(figure.width).toBe(237.6);
      expect([outside(figure), touching(figure.svg)]).toEqual([[], []]);
    }
  });

  test("draws every model or says how many, and says which correlations it leaves out", () => {
    for (const { svg, caption } of inScales) {
      const models = new Set([...svg.matchAll(/data-model="([^"]+)"/g)].map(([, model]) => model));
      if (name === "seesaw") expect(caption).toContain("Of 12 models the first 8 are drawn");
      else expect([...models, "mmoe"]).toEqual(expect.arrayContaining(MODELS));
      const shown = [...svg.matchAll(/data-correlation="([^"]+)"/g)].map(([, p]) => Number(p));
      const correlations = [...new Set(shown)].sort((a, b) => a - b);
      const said = /Of 8 correlations, (.*) are drawn; the CSV file has all\./.exec(caption)?.[1] ?? `${CORRELATIONS}`;
      expect(
        said
          .replaceAll("−", "-")
          .split(/,| and /)
          .map(Number),
      ).toEqual(correlations);
    }
  });

  test("has all cells or pairs as data", () => {
    const [{ data }] = inScales as [Figure];
    const correlations = new Set(data.map((row) => row.correlation));
    const models = new Set(data.flatMap((row) => [row.model ?? row.first, row.model ?? row.second]));
    expect([correlations.size, models.size]).toEqual([8, name === "seesaw" ? 12 : 13]); // but the model that it is about
  });
});

test("differences compares every model with MMoE, and turns the pairs in which MMoE is first", () => {
  const { svg, data, title } = drawn("differences", results);
  expect(title).toBe("Differences from MMoE, paired by run");
  expect(new Set([...svg.matchAll(/data-other="([^"]+)"/g)].map(([, model]) => model))).toEqual(new Set(["mmoe"]));
  const turned = data.find((row) => row.first === "mmoe" && row.second === "ple" && row.correlation === 1);
  const words = /<title>PLE minus MMoE, correlation 1: ([−\d.]+)/.exec(svg)?.[1]?.replace("−", "-");
  expect(Number(words)).toBeCloseTo(-Number(turned?.value), 4);
  expect(svg).toMatch(/>other better<.*>MMoE better</s);
});

test.each(["distributions", "task-losses"])(
  "%s draws the first 2,000 runs of a cell, and says so if there are more",
  (name) => {
    const sized = (runs: number) =>
      drawn(
        name,
        madeResults(() => 0.1, ["models=[mmoe]", "correlations=[0.5]", `runs=${runs}`]),
      );
    const [all, sample] = [sized(2000), sized(2001)];
    expect([all.data.length, sample.data.length, sample.data.at(-1)?.run]).toEqual([2000, 2000, 1999]);
    const said = [all, sample].map(({ caption }) => caption.includes("Of each cell, the first 2000 runs."));
    expect(said).toEqual([false, true]);
    expect(sample.caption).toContain("n = 2001 runs in each cell");
  },
);

const LONG = [
  "mmoe with eight experts of 32 units and with two deep gates",
  "omoe with eight experts of 32 units and with one deep gate",
]
  .map((name) => `{name: "${name}", like: ${name.slice(0, 4)}}`)
  .join();

test.each(["correlations=0.5,1", `rows=${tableFile()}`])("long names leave room for the panels: %s", (data) => {
  const named = madeResults(({ index }) => 0.1 + index / 100, [`models=[shared-bottom, ${LONG}]`, data, "runs=6"]);
  for (const name of ["differences", "distributions", "figure5", "final-loss", "task-losses"]) {
    const figure = drawn(name, named);
    expect([name, outside(figure), touching(figure.svg)]).toEqual([name, [], []]);
    for (const [, left, right] of figure.svg.matchAll(/data-x="\S+ \S+ \S+ (\S+) (\S+)"/g))
      expect(Number(right) - Number(left)).toBeGreaterThan(50);
  }
});
