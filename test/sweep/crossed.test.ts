import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { dataIdentity } from "../../src/data/streams.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import type { AnyRun, GeneratedRun, Run } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { lineOf, recordIn } from "../../src/records/journal-line.ts";
import { recordOf } from "../../src/records/record.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { planShard } from "../../src/sweep/share.ts";
import { doneResult } from "../support/fake-engine.ts";

const config = (data: number, initial: number) =>
  loadConfig("smoke", [
    { source: "--cross", values: { cross: { data, initial }, models: ["mmoe", "omoe"], correlations: [0.5] } },
  ]);
const runs = planRuns(config(3, 4));
const at = (data: number, initial: number) =>
  runs.find(({ model, cross }) => model.name === "mmoe" && cross?.data === data && cross.initial === initial) as Run;
const rows = (run: AnyRun) => {
  const { data, correlationMatrix } = run as GeneratedRun;
  return new TaskSet(data, correlationMatrix, dataIdentity(run)).rows("train", 5);
};

describe("planRuns(config) of a cross", () => {
  test("has every pair of data and initial values in each cell, with ids made of both, dealt to shards whole", () => {
    expect(runs).toHaveLength(2 * 12);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(24);
    expect(at(2, 3).id).toBe("mmoe/p=0.50/d02/i03");
    expect(planRuns({ ...config(3, 4), runs: 1 })).toHaveLength(2); // one of each cell
    const ids = [1, 2, 3].flatMap((index) => planShard(config(3, 4), { index, count: 3 }).map(({ id }) => id));
    expect(ids.sort()).toEqual(runs.map(({ id }) => id).sort());
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
    const plain = planRuns({ ...config(3, 4), cross: null, runs: 4 });
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
