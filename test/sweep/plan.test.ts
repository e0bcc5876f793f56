import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import { dataIdentity } from "../../src/data/streams.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import type { AnyRun, GeneratedRun, Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { lineOf, recordIn } from "../../src/records/journal-line.ts";
import { recordOf } from "../../src/records/record.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import { planRuns, runsAt } from "../../src/sweep/plan.ts";
import { planShard } from "../../src/sweep/share.ts";
import { doneResult } from "../support/fake-engine.ts";

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

const crossOf = (data: number, initial: number) =>
  loadConfig("smoke", [
    {
      source: "test",
      values: { cross: { data, initial }, runs: data * initial, models: ["mmoe", "omoe"], correlations: [0.5] },
    },
  ]);
const crossed = planRuns(crossOf(3, 4));
const at = (data: number, initial: number) =>
  crossed.find(({ model, cross }) => model.name === "mmoe" && cross?.data === data && cross.initial === initial) as Run;
const rows = (run: AnyRun) => {
  const { data, correlationMatrix } = run as GeneratedRun;
  return new TaskSet(data, correlationMatrix, dataIdentity(run)).rows("train", 5);
};

describe("planRuns(config) of a cross", () => {
  test("has every pair of data and initial values in each cell, with ids made of both, dealt to shards whole", () => {
    expect(crossed).toHaveLength(2 * 12);
    expect(new Set(crossed.map(({ id }) => id)).size).toBe(24);
    expect(at(2, 3).id).toBe("mmoe/p=0.50/d02/i03");
    expect(planRuns({ ...crossOf(3, 4), runs: 1 })).toHaveLength(2); // one of each cell
    const numbers = crossed.filter(({ model }) => model.name === "mmoe").map(({ index }) => index);
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]); // 3x3, then a fourth seed of initial values
    expect(runsAt(crossOf(3, 4), 11)[0]).toMatchObject({ index: 11, cross: { data: 2, initial: 3 } });
    const ids = [1, 2, 3].flatMap((index) => planShard(crossOf(3, 4), { index, count: 3 }).map(({ id }) => id));
    expect(ids.sort()).toEqual(crossed.map(({ id }) => id).sort());
  });

  test("gives runs, and their diagnoses, the rows of their data and the values of their initial index, and nothing else", () => {
    expect(rows(at(1, 0))).toEqual(rows(at(1, 3)));
    expect(rows(at(1, 0))).not.toEqual(rows(at(2, 0)));
    expect(initialParameters(at(0, 3))).toEqual(initialParameters(at(2, 3)));
    expect(initialParameters(at(0, 3))).not.toEqual(initialParameters(at(0, 2)));
    const parameters = initialParameters(at(0, 0));
    const gates = (run: Run) => new Diagnosis({ ...run, diagnostics: ["gates"] }).at(parameters);
    expect(gates(at(1, 0))).toEqual(gates(at(1, 3)));
    expect(gates(at(1, 0))).not.toEqual(gates(at(2, 0)));
  });

  test("crosses the streams of runs that are not crossed", () => {
    const plain = planRuns({ ...crossOf(3, 4), cross: null, runs: 4 });
    const alone = (index: number) => plain.find((run) => run.model.name === "mmoe" && run.index === index) as Run;
    expect(rows(at(2, 3))).toEqual(rows(alone(2)));
    expect(initialParameters(at(2, 3))).toEqual(initialParameters(alone(3)));
  });
});

describe("the record of a crossed run", () => {
  const record = recordOf(doneResult(at(2, 3)), "fake");

  test("comes back from its line", () => {
    expect(record.cross).toEqual({ data: 2, initial: 3 });
    expect(recordIn(Buffer.from(lineOf(record).trimEnd()))).toEqual(record);
    expect(
      lineOf(recordOf(doneResult({ ...at(2, 3), id: "x", index: 7, cross: undefined } as never), "fake")),
    ).not.toContain("cross");
  });

  test("has two columns more, and the names of its streams", () => {
    const [header, row] = [...runsCsv([record])]
      .join("")
      .split("\n")
      .map((line) => line.split(","));
    expect(header?.slice(3, 6)).toEqual(["run", "data", "initial"]);
    expect(row?.slice(3, 6)).toEqual([String(record.run), "2", "3"]);
    expect(row?.slice(-2)).toEqual(["mmoe/seed=0/run=2", "mmoe/seed=0/run=3/model=mmoe"]);
    const { cross: _, ...plain } = record;
    expect([...runsCsv([plain])].join("")).not.toMatch(/,data,/);
  });
});
