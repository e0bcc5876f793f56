import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import {
  atPoint,
  claims,
  figures,
  isUnavailable,
  loadConfig,
  models,
  planRuns,
  summarise,
  taskPair,
  UsageError,
} from "../../src/index.ts";
import { likeThePaper, madeResults } from "../support/made-results.ts";
import { tableFile } from "../support/tables.ts";

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

test("loadConfig(preset, settings) checks the settings like a file's, and planRuns names the runs", () => {
  const config = loadConfig("fixed-rows", { runs: 3, correlations: [0.25] });
  expect(config).toMatchObject({ runs: 3, correlations: [0.25] });
  expect(planRuns(config).map(({ id }) => id)).toContain("shared-bottom/p=0.25/002");
  expect(() => loadConfig("fixed-rows", { runs: 0 })).toThrow(UsageError);
  expect(() => loadConfig("fixed-rows", { runs: 0 })).toThrow("settings.runs: expected a whole number from 1");
});

test("atPoint(results, choice) is one point of a grid's results, of values that it has", () => {
  const grid = madeResults(({ training }) => training.lr, ["lr=0.001,0.01", "runs=2"]);
  const means = summarise(atPoint(grid, { lr: 0.01 })).cells.map(({ loss }) => loss.mean.value.toFixed(9));
  expect(means).toEqual(Array(9).fill("0.010000000"));
  expect(() => atPoint(grid, { lr: 0.02 })).toThrow(UsageError);
  expect(() => claims(grid)).toThrow(UsageError);
  expect(claims(made)).toHaveLength(7);
  expect(models({ inputs: 7, tasks: 3 }).omoe).toMatchObject({ name: "omoe", inputs: 7, tasks: 3 });
});

describe("taskPair(options)", () => {
  test("gives the rows of a run as typed arrays, to the last bit", () => {
    const { settings } = GENERATOR_PRESETS["four-sines"];
    const expected = new TaskSet(settings, correlationMatrix(3, 0.5), { seed: 2, run: 5 }).rows("heldout", 4, 0, 9);
    const of = { correlation: 0.5, rows: 4, tasks: 3, run: 5, seed: 2, set: "heldout", step: 0, first: 9 } as const;
    expect(taskPair(of)).toEqual({ inputs: 100, tasks: 3, ...expected });
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

describe("figures(results, { only })", () => {
  test("draws those that are named, says what is lacking, and refuses a name that it does not know", () => {
    const [figure3, figure4] = figures(made, { only: ["figure4", "figure3"] });
    expect(figure3 && isUnavailable(figure3) && figure3.lacking).toContain("shared-bottom-16");
    expect(figure4 && !isUnavailable(figure4) && figure4.svg).toMatch(/^<svg/);
    expect(() => figures(made, { only: ["figure6"] })).toThrow("figures: only: expected some of figure3, figure4");
  });
});
