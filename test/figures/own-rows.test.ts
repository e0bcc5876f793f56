// Figures of runs on rows of a file, which have no correlation.
import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, isUnavailable } from "../../src/figures/draw/figure.ts";
import { SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import { toCsv } from "../../src/records/csv.ts";
import { finalMeasures } from "../../src/records/diagnostic-curves.ts";
import type { Results } from "../../src/records/read-results.ts";
import { reportHtml } from "../../src/report/report.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";
import { tableFile } from "../support/tables.ts";

const LOSSES: Readonly<Record<string, number>> = { "shared-bottom": 0.3, omoe: 0.2, mmoe: 0.1 };
const lossOf: LossOf = ({ model, index }) => (LOSSES[model.name] ?? 0.4) + index / 100;
/** With a model that shares nothing, as seesaw needs. */
const MODELS = "models=single-task,shared-bottom,omoe,mmoe";
const made = (loss: LossOf, ...set: string[]) => madeResults(loss, [`rows=${tableFile()}`, "runs=6", ...set]);
const results = made(lossOf);
/** Models whose costs differ, as cost needs. */
const COSTLY = "models=single-task-wide,mmoe";
const OTHERS: Readonly<Record<string, Results>> = { seesaw: made(lossOf, MODELS), cost: made(lossOf, COSTLY) };

function drawn(name: string, of: Results = results): Figure {
  const figure = SWEEP_FIGURES.find((kind) => kind.name === name)?.draw(of, DEFAULT_OPTIONS);
  if (figure === undefined || isUnavailable(figure)) throw new Error(`${name}: ${figure?.lacking}`);
  return figure;
}

test.each([
  ...["figure4", "figure5", "final-loss", "differences", "distributions", "runs", "cost", "seesaw"],
  ...["train-heldout", "task-losses"],
])("%s is drawn, and names no correlation in its marks, caption or table", (name) => {
  const { svg, caption, data } = drawn(name, OTHERS[name] ?? results);
  expect(svg).not.toMatch(/correlation|null|NaN/);
  expect(caption).not.toMatch(/correlation|null/);
  expect(toCsv(data)).not.toMatch(/null|NaN/);
});

test("final-loss has a row for each model, with its mean and interval", () => {
  const { title, svg, data } = drawn("final-loss");
  expect(title).toBe("Final loss of each model");
  expect(data.map(({ model, correlation, value }) => [model, correlation, Number(value).toFixed(4)])).toEqual([
    ["shared-bottom", null, "0.3250"],
    ["omoe", null, "0.2250"],
    ["mmoe", null, "0.1250"],
  ]);
  for (const text of [">some.csv<", ">Shared-Bottom<", ">OMoE<", ">MMoE<"]) expect(svg).toContain(text);
  expect(svg.match(/class="row"/g)).toHaveLength(3);
});

test("figure5 breaks a long title of its axis into lines, and has room for them", () => {
  const taskKinds = (["binary", "regression"] as const).map((kind) => ({ column: kind, kind, weight: 1, classes: [] }));
  const both = { ...results, config: { ...results.config, taskKinds } };
  const [short, long] = [results, both].map((of) => drawn("figure5", of).svg) as [string, string];
  expect(short).toContain(">final training loss: mean squared error, in units of label variance<");
  expect(long).toContain(">final training loss: mean squared error or log loss, in units of<");
  const height = (svg: string) => Number(/viewBox="0 0 \S+ ([\d.]+)"/.exec(svg)?.[1]);
  expect(height(long) - height(short)).toBe(10);
});

test("figure4 counts the runs that have each step", () => {
  const records = results.records.map((record) => {
    const steps = record.run < 2 ? [10] : [10, 20]; // two runs that stopped early
    const losses = new Float64Array(results.config.tasks * steps.length).fill(0.5);
    return { ...record, curve: { steps, train: losses, heldout: losses } };
  });
  const counts = drawn("figure4", { ...results, records }).data.map(({ step, runs }) => [step, runs]);
  expect(new Map(counts as [number, number][])).toEqual(
    new Map([
      [10, 6],
      [20, 4],
    ]),
  );
});

test("differences are named by their models, in one group", () => {
  const { svg } = drawn("differences");
  for (const text of [">some.csv<", ">Shared-Bottom − OMoE<", ">OMoE − MMoE<", ">first better<"])
    expect(svg).toContain(text);
});

test("grid has one column of panels, and says so", () => {
  const { caption } = drawn("grid", made(lossOf, "lr=0.1,0.01"));
  expect(caption).toContain("a panel for each choice of the other settings.");
});

test("figure3, a line for each correlation, is not drawn", () => {
  const [figure3] = SWEEP_FIGURES;
  const lacking = figure3?.draw(made(lossOf, "models=shared-bottom-16"), DEFAULT_OPTIONS);
  expect(lacking).toEqual({
    name: "figure3",
    lacking: "its runs are on rows of a file, which have no correlation",
    never: true,
  });
});

describe("of diagnostics", () => {
  const steps = [50, 100];
  const values = {
    ...{ "gateWeight/1/1": [0.5, 0.6], "gateWeight/1/2": [0.5, 0.4], "gateDistance/1/2": [0.1, 0.2] },
    ...{ "gateWeight/2/1": [0.5, 0.3], "gateWeight/2/2": [0.5, 0.7], "gradientCosine/1/2": [0.4, 0.2] },
  };
  const diagnostics = { steps, values };
  const measures = finalMeasures(diagnostics, 2);
  const records = results.records.map((record) => ({ ...record, diagnostics, measures }));
  const diagnosed = { ...results, records };

  test.each(["gate-weights", "conflict"])("%s is drawn, and names no correlation", (name) => {
    const { svg, caption, data } = drawn(name, diagnosed);
    expect(svg).not.toMatch(/correlation|null|NaN/);
    expect(caption).not.toMatch(/correlation|null/);
    expect(toCsv(data)).not.toMatch(/null|NaN/);
  });

  test("gate-distance, against correlation, is not drawn", () => {
    const lacking = SWEEP_FIGURES.find(({ name }) => name === "gate-distance")?.draw(diagnosed, DEFAULT_OPTIONS);
    expect(lacking).toMatchObject({
      lacking: "its runs are on rows of a file, which have no correlation",
      never: true,
    });
  });
});

test("panels without a correlation have no room for it above them", () => {
  const generated = drawn("cost", madeResults(lossOf, ["correlations=0.5", "runs=6", COSTLY]));
  expect(drawn("cost", OTHERS.cost).height).toBe(generated.height - 11);
});

test("a caption names cells whose runs failed", () => {
  const failing = made((run) => (run.model.name === "omoe" && run.index < 2 ? "failed" : lossOf(run)));
  expect(drawn("final-loss", failing).caption).toContain("Runs that failed are left out: 2 of OMoE.");
});

describe("the report", () => {
  test("says which model is lowest, of how many, and names failed runs without a correlation", () => {
    const page = reportHtml(
      made((run) => (run.index === 5 && run.model.name === "mmoe" ? "failed" : lossOf(run))),
      "train",
    );
    expect(page).toContain("the mean loss is lowest for MMoE");
    expect(page).toContain("<td>MMoE</td><td>loss");
    expect(page).toContain('"cells":[{"model":"shared-bottom","correlation":null');
    expect(page).not.toMatch(/ at (null|NaN)\b/);
  });

  test("begins with its losses: no claim is tested", () => {
    const page = reportHtml(results, "train");
    expect([...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id).slice(0, 3)).toEqual([
      ...["cells", "tasks", "figures"],
    ]);
    expect(page).toContain("The paper’s claims are not tested</h2>");
  });

  test("of one model has its final loss", () => {
    expect(reportHtml(made(lossOf, "models=mmoe"), "train")).toMatch(
      /of MMoE is 0\.1375 on held-out rows, 0\.1250 on training/,
    );
  });

  test("of a grid has the best point of each model", () => {
    const grid = made((run) => Number(lossOf(run)) + run.training.lr, "lr=0.1,0.01");
    expect(reportHtml(grid, "train")).toContain("for MMoE with lr=0.01 (0.1350)");
  });
});
