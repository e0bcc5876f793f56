import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import type { Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { planRuns } from "../../src/sweep/plan.ts";

/** Its models are all of the family. */
const specRuns = (config: Config) => planRuns(config) as Run[];

const small = loadConfig("fixed-rows", [override("--runs", "runs", "3")]);

test("planRuns(config) gives every cell each run once, repeats outermost", () => {
  const runs = planRuns(small);
  expect(new Set(runs.map((run) => run.id)).size).toBe(3 * 3 * 3);
  expect(runs.map((run) => run.index)).toEqual([...runs.map((run) => run.index)].sort((a, b) => a - b));
});

test("a run has the same initial values at every correlation, and others for another index or model", () => {
  const [first, second] = specRuns(small).filter((run) => run.model.name === "mmoe" && run.index === 0);
  const other = specRuns(small).find((run) => run.model.name === "mmoe" && run.index === 1);
  if (!first || !second || !other) throw new Error("no such run");
  expect(initialParameters(second)).toEqual(initialParameters(first));
  expect(initialParameters(other)).not.toEqual(initialParameters(first));
});

test("a run does not depend on what else is in the sweep", () => {
  const wanted = "mmoe/p=0.90/002";
  const alone = loadConfig("fixed-rows", [
    override("--models", "models", ["mmoe"]),
    override("--corr", "correlations", ["0.9"]),
    override("--runs", "runs", "3"),
  ]);
  const find = (config: typeof small) => planRuns(config).find((run) => run.id === wanted);
  expect(find(alone)).toEqual(find(small));
});

describe("planRuns(config) of a grid", () => {
  const grid = loadConfig("fixed-rows", ["runs=2", "lr=0.001,0.01", "batch=16,256", "dropout=0,0.1"].map(setOverride));
  const runs = specRuns(grid);

  test("trains each model at each correlation at each point, by ids made of values that each run has", () => {
    expect(runs.length).toBe(2 * 3 * 3 * 8);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
    expect(runs.slice(0, 2).map(({ id }) => id)).toEqual([
      "shared-bottom/p=0.50/batch=16/lr=0.001/dropout=0/000",
      "shared-bottom/p=0.50/batch=16/lr=0.001/dropout=0.1/000",
    ]);
    for (const { id, point, training, model } of runs) {
      expect(id).toContain(`/batch=${training.batch}/lr=${training.lr}/dropout=${model.dropout}/`);
      expect(point).toEqual({ batch: training.batch, lr: training.lr, dropout: model.dropout });
    }
  });

  test("names no random stream by a grid's value: initial values and rows are those of the same run without a grid", () => {
    const alone = specRuns(small).find(({ id }) => id === "mmoe/p=0.90/001") as Run;
    const points = runs.filter((run) => run.model.name === "mmoe" && run.correlation === 0.9 && run.index === 1);
    expect(points.length).toBe(8);
    for (const run of points) {
      expect(initialParameters(run)).toEqual(initialParameters(alone));
      expect([run.seed, run.index, run.data, run.correlationMatrix]).toEqual([
        alone.seed,
        alone.index,
        alone.data,
        alone.correlationMatrix,
      ]);
    }
  });

  test("shares equal settings and models as objects, and is refused with more runs than a list can hold", () => {
    expect(new Set(runs.map(({ training }) => training)).size).toBe(4);
    expect(new Set(runs.map(({ model }) => model)).size).toBe(3 * 2);
    const lists = ["lr", "batch", "steps"].map((key) => `${key}=${Array.from({ length: 99 }, (_, i) => i + 1)}`);
    const large = loadConfig("smoke", lists.map(setOverride));
    expect(() => planRuns(large)).toThrow(/^runs: 8 in 5821794 cells are more than 10000000 runs; give fewer$/);
  });
});
