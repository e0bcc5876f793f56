import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import {
  atPoint,
  claims,
  type Figure,
  figures,
  isUnavailable,
  loadConfig,
  models,
  planRuns,
  readResults,
  summarise,
  taskPair,
  UsageError,
  version,
} from "../../src/index.ts";
import { likeThePaper, madeResults } from "../support/made-results.ts";
import { tableFile } from "../support/tables.ts";

const PAPER = fileURLToPath(new URL("../../results/fixed-rows", import.meta.url));
const results = await readResults(PAPER);
const made = madeResults(likeThePaper, ["runs=30"]);

test("loadConfig(preset, { rows }) takes the path of a table", () => {
  const file = tableFile(40);
  expect(loadConfig("fixed-rows", { runs: 3, rows: file })).toMatchObject({
    data: null,
    trainRows: 32,
    rows: { file },
  });
  expect(loadConfig("fixed-rows", { rows: { file, heldout: 0.5 } })).toMatchObject({ trainRows: 20, heldoutRows: 20 });
});

test("loadConfig(preset, settings) checks the settings like a file's", () => {
  expect(loadConfig("fixed-rows", { runs: 3, correlations: [0.25] })).toMatchObject({ runs: 3, correlations: [0.25] });
  expect(() => loadConfig("fixed-rows", { runs: 0 })).toThrow(UsageError);
  expect(() => loadConfig("fixed-rows", { runs: 0 })).toThrow("settings.runs: expected a whole number from 1");
});

test("loadConfig(preset, { models }) defines models of one's own", () => {
  const config = loadConfig("smoke", { models: ["omoe", { name: "deep", like: "mmoe", gate: { layers: [9] } }] });
  expect(planRuns(config).find(({ id }) => id === "deep/p=0.50/000")?.model).toMatchObject({ gate: { layers: [9] } });
  expect(() => loadConfig("smoke", { models: [{ name: "mmoe", like: "mmoe" }] })).toThrow(
    "settings.models: model mmoe: mmoe has a model of this name; give yours another",
  );
});

test("atPoint(results, choice) is one point of a grid's results, of values that it has", () => {
  const grid = madeResults(({ training }) => training.lr, ["lr=0.001,0.01", "runs=2"]);
  const means = summarise(atPoint(grid, { lr: 0.01 })).cells.map(({ loss }) => loss.mean.value.toFixed(9));
  expect(means).toEqual(Array(9).fill("0.010000000"));
  expect(() => atPoint(grid, { lr: 0.02 })).toThrow(UsageError);
  expect(() => claims(grid)).toThrow(UsageError);
});

test("planRuns(config) names every run of a config", () => {
  const runs = planRuns(loadConfig("fixed-rows", { runs: 2 }));
  expect([runs.length, runs[0]?.id]).toEqual([18, "shared-bottom/p=0.50/000"]);
});

test("models({ inputs, tasks }) gives the zoo's specs by name", () => {
  expect(models().mmoe).toMatchObject({ name: "mmoe", inputs: 100, tasks: 2 });
  expect(models({ inputs: 7, tasks: 3 }).omoe).toMatchObject({ inputs: 7, tasks: 3 });
});

describe("taskPair(options)", () => {
  test("gives the rows of a run as typed arrays, to the last bit", () => {
    const expected = new TaskSet(GENERATOR_PRESETS["four-sines"].settings, correlationMatrix(3, 0.5), {
      seed: 2,
      run: 5,
    });
    const { inputs, tasks, ...rows } = taskPair({
      correlation: 0.5,
      rows: 4,
      tasks: 3,
      run: 5,
      seed: 2,
      set: "heldout",
      step: 0,
      first: 9,
    });
    expect([inputs, tasks]).toEqual([100, 3]);
    expect(rows).toEqual(expected.rows("heldout", 4, 0, 9));
  });

  test.each([
    [{ correlation: 0.5, rows: 0 }, "taskPair: rows: expected a whole number from 1 to 2147483647, got 0"],
    [{ correlation: 0.5, rows: 2, run: -1 }, "taskPair: run: expected a whole number from 0"],
    [{ correlation: 1.5, rows: 2 }, "correlation: expected from -1 to 1 for 2 tasks that share it, got 1.5"],
    [
      { correlation: 0.5, rows: 2, data: "papr" as "paper" },
      "taskPair: data: expected one of four-sines, paper, linear",
    ],
  ])("refuses %j", (options, message) => {
    expect(() => taskPair(options)).toThrow(message);
  });
});

test("summarise(results) gives the README's mean of MMoE at .5", () => {
  const ofMmoe = { ...results, records: results.records.filter(({ model }) => model === "mmoe") };
  const cell = summarise(ofMmoe).cells.find(({ model, correlation }) => model === "mmoe" && correlation === 0.5);
  expect(cell?.loss.mean.value).toBeCloseTo(0.05, 4);
  const heldout = summarise(ofMmoe, { loss: "heldout" }).cells.find(({ model }) => model === "mmoe");
  expect(heldout?.loss.mean.value).not.toBeCloseTo(0.05, 2);
  const running = summarise(ofMmoe, { loss: "running" }).cells.find(({ model }) => model === "mmoe");
  expect(running?.loss.mean.value).toBeCloseTo(0.1373, 4); // mmoe summary results/fixed-rows --loss running
});

test("claims(results) gives a verdict on each of the paper's seven claims", () => {
  const verdicts = claims(made).map(({ id, verdict }) => `${id}: ${verdict}`);
  expect(verdicts).toHaveLength(7);
  expect(verdicts).toContain("5.1-3: holds");
});

describe("figures(results, { only })", () => {
  test("draws those that are named, or says what is lacking", () => {
    const [figure3, figure4] = figures(made, { only: ["figure4", "figure3"] });
    expect(figure3 && isUnavailable(figure3) && figure3.lacking).toContain("shared-bottom-16");
    expect(figure4 && !isUnavailable(figure4) && figure4.svg).toMatch(/^<svg/);
  });

  test("draws a part", () => {
    const [figure4] = figures(made, { only: ["figure4"], without: { models: ["mmoe"], correlations: [] } });
    expect(new Set((figure4 as Figure).data.map(({ model }) => model))).toEqual(new Set(["shared-bottom", "omoe"]));
  });

  test("refuses a name that it does not know", () => {
    expect(() => figures(made, { only: ["figure6"] })).toThrow("figures: only: expected some of figure3, figure4");
  });
});

test("version is package.json's", () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});
