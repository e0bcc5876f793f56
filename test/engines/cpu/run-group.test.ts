import { expect, test } from "vitest";
import { instantiate, kernelSource } from "../../../src/engines/cpu/instantiate.ts";
import { planRunGroup, runGroupsOf, threadsFor, trainRunGroup } from "../../../src/engines/cpu/run-group.ts";
import { weightsOf } from "../../../src/engines/cpu/weights.ts";
import { PANELS } from "../../../src/engines/rows/panels.ts";
import type { TrainingSettings } from "../../../src/engines/training-settings.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { inTime } from "../../support/in-time.ts";
import { range } from "../../support/reference.ts";
import { makeRun } from "../../support/runs.ts";
import { wasm } from "./lone-run.ts";
import { runOf } from "./runs.ts";

const PAPER = { inputs: 100, tasks: 2 };
const LRS = [1e-4, 1e-3, 1e-2];

const BY_TRAINING = (all: readonly Partial<TrainingSettings>[]) =>
  all.map((training) => runOf({ model: "mmoe", training }));

test.each([
  [
    "joins models, correlations and learning rates of one run index",
    [0, 1].flatMap((index) =>
      (["omoe", "mmoe"] as const).flatMap((model) =>
        [0.5, 1].flatMap((correlation) => LRS.map((lr) => runOf({ model, index, correlation, training: { lr } }))),
      ),
    ),
    [range(12), range(12).map((i) => 12 + i)],
  ],
  [
    "joins runs with other optimizers and initial values",
    BY_TRAINING([{}, { optimizer: "sgd" }, { initializer: { name: "he-uniform" } }]),
    [[0, 1, 2]],
  ],
  [
    "parts runs whose rows are not the same",
    BY_TRAINING([{}, { batch: 8 }, { trainRows: 40 }, { heldoutRows: 8 }]),
    range(4).map((i) => [i]),
  ],
  [
    "parts runs of different numbers of tasks, not cells of one number",
    [2, 3].flatMap((tasks) => [0.2, 0.4].map((correlation) => runOf({ model: "mmoe", tasks, correlation }))),
    [0, 2].map((i) => [i, i + 1]),
  ],
])("runGroupsOf(runs) %s", (_, runs, groups) => {
  expect(runGroupsOf(runs, 1)).toEqual(groups);
});

test("runGroupsOf(runs, jobs, stepOf) joins runs that are at one step", () => {
  const runs = [...LRS, 0.1, 0.3].map((lr) => runOf({ model: "mmoe", training: { lr } }));
  expect(runGroupsOf(runs, 1, ({ training }) => (training.lr < 0.05 ? 70 : 0))).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
});

test("planRunGroup(runs) labels the rows once for each correlation matrix", () => {
  const runs = [0.2, 0.4, 0.2].map((correlation) => runOf({ model: "mmoe", tasks: 3, correlation }));
  const { rows, labels } = planRunGroup(runs, "wasm");
  expect(rows.labels).toHaveLength(2);
  expect([labels[0] === labels[2], labels[0] === labels[1]]).toEqual([true, false]);
});

test("runGroupsOf(runs, jobs) splits groups that do not divide evenly among the workers", () => {
  const runs = [0, 1, 2].flatMap((index) => LRS.map((lr) => runOf({ model: "mmoe", index, training: { lr } })));
  expect(runGroupsOf(runs, 2)).toEqual([[0, 1, 2], [3, 4, 5], [6, 8], [7]]);
  expect(runGroupsOf(runs.slice(0, 3), 7)).toEqual([[0], [1], [2]]);
});

test("runGroupsOf(runs) bounds the runs of a group", () => {
  const runs = range(100).map((i) => runOf({ model: "mmoe", training: { lr: (i + 1) / 1000 } }));
  const groups = runGroupsOf(runs, 1);
  expect(Math.max(...groups.map((group) => group.length))).toBe(34);
  expect(groups.flat().toSorted((a, b) => a - b)).toEqual(range(100));
});

test("runGroupsOf(runs) bounds the weights of a group, of which embeddings of many values have many", () => {
  const runs = range(12).map((i) => {
    const run = runOf({ model: "mmoe", training: { lr: (i + 1) / 1000 } });
    return { ...run, model: { ...run.model, embeddings: [{ rows: 1_000_001, size: 16 }] } };
  });
  const bytes = 1_000_001 * 16 * 4 * 3;
  const lengths = runGroupsOf(runs, 1).map((group) => group.length);
  expect([lengths, Math.max(...lengths) * bytes < 1.1e9]).toEqual([[4, 4, 4], true]);
});

test("planRunGroup(runs) lays out one code for all runs of a model", () => {
  const runs = LRS.map((lr) => runOf({ model: "mmoe", training: { lr } }));
  expect(new Set(planRunGroup(runs, "wasm").slots.map(({ code }) => code)).size).toBe(1);
});

test("layers that read the same units are one: first ones of experts and gates, and of towers behind a common mix", () => {
  const sizes = (model: "omoe" | "mmoe") => weightsOf(ZOO[model].build(PAPER), PANELS).layers.map(({ D, N }) => [D, N]);
  const output = [8, 1];
  expect(sizes("omoe")).toEqual([[100, 8 * 16 + 8], [16, 2 * 8], output, output]);
  expect(sizes("mmoe")).toEqual([[100, 8 * 16 + 2 * 8], [16, 8], output, [16, 8], output]);
});

test("threadsFor(runs, most) shares the work of large steps alone", () => {
  const runs = [16, 512].map((batch) => {
    const model = ZOO.mmoe.build({ inputs: 340, tasks: 2 }); // a layer of 340 x 144, and small ones
    return makeRun({ model: { ...model, experts: { ...model.experts, layers: [64] } } }, { batch });
  });
  expect(threadsFor([runs[0]], 4)).toBe(1);
  expect(threadsFor([runs[1]], 1)).toBe(1);
  expect(threadsFor([runs[1]], 2)).toBe(2);
  expect(threadsFor([runs[1]], 64)).toBe(Math.floor((512 * (340 * (8 * 64 + 2 * 8) + 2 * (64 * 8 + 8))) / 2 ** 22));
  expect(threadsFor(runs, 4)).toBe(1);
});

test("trainRunGroup(wasm, runs, watch) stops in its pass over a large training set too", () => {
  let asked = 0;
  let trained = 0;
  const results = trainRunGroup(instantiate(kernelSource("wasm")), [makeRun({}, { trainRows: 30_000, steps: 3 })], {
    keepParameters: false,
    onStep: (_, step) => {
      trained = step;
    },
    isStopped: () => trained === 3 && ++asked >= 5,
  });
  expect([results, asked]).toEqual([undefined, 6]);
});

test("trainRunGroup(memory, runs) gives each run its own time, and shares out the rest", async () => {
  const runs = (["shared-bottom-16", "single-task-wide"] as const).map((name) => {
    return makeRun({ model: ZOO[name].build(PAPER) }, { steps: 600, batch: 32, trainRows: "fresh" });
  });
  const watch = { keepParameters: false, isStopped: () => false, onStep: () => {} };
  await inTime(async () => {
    const started = performance.now();
    const [small, wide] = (trainRunGroup(wasm, runs, watch) ?? []).map(({ elapsedMs }) => elapsedMs) as [
      number,
      number,
    ];
    const whole = performance.now() - started;
    expect(small).toBeGreaterThan(0);
    expect(small + wide).toBeLessThanOrEqual(whole);
    const isWider = wide > 1.5 * small; // 15 times the parameters, and some time for rows
    return (isWider && small + wide > 0.8 * whole) || undefined; // not if another process had the core meanwhile
  });
});
