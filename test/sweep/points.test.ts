import { expect, test } from "vitest";
import { askedRuns } from "../../src/config/cells.ts";
import { trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { widened } from "../../src/config/same-sweep.ts";
import { resultsAt } from "../../src/records/at-point.ts";
import { cellLosses } from "../../src/records/cell-losses.ts";
import { countRuns, planRuns } from "../../src/sweep/plan.ts";
import { planShard } from "../../src/sweep/share.ts";
import { complaint } from "../support/complaint.ts";
import { madeResults } from "../support/made-results.ts";

const GRID = ["models=omoe,mmoe", "correlations=0.5,1", "runs=3", "lr=0.001,0.01", "batch=16,64,32"];

/** Of the 2 models at 6 points, three cells at each correlation: omoe in 3 runs and 1, mmoe in 2. */
const POINTS = `points=[
  {model: omoe, values: {lr: 0.01, batch: 16}, runs: 3},
  {model: omoe, values: {lr: 0.001, batch: 64}, runs: 1},
  {model: mmoe, values: {lr: 0.01, batch: 64}, runs: 2}]`;

const configOf = (...set: string[]) => loadConfig("smoke", [...GRID, ...set].map(setOverride));
const config = configOf(POINTS);

test("planRuns(config) trains each of the points in its own number of runs, which are runs of the whole grid", () => {
  const ids = planRuns(config).map(({ id }) => id);
  const at = (p: string) => [
    `omoe/p=${p}/batch=16/lr=0.01`,
    `omoe/p=${p}/batch=64/lr=0.001`,
    `mmoe/p=${p}/batch=64/lr=0.01`,
  ];
  const [first, second] = [at("0.50"), at("1.00")];
  expect(ids).toEqual([
    ...[...first, ...second].map((cell) => `${cell}/000`),
    ...[first[0], first[2], second[0], second[2]].map((cell) => `${cell}/001`),
    ...[first[0], second[0]].map((cell) => `${cell}/002`),
  ]);
  expect([countRuns(config), askedRuns(config)]).toEqual([12, 12]);
  const grid = new Map(planRuns(configOf()).map((run) => [run.id, run]));
  expect(planRuns(config)).toEqual(ids.map((id) => grid.get(id)));
});

test("the shards of points are the sweep, in parts that differ by a run", () => {
  const shards = [1, 2, 3, 4, 5].map((index) => planShard(config, { index, count: 5 }));
  expect(shards.map((runs) => runs.length).sort()).toEqual([2, 2, 2, 3, 3]);
  const ids = shards.flat().map(({ id }) => id);
  expect(ids.sort()).toEqual(
    planRuns(config)
      .map(({ id }) => id)
      .sort(),
  );
});

test("more points, or runs of one, belong to the same results; the whole grid does not", () => {
  const more = configOf(
    `points=[{model: omoe, values: {lr: 0.01, batch: 16}, runs: 2}, {model: mmoe, values: {lr: 0.001, batch: 32}, runs: 1}]`,
  );
  expect(trainedHash(more)).toBe(trainedHash(config));
  expect(trainedHash(configOf())).not.toBe(trainedHash(config));
  const both = widened(more, config).points?.map(({ model, values, runs }) => `${model} ${values.lr} ${runs}`);
  expect(both).toEqual(["omoe 0.01 3", "omoe 0.001 1", "mmoe 0.01 2", "mmoe 0.001 1"]);
});

test("results of points miss no run of another point, and --at leaves those of a value", () => {
  const results = madeResults(({ index }) => (index === 2 ? "missing" : 0.5), [...GRID, POINTS]);
  const missing = (of: typeof results) => cellLosses(of, "train").map((cell) => `${cell.model} ${cell.missing}`);
  expect(missing(results)).toEqual(["omoe 1", "omoe 0", "mmoe 0", "omoe 1", "omoe 0", "mmoe 0"]);
  expect(missing(resultsAt(results, { lr: 0.01 }))).toEqual(["omoe 1", "mmoe 0", "omoe 1", "mmoe 0"]);
});

test("loadConfig(file) refuses points that are not of its grid, or twice there", () => {
  const refused = (points: string, ...set: string[]) => complaint(() => configOf(...set, `points=[${points}]`));
  const one = "{model: omoe, values: {lr: 0.01, batch: 16}, runs: 3}";
  const wayOut = "; add --set points=null to train every combination";
  const expected = "--set points: expected a value of each list (batch, lr) in each point, got omoe at";
  expect(refused("{model: omoe, values: {lr: 0.02, batch: 16}, runs: 3}")).toBe(
    `${expected} batch=16, lr=0.02${wayOut}`,
  );
  expect(refused("{model: omoe, values: {lr: 0.01}, runs: 3}")).toBe(`${expected} lr=0.01${wayOut}`);
  expect(refused(`${one}, ${one}`)).toBe(
    `--set points: expected different points, got omoe at batch=16, lr=0.01 twice${wayOut}`,
  );
});
