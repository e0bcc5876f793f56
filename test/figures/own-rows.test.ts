// Figures of runs on rows of a file, which have no correlation.
import { describe, expect, test } from "vitest";
import { toCsv } from "../../src/records/csv.ts";
import type { Results } from "../../src/records/read-results.ts";
import { finalMeasures } from "../../src/records/record.ts";
import { reportHtml } from "../../src/report/report.ts";
import { listedCells } from "../../src/report/runs-section.ts";
import { drawerOf, drawn } from "../support/drawer.ts";
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
/** Losses of both tasks at steps 10, 20 and so on, which fall to `end`. */
function curveTo(evaluations: number, end: number) {
  const steps = Array.from({ length: evaluations }, (_, i) => 10 * (i + 1));
  const losses = Float64Array.from(steps.flatMap((_, i) => [0, 0].map(() => end + (evaluations - 1 - i) / 100)));
  return { steps, train: losses, heldout: losses };
}

const curved = { ...results, records: results.records.map((record) => ({ ...record, curve: curveTo(4, 0.5) })) };
const diagnostics = {
  steps: [50, 100, 150],
  values: {
    "gateWeight/1/1": [0.5, 0.5, 0.6],
    "gateWeight/1/2": [0.5, 0.5, 0.4],
    "gateDistance/1/2": [0.1, 0.2, 0.2],
    "gateWeight/2/1": [0.5, 0.5, 0.3],
    "gateWeight/2/2": [0.5, 0.5, 0.7],
    "gradientCosine/1/2": [0.4, 0.3, 0.2],
  },
};
const measures = finalMeasures(diagnostics, 2);
const diagnosed = { ...results, records: results.records.map((record) => ({ ...record, diagnostics, measures })) };
const OTHERS: Readonly<Record<string, Results>> = {
  seesaw: made(lossOf, MODELS),
  cost: made(lossOf, COSTLY),
  figure4: curved,
  runs: curved,
  "train-heldout": curved,
  "gate-weights": diagnosed,
  conflict: diagnosed,
};

const NAMES =
  "figure4 figure5 final-loss differences distributions runs cost seesaw train-heldout task-losses gate-weights conflict";
test.each(NAMES.split(" "))("%s is drawn, and names no correlation in its marks, caption or table", (name) => {
  const { svg, caption, data } = drawn(name, OTHERS[name] ?? results);
  expect(svg).not.toMatch(/correlation|null|NaN/);
  expect(caption).not.toMatch(/correlation|null/);
  expect(toCsv(data)).not.toMatch(/null|NaN/);
});

test.each(["final-loss", "figure5", "distributions", "task-losses", "figure4", "runs", "train-heldout", "cost"])(
  "the axis of losses of %s fits losses that are close together, and its caption does not name the paper",
  (name) => {
    const near = made(({ model, index }) => (LOSSES[model.name] ?? 0.4) / 100 + 0.5 + index / 1000, COSTLY);
    const curveOf = (i: number) => curveTo(2 + (i % 3), 0.5 + i / 1000);
    const records = near.records.map((record, i) => ({ ...record, curve: curveOf(i) }));
    const { svg, caption } = drawn(name, { ...near, records });
    const axes = [...svg.matchAll(/data-[xy]="linear (0\.[45]\S*) (0\.[56]\S*) /g)];
    expect(axes.length).toBeGreaterThan(0);
    expect(caption).not.toContain("paper");
  },
);

test("figure5 counts every run once in bins of a round width", () => {
  const { data, caption } = drawn("figure5", results);
  for (const model of Object.keys(LOSSES)) {
    const own = data.filter((row) => row.model === model);
    expect(own.reduce((sum, { runs }) => sum + Number(runs), 0)).toBe(6);
    const [mean] = own.filter(({ runs }) => runs !== 0);
    expect(Number(mean?.low)).toBeLessThanOrEqual(LOSSES[model]); // the lowest loss of the model
  }
  expect(caption).toContain("in bins of width 0.01;"); // 0.1 to 0.35
});

test("final-loss has a row for each model, with its mean and interval", () => {
  const { title, data } = drawn("final-loss", results);
  expect(title).toBe("Final loss of each model");
  expect(data.map(({ model, correlation, value }) => [model, correlation, Number(value).toFixed(4)])).toEqual([
    ["shared-bottom", null, "0.3250"],
    ["omoe", null, "0.2250"],
    ["mmoe", null, "0.1250"],
  ]);
});

test("a mean curve carries runs that have ended on with their last loss, counts the others, and says so", () => {
  const ends = [3, 3, 4, 4, 4, 5]; // evaluations of each run
  const records = results.records.map((record) => ({ ...record, curve: curveTo(ends[record.run], 0.5) }));
  const { data, caption } = drawn("figure4", { ...results, records });
  const own = data.filter(({ model }) => model === "mmoe").map(({ step, runs, value }) => [step, runs, value]);
  expect(own).toEqual([
    [10, 6, expect.closeTo((2 * 0.52 + 3 * 0.53 + 0.54) / 6, 12)],
    [20, 6, expect.closeTo((2 * 0.51 + 3 * 0.52 + 0.53) / 6, 12)],
    [30, 6, expect.closeTo((2 * 0.5 + 3 * 0.51 + 0.52) / 6, 12)],
    [40, 4, expect.closeTo((5 * 0.5 + 0.51) / 6, 12)],
    [50, 1, expect.closeTo(0.5, 12)],
  ]);
  const words = "A run that has ended keeps its last value: at the end of a curve 1 of 6 runs still trains.";
  for (const name of ["figure4", "runs", "train-heldout"])
    expect(drawn(name, { ...results, records }).caption).toContain(words);
  const together = results.records.map((record) => ({ ...record, curve: curveTo(3, 0.5) }));
  expect(drawn("figure4", { ...results, records: together }).caption).not.toContain("ended");
  expect(caption).toContain("n = 6 runs in each cell");
});

test.each(["figure4", "runs", "train-heldout"])(
  "%s of fewer than three evaluations is not drawn, and says why",
  (name) => {
    const records = results.records.map((record) => ({ ...record, curve: curveTo(2, 0.5) }));
    expect(drawerOf(name)({ ...results, records })).toEqual({
      name,
      lacking:
        "its runs were evaluated at fewer than three steps, and curves need three (a new sweep with a smaller evalEvery has more)",
    });
  },
);

test.each([
  ["figure3", made(lossOf, "models=shared-bottom-16")],
  ["gate-distance", diagnosed],
] as const)("%s, which needs correlations, is not drawn", (name, of) => {
  const lacking = "its runs are on rows of a file, which have no correlation";
  expect(drawerOf(name)(of)).toEqual({ name, lacking, never: true });
});

test("a caption names cells whose runs failed", () => {
  const failing = made((run) => (run.model.name === "omoe" && run.index < 2 ? "failed" : lossOf(run)));
  expect(drawn("final-loss", failing).caption).toContain("Runs that failed are left out: 2 of OMoE.");
});

describe("the report", () => {
  test("says which model is lowest, of how many, and names failed runs without a correlation", () => {
    const failing = made((run) => (run.index === 5 && run.model.name === "mmoe" ? "failed" : lossOf(run)));
    const page = reportHtml(failing, "train");
    expect(page).toContain("the mean loss is lowest for MMoE");
    expect(page).toContain("<td>MMoE</td><td>loss");
    expect(listedCells(failing)[0]).toMatchObject({ label: "Shared-Bottom", correlation: null });
    expect(page).not.toMatch(/ at (null|NaN)\b/);
  });

  test("begins with its losses: no claim is tested", () => {
    const page = reportHtml(results, "train");
    expect([...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id).slice(0, 3)).toEqual([
      "cells",
      "tasks",
      "figures",
    ]);
    expect(page).not.toMatch(/paper’s claims|class="mark" data-mark="(paper|assumed)"/);
    expect(page).toContain('data-mark="default"');
  });

  test("of a grid has the point of each model that the validation rows choose, whatever its training loss", () => {
    const grid = made((run) => Number(lossOf(run)) + run.training.lr, "lr=0.1,0.01");
    const records = grid.records.map((record) => {
      return { ...record, measures: { ...record.measures, validationLoss: record.point.lr === 0.1 ? 0.25 : 0.5 } };
    });
    const [, lead = ""] = /<p class="lead">(.*?)<\/p>/s.exec(reportHtml({ ...grid, records }, "train")) ?? [];
    expect(lead).toContain(
      "On validation rows the mean loss after the last step is lowest for Shared-Bottom with lr=0.1 (0.2500)",
    );
    expect(lead).not.toContain("training");
  });
});
