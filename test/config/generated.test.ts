import { describe, expect, test } from "vitest";
import { correlationsOf, generatorOf } from "../../src/config/generated.ts";
import { lossUnitOf } from "../../src/config/loss-unit-of.ts";
import type { PointSettings } from "../../src/config/schema.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { tasksIn } from "../../src/engines/task-losses.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { complaint } from "../support/complaint.ts";
import { smoke } from "../support/configs.ts";

const { settings: paper } = GENERATOR_PRESETS.paper;

describe("a value for each task, divided by colons", () => {
  test("is that task's, and a word or a missing value is the generator's own", () => {
    const config = smoke(
      ...["tasks=3", "correlations=0.5", "noiseStd=0.3:data:0", "labels=raw", "labelScale=1:1:20"],
      ...["labelKind=real:binary:real", "positives=0.05", "labelled=all:0.5:1"],
    );
    expect(generatorOf(config)).toEqual({
      ...paper,
      rawLabels: true,
      tasks: [
        { noiseStd: 0.3, labelScale: 1, labelled: undefined },
        { labelScale: 1, binaryLabels: true, positives: 0.05, labelled: 0.5 },
        { noiseStd: 0, labelScale: 20, labelled: 1 },
      ],
    });
  });

  test("that all tasks share is the generator's", () => {
    expect(generatorOf(smoke("noiseStd=0.3", "labelled=0.5:0.5"))).toEqual({ ...paper, noiseStd: 0.3, labelled: 0.5 });
    expect(generatorOf(smoke())).toEqual(paper);
  });

  test("makes runs whose tasks have that kind, weight and gaps", () => {
    const config = smoke("labelKind=real:binary", "taskWeights=1:2.5", "labelled=0.5:all", "correlations=1");
    expect(tasksIn(planRuns(config)[0])).toEqual([
      { kind: "regression", weight: 1, gaps: true },
      { kind: "binary", weight: 2.5 },
    ]);
  });
});

test("a list is a grid, and runs of other points have the same rows but for what it changes", () => {
  const runs = planRuns(
    smoke("positives=[0.05, 0.2]", "labelKind=binary", "models=mmoe", "runs=1", "correlations=0.5"),
  );
  expect(runs.map(({ id }) => id)).toEqual(["mmoe/p=0.50/positives=0.05/000", "mmoe/p=0.50/positives=0.2/000"]);
  expect(runs.map(({ data }) => data)).toEqual(
    [0.05, 0.2].map((positives) => ({ ...paper, binaryLabels: true, positives })),
  );
});

test("inputs and sines replace the generator's: the slowest sines stay, in their order", () => {
  const [run] = planRuns(smoke("inputs=30", "sines=2"));
  const slowest = [paper.alpha.indexOf(3.77), paper.alpha.indexOf(5.05)].map((i) => [paper.alpha[i], paper.beta[i]]);
  expect(run.data).toEqual({ ...paper, inputs: 30, alpha: slowest.map(([a]) => a), beta: slowest.map(([, b]) => b) });
  expect(run.model.inputs).toBe(30);
});

test("tasks of a group have the correlation, and those of two groups a share of it", () => {
  const settings = smoke("tasks=5", "groupSize=2", "betweenGroups=-0.25") as PointSettings;
  expect(correlationsOf(settings, 0.8)).toEqual([
    [1, 0.8, -0.2, -0.2, -0.2],
    [0.8, 1, -0.2, -0.2, -0.2],
    [-0.2, -0.2, 1, 0.8, -0.2],
    [-0.2, -0.2, 0.8, 1, -0.2],
    [-0.2, -0.2, -0.2, -0.2, 1],
  ]);
});

describe("--task-weights front:N", () => {
  test("stands for N explicit weightings: equal ones, and each task at odds that rise evenly in their logarithm", () => {
    const config = smoke("taskWeights=front:5:9");
    expect(config.taskWeights).toEqual(["1:1", "1.5:0.5", "1.8:0.2", "0.5:1.5", "0.2:1.8"]);
    expect(planRuns(config)[0]?.id).toMatch("/taskWeights=1:1/");
    expect(smoke("tasks=3", "correlations=0.5", "taskWeights=[1:2:3, front:4:10]").taskWeights).toEqual(
      ["1:2:3", "1:1:1", "2.5:0.25:0.25", "0.25:2.5:0.25", "0.25:0.25:2.5"], // 10 : 1 : 1, which add up to 3
    );
  });

  test.each([
    ["front:4", "1 and a multiple of the 2 tasks, such as 3 or 5, got 4"],
    ["front:1", "1 and a multiple of the 2 tasks, such as 3 or 5, got 1"],
    ["front:3:1", "odds above 1 that tell so many weightings apart, got 1"],
    ["front:5001:1.1", "odds above 1 that tell so many weightings apart, got 1.1"],
  ])("refuses %s", (text, expected) => {
    expect(complaint(() => smoke(`taskWeights=${text}`))).toBe(`--set taskWeights: front: expected ${expected}`);
  });
});

test("the loss of the best constant is known where all tasks have the same labels", () => {
  expect(lossUnitOf(smoke("labels=raw", "labelScale=3")).ofMean).toBeCloseTo(
    9 * (lossUnitOf(smoke("labels=raw")).ofMean as number),
    9,
  );
  expect(lossUnitOf(smoke("labels=raw", "labelScale=1:3")).ofMean).toBeNull();
  expect(lossUnitOf(smoke("labels=raw", "labelScale=[1, 3]")).ofMean).toBeNull();
});

describe("what does not fit is refused by its setting", () => {
  const refusal = (...set: string[]) => complaint(() => smoke(...set));
  test.each([
    [["noiseStd=0.1:0.2:0.3"], "--set noiseStd: expected one value, or one for each of the 2 tasks, got 0.1:0.2:0.3"],
    [
      ["labelKind=real:binary:real"],
      "--set labelKind: expected one value, or one for each of the 2 tasks, got real:binary:real",
    ],
    [["sines=6"], "--set sines: expected at most 5, those of the generator, got 6"],
    [["tasks=4", "inputs=3", "correlations=0.5"], "--set inputs: expected at least 4, one a task, got 3"],
    [["labelScale=2"], "--set labelScale: is for raw labels; add --set labels=raw"],
    [["positives=0.2"], "--set positives: is for binary labels; add --set labelKind=binary"],
    [["betweenGroups=0.5"], "--set betweenGroups: is for tasks in groups; add --set groupSize=N"],
    [
      ["refit=false", "trainRows=fresh"],
      "--set refit: validation rows are of a fixed training set, and rows are fresh; give --set trainRows=N",
    ],
    [["chooseBy=rmse1"], "--set chooseBy: chooses on validation rows; add --steps auto, or leave it out"],
  ])("%j", (set, expected) => expect(refusal(...set)).toBe(expected));

  test.each([
    "taskWeightDecay=0",
    "noiseStd=0.1:x",
    "labelled=0:1",
    "positives=1",
    "labelKind=real:",
    "taskWeights=1:-2",
  ])("%s", (set) => {
    expect(refusal(set)).toMatch(new RegExp(`^--set ${set.split("=")[0]}: expected (?!a value of another kind).*got`));
  });
});
