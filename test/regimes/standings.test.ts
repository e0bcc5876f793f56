import { describe, expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { isOf, regimeNames, regimeSweeps } from "../../src/regimes/regimes.ts";
import {
  type Contestant,
  chosenRuns,
  contestants,
  overRegimes,
  placeOf,
  regimeResults,
  standings,
} from "../../src/regimes/standings.ts";
import { madeResults } from "../support/made-results.ts";

const [fewRows, ...others] = regimeSweeps(["few-rows", "many-tasks"]);

const contestant = (name: string, cells: Readonly<Record<string, readonly (readonly number[])[]>>): Contestant => ({
  name,
  label: name,
  cells: new Map(
    Object.entries(cells).map(([cell, runs]) => [cell, new Map(runs.map((losses, run) => [run, losses]))]),
  ),
});

const single = contestant("single-task", {
  a: [
    [0.8, 1],
    [0.5, 1],
    [0.6, 0.9],
    [9, 9],
  ],
  b: [
    [0.4, 0.5],
    [0.5, 0.8],
    [0.25, 0.9],
  ],
});
const mmoe = contestant("mmoe", {
  a: [
    [0.5, 0.9],
    [0.4, 1.1],
    [0.45, 0.95],
  ],
  b: [
    [0.3, 0.6],
    [0.35, 0.8],
    [0.2, 0.75],
    [7, 7],
  ],
});

describe("standings(all, against)", () => {
  // numpy and scipy.stats: r = log(own / other) of both cells [3 runs, 2 tasks]; (r1.mean(1) + r2.mean(1)) / 2 are the runs'
  // logs; 1 - exp of their mean and of stats.t.interval(.95, 2, ...); 1 - exp of the mean of max(1); stats.ttest_1samp.
  test("gives gains as geometric means, with Student's intervals over the runs that are in all cells", () => {
    const [found] = standings([single, mmoe], single);
    expect(found).toMatchObject({ name: "mmoe", pairs: 3, losing: { value: 0.25 } });
    expect(found?.gain.value).toBeCloseTo(0.1396013161411812, 12);
    expect(found?.gain.low).toBeCloseTo(0.08254833291016794, 10);
    expect(found?.gain.high).toBeCloseTo(0.19310638179536643, 10);
    expect(found?.worst.value).toBeCloseTo(-0.007363123025003082, 12);
    expect(found?.adjusted).toBeCloseTo(0.00970581390699581, 10);
    const inFirst =
      Math.log(0.5 / 0.8) +
      Math.log(0.9) +
      Math.log(0.4 / 0.5) +
      Math.log(1.1) +
      Math.log(0.45 / 0.6) +
      Math.log(0.95 / 0.9);
    expect([...(found?.cells.keys() ?? [])]).toEqual(["a", "b"]);
    expect(found?.cells.get("a")?.value).toBeCloseTo(1 - Math.exp(inFirst / 6), 12);
  });

  test("leaves out what lacks a cell, puts the best first, and adjusts by Holm's method over all", () => {
    const worse = contestant("worse", {
      a: [
        [1.2, 1.3],
        [0.7, 1.3],
        [0.8, 1.2],
      ],
      b: [
        [0.5, 0.6],
        [0.6, 1],
        [0.3, 1.1],
      ],
    });
    const part = contestant("part", { a: [[0.1, 0.1]] });
    const found = standings([worse, part, mmoe, single], single);
    expect(found.map(({ name }) => name)).toEqual(["mmoe", "worse"]);
    const alone = [standings([mmoe], single), standings([worse], single)].map(([one]) => one?.adjusted as number);
    const [least, most] = alone.toSorted((a, b) => a - b) as [number, number];
    expect(found.map(({ adjusted }) => adjusted).sort()).toEqual([2 * least, Math.max(2 * least, most)].sort());
  });

  test("a contestant's place counts those that it is told apart from, on common runs", () => {
    const runs = Array.from({ length: 12 }, (_, i) => 1 + (i % 3) / 10);
    const scaled = (name: string, factor: number, spread = 0.001) =>
      contestant(name, { a: runs.map((loss, i) => [loss * factor * (1 + spread * (i % 4))]) });
    const [against, ...all] = [
      scaled("single-task", 1, 0),
      scaled("own", 0.8),
      scaled("best", 0.5),
      scaled("near", 0.8, 0.00101),
      scaled("last", 1.5),
    ];
    const found = new Map(standings(all, against as Contestant).map((one) => [one.name, one]));
    expect([...found.keys()]).toEqual(["best", "own", "near", "last"]);
    const others = ["best", "near", "last"].map((name) => found.get(name) as never);
    expect(placeOf(found.get("own") as never, others)).toMatchObject({ of: 4, better: 2, worse: 1, untold: 0 });
    const noisy = standings([scaled("own", 0.8), scaled("noisy", 0.81, 0.2)], against as Contestant);
    expect(placeOf(noisy[0] as never, noisy.slice(1))).toMatchObject({ rank: 1, of: 2 });
  });
});

describe("chosenRuns(results)", () => {
  const { config } = fewRows as NonNullable<typeof fewRows>;
  const record = (run: number, lr: number, validationLoss: number | "failed"): RunRecord =>
    ({
      status: validationLoss === "failed" ? "failed" : "done",
      run,
      model: "mmoe",
      correlation: 0.9,
      point: { trainRows: 100, lr },
      measures: { validationLoss },
    }) as never;
  const chosen = (records: readonly RunRecord[]) =>
    chosenRuns({ config, records }).map(({ run, point }) => [run, point.lr]);

  test("a run is at the point that is best on the validation rows of the others, not on its own", () => {
    const slow = [record(0, 0.01, 0.1), record(1, 0.01, 0.5), record(2, 0.01, 0.6)];
    const fast = [record(0, 0.03, 0.9), record(1, 0.03, 0.4), record(2, 0.03, 0.3)];
    // means of the others: run 0 has .55 and .35, run 1 .35 and .6, run 2 .3 and .65
    expect(chosen([...slow, ...fast])).toEqual([
      [0, 0.03],
      [1, 0.01],
      [2, 0.01],
    ]);
  });

  test("of a run that is kept at one point alone, that is the one", () => {
    expect(chosen([record(1, 0.01, 0.5), record(0, 0.03, 0.9), record(2, 0.03, 0.1)])).toEqual([
      [0, 0.03],
      [1, 0.01],
      [2, 0.03],
    ]);
  });

  test("a point with a failed run is not chosen where there is another", () => {
    const risky = [record(0, 0.03, 0.1), record(1, 0.03, "failed"), record(2, 0.03, 0.1)];
    const safe = [record(0, 0.01, 0.5), record(1, 0.01, 0.5), record(2, 0.01, 0.5)];
    expect(chosen([...risky, ...safe])).toEqual([
      [0, 0.01],
      [1, 0.01],
      [2, 0.01],
    ]);
    expect(chosen(risky)).toEqual([
      [0, 0.03],
      [2, 0.03],
    ]);
  });

  test("a run is left out that no validation rows of other runs choose a point for", () => {
    expect(chosen([record(0, 0.01, 0.5), record(0, 0.03, 0.1)])).toEqual([]);
    const unseen = Number.NaN; // of a sweep without validation rows
    expect(chosen([0.01, 0.03].flatMap((lr) => [record(0, lr, unseen), record(1, lr, unseen)]))).toEqual([]);
  });
});

describe("a regime's sweeps", () => {
  test("are those of its presets, and every regime asks a question", () => {
    expect(regimeNames()).toHaveLength(10);
    expect(others.map(({ name, regime }) => [name, regime])).toEqual([
      ["many-tasks-4", "many-tasks"],
      ["many-tasks-16", "many-tasks"],
    ]);
    for (const { name, config } of regimeSweeps(regimeNames())) {
      expect(config.name).toBe(name);
      expect(config.about).toMatch(/^[A-Z][^.]*\? [A-Z].*\.$/);
      expect(config.models[0]).toMatch(/^single-task/);
    }
  });

  test.each([
    [["models=[mmoe]", "runs=3", "lr=[0.1, 0.2]"], true],
    [["lr=0.02", "batch=64", "optimizer=sgd", "weightDecay=[0, 0.1]", "method=[sum, pcgrad]", "taskWeights=1:3"], true],
    [["seed=1"], false],
    [["inputs=20"], false],
    [["heldoutRows=1000"], false],
    [["steps=2000"], false],
    [["patience=3"], false],
    [["labels=raw"], false],
    [["betweenGroups=0.5", "groupSize=1"], false],
  ])("with %j, runs pair with the committed ones: %j", (set, expected) => {
    expect(isOf(fewRows as never, loadConfig("regimes/few-rows", set.map(setOverride)))).toBe(expected);
  });

  test("have a contestant for each model and method, whose cells are those of the regime", () => {
    const set = ["models=[mmoe, omoe]", "runs=2", "method=[sum, pcgrad]", "trainRows=[100, 300]", "lr=[0.01, 0.03]"];
    const made = madeResults(
      ({ training: { lr }, index }) => (lr === 0.01 ? 0.2 : 0.3) + index / 100,
      set,
      "regimes/few-rows",
    );
    const records = made.records.map((one) => ({ ...one, measures: { validationLoss: one.run } }));
    const found = contestants(fewRows as never, [{ ...made, records }]);
    expect(found.map(({ name }) => name)).toEqual(["mmoe", "mmoe, pcgrad", "omoe", "omoe, pcgrad"]);
    expect(found.map(({ label }) => label)).toEqual(["MMoE", "MMoE, pcgrad", "OMoE", "OMoE, pcgrad"]);
    const later = records.map((one) => ({ ...one, trainingSetLoss: [9, 9] }));
    const both = [records, later].map((own) => ({ ...made, records: own }));
    expect(contestants(fewRows as never, both)).toEqual(found); // the first of a name
    expect([...(found[1]?.cells.keys() ?? [])]).toEqual([
      "few-rows p=0.00, trainRows=100",
      "few-rows p=0.00, trainRows=300",
      "few-rows p=0.90, trainRows=100",
      "few-rows p=0.90, trainRows=300",
    ]);
  });
});

test("overRegimes ranks the contestants that are in all regimes with models of the zoo, the user's among them", () => {
  const of = (name: string, loss: number) => contestant(name, { a: [[loss], [loss * 1.01], [loss * 0.99]] });
  const narrow = regimeSweeps(["narrow"])[0] as NonNullable<typeof fewRows>;
  const sweeps = [0, 1, 2, 3].map((i) => ({
    sweep: { ...(i === 3 ? narrow : (fewRows as NonNullable<typeof fewRows>)), regime: `r${i}` },
    own: [of("mine", [0.65, 0.9, 0.65, 0.9][i] as number)],
    committed: [of("single-task", 1), of("mmoe", 0.6), of("cgc", 0.7), ...(i === 0 ? [of("rare", 0.1)] : [])],
  }));
  const { regimes, ranks, difference } = overRegimes(regimeResults(sweeps));
  expect(regimes).toBe(3);
  expect(ranks.map(({ name, rank }) => [name, rank.toFixed(3)])).toEqual([
    ["mmoe", "1.000"],
    ["mine", "2.333"],
    ["cgc", "2.667"],
  ]);
  expect(difference).toBeCloseTo(2.3437 * Math.sqrt(12 / 18), 3); // Demšar's table 5a: 3 classifiers
});
