import { describe, expect, test } from "vitest";
import { OF_CONTESTANT } from "../../src/identity/cell.ts";
import { joinedResults } from "../../src/records/at-point.ts";
import type { Results } from "../../src/records/read-results.ts";
import { frontRows, frontsOf } from "../../src/summary/front.ts";
import { complaint } from "../support/complaint.ts";
import { madeResults } from "../support/made-results.ts";

const SET = ["models=mmoe", "correlations=0.5", "runs=6"];

/** Mean losses of both tasks, by the settings that a folder lists. */
const LOSSES: Readonly<Record<string, readonly [number, number]>> = {
  none: [3, 3],
  "1:1": [3, 3],
  "1:3": [5, 1],
  "3:1": [1, 6],
  "1:9": [6, 2], // 1:3 dominates it
  sum: [3, 3],
  pcgrad: [2, 2], // half as much again is (3, 3), which equal weights reach
  mgda: [4, 4], // the line from (3, 3) to (5, 1) has it behind, at (3, 3)
};

/** Runs scatter around them, alike at all points; run 5 of pcgrad failed. */
function made(key: string, ...set: string[]): Results {
  const results = madeResults(({ id }) => (id.includes("pcgrad/005") ? "failed" : 0.1), [...SET, ...set]);
  const records = results.records.map((record) => {
    const factor = 1 + (record.run - 2) / 10;
    const losses = LOSSES[String(record.point[key])].map((loss) => loss * factor);
    return record.status === "done" ? { ...record, trainingSetLoss: losses } : record;
  });
  return { ...results, path: key, records };
}

const weights = made("taskWeights", "taskWeights=[1:1, 1:3, 3:1, 1:9]");
const methods = made("method", "method=[sum, pcgrad, mgda]");
const joined = joinedResults([weights, methods], OF_CONTESTANT);
const [front, ...others] = frontsOf(joined, "train");

describe("frontsOf(results, loss)", () => {
  test("has each static weights and method of two folders once, over the runs that are done at all of them", () => {
    expect(others).toEqual([]);
    expect(joined.records).toHaveLength((5 + 3 - 1) * 6); // both have the sum without weights
    expect(front?.points.map(({ name, isMethod }) => [name, isMethod])).toEqual([
      ["1:1", false],
      ["1:3", false],
      ["3:1", false],
      ["1:9", false],
      ["pcgrad", true],
      ["mgda", true],
    ]);
    expect(front).toMatchObject({ model: "mmoe", correlation: 0.5, point: {}, runs: 5 });
    const equal = front?.points[0]?.losses[1];
    expect(equal?.value).toBeCloseTo(3, 12);
    expect([equal?.low, equal?.high].every((end) => Math.abs((end ?? 0) - 3) < 0.4)).toBe(true);
  });

  test("says which points no static weights beat in all tasks, and how far along the ray methods are from their front", () => {
    expect(front?.points.map(({ isOnFront }) => isOnFront)).toEqual([true, true, true, false, true, false]);
    const [pcgrad, mgda] = front?.points.slice(-2) ?? [];
    expect(pcgrad?.beyond?.value).toBeCloseTo(0.5, 12);
    expect(mgda?.beyond?.value).toBeCloseTo(-0.25, 12);
    // runs scatter alike at all points, so that no resample has another ratio
    expect(pcgrad?.beyond?.low).toBeCloseTo(0.5, 12);
    expect(pcgrad?.beyond?.high).toBeCloseTo(0.5, 12);
  });

  test("gives hypervolumes below the worst static weights, as shares of the box from the best to these", () => {
    expect(front?.reference.map((loss) => loss.toFixed(9))).toEqual(["6.000000000", "6.000000000"]);
    // below (6, 6): 1:1 has 3 x 3, 1:3 has 1 x 5, of which 1 x 3 is in both, 3:1 and 1:9 nothing
    expect(front?.hypervolume?.value).toBeCloseTo((9 + 5 - 3) / 25, 12);
    const [pcgrad, mgda] = front?.points.slice(-2) ?? [];
    expect(pcgrad?.adds?.value).toBeCloseTo((16 - 9 - 1) / 25, 12); // of 4 x 4, what 1:1 and 1:3 have not
    expect([mgda?.adds?.value, mgda?.adds?.low, mgda?.adds?.high]).toEqual([0, 0, 0]);
  });

  test("names a method by its weights, too, unless these are equal", () => {
    const both = madeResults(() => 0.1, [...SET, "taskWeights=[1:1, 1:3]", "method=[sum, pcgrad]"]);
    expect(frontsOf(both, "train")[0]?.points.map(({ name }) => name)).toEqual(["1:1", "1:3", "pcgrad", "pcgrad 1:3"]);
  });

  test("does not call the weights of the tasks themselves equal where they differ from 1", () => {
    const both = madeResults(() => 0.1, [...SET, "taskWeights=[none, 1:3]", "method=[sum, pcgrad]"]);
    const named = (weight: number) => {
      const taskKinds = [{ weight }, { weight: 1 }] as unknown as Results["config"]["taskKinds"];
      const config = { ...both.config, taskKinds };
      return frontsOf({ ...both, config }, "train").map(({ points }) => points.map(({ name }) => name));
    };
    expect(named(2)).toEqual([["none", "1:3", "pcgrad", "pcgrad 1:3"]]);
    expect(named(1)).toEqual([["1:1", "1:3", "pcgrad", "pcgrad 1:3"]]);
  });

  test("has no front of one static weighting, and no hypervolume of many tasks", () => {
    expect(frontsOf(methods, "train")).toEqual([]);
    const many = madeResults(() => 0.1, [...SET, "tasks=4", "taskWeights=front:5", "method=[sum, famo]"]);
    const [wide] = frontsOf(many, "train");
    expect(wide?.hypervolume).toBeUndefined();
    expect(wide?.points.map(({ name }) => name).slice(-2)).toEqual([
      "famo 0.0388:0.0388:3.88:0.0388",
      "famo 0.0388:0.0388:0.0388:3.88",
    ]);
    const [row] = wide ? frontRows(wide, "train") : [];
    expect(row).toMatchObject({ kind: "weights", name: "1:1:1:1", hypervolume: Number.NaN, onFront: 1 });
  });
});

test("joinedResults(folders, keys) refuses a folder that differs in another setting, unless that was tuned", () => {
  const other = made("method", "method=[sum, pcgrad]", "lr=0.5");
  expect(complaint(() => joinedResults([weights, other], OF_CONTESTANT))).toBe(
    "method differs from taskWeights in more than method and taskWeights: lr: 0.01 there, 0.5 here",
  );
  const tuned = { choices: [{ model: "mmoe", values: { lr: 0.5 } }] } as unknown as Results["config"]["tuned"];
  const config = { ...other.config, tuned };
  expect(joinedResults([weights, { ...other, config }], OF_CONTESTANT).records.length).toBeGreaterThan(0);
});
