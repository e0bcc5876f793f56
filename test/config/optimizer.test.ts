import { describe, expect, test } from "vitest";
import { folderHash, type PointConfig, trainedHash, trainingOf } from "../../src/config/config.ts";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { complaint } from "../support/complaint.ts";
import { smoke } from "../support/configs.ts";

test("a sweep that says nothing of them has Adam's usual ones, shows those that are not, and keeps its folder's name", () => {
  expect(smoke()).toMatchObject({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: "none" });
  expect(folderHash(smoke("weightDecay=0", "clipNorm=none"))).toBe(folderHash(smoke()));
  expect(folderHash(smoke("weightDecay=0.01"))).not.toBe(folderHash(smoke()));
  const names = (...set: string[]) => settingRows(smoke(...set)).map(({ name }) => name);
  expect(names()).not.toContain("beta1");
  expect(names("beta1=0.8", "schedule=steps", "decaySteps=9")).toEqual(
    expect.arrayContaining(["beta1", "schedule", "decaySteps", "decayFactor"]),
  );
});

test("a schedule ends at the sweep's steps, whatever a run's", () => {
  const config = smoke("schedule=cosine", "warmup=3", "clipNorm=0.5") as unknown as PointConfig;
  expect(trainingOf(config)).toMatchObject({
    clipNorm: 0.5,
    schedule: { name: "cosine", warmup: 3, steps: config.steps },
  });
});

test("weight decay, clipping and schedules may be listed", () => {
  const config = smoke("weightDecay=[0, 0.1]", "clipNorm=[none, 1]", "schedule=[constant, cosine]", "warmup=[0, 5]");
  expect(config).toMatchObject({ weightDecay: [0, 0.1], clipNorm: ["none", 1], schedule: ["constant", "cosine"] });
});

test.each([
  [["optimizer=adamw"], "adamw without weightDecay is adam"],
  [["optimizer=[adam, adamw]", "weightDecay=[0, 0.1]"], "with 0 adam and adamw are the same"],
  [["schedule=steps"], "steps needs decaySteps"],
  [["decaySteps=5"], "is for schedule steps"],
  [["warmup=1000000"], "expected fewer steps than the"],
  [["optimizer=[adam, sgd]", "beta1=[0.8, 0.9]"], "expected one value, since sgd does not use it"],
  [["momentum=0.9"], "momentum: is for optimizer sgd, got adam; give --optimizer sgd"],
  [["optimizer=[adam, sgd]", "momentum=[0, 0.9]"], "expected one value, since adam does not use it"],
  [["optimizer=sgd", "nesterov=true"], "nesterov: does nothing with a momentum of 0"],
  [["optimizer=sgd", "nesterov=false,true", "momentum=0,0.9"], "nesterov: does nothing with a momentum of 0"],
  [
    ["optimizer=sgd,adam", "nesterov=false,true", "momentum=0.9"],
    "nesterov: expected one value, since adam does not use it",
  ],
  [["optimizer=sgd", "momentum=1"], "expected a number from 0 to below 1 (used by sgd), got 1"],
  [["weightDecay=-1"], "expected a number from 0, got -1"],
  [["clipNorm=0"], "expected a number above 0, or none, got 0"],
  [["epsilon=1e-20"], "expected a number from 1e-12"],
  [["beta2=1"], "expected a number from 0 to 0.999999"],
] as const)("%j is refused", (set, why) => {
  expect(() => smoke(...set)).toThrow(why);
});

test("planRuns(config) gives every pair the cell's correlation, or its share of it by the matrix", () => {
  const matrixOf = (...settings: string[]) => {
    const [run] = planRuns(smoke("tasks=3", "correlations=[0.5]", ...settings));
    return run?.correlationMatrix?.map((row) => row.join(" ")).join("; ");
  };
  expect(matrixOf()).toBe("1 0.5 0.5; 0.5 1 0.5; 0.5 0.5 1");
  const matrix = "correlationMatrix=[[1, 0.8, 0], [0.8, 1, -0.2], [0, -0.2, 1]]";
  expect(matrixOf(matrix)).toBe("1 0.4 0; 0.4 1 -0.1; 0 -0.1 1");
});

test("other tasks, or another matrix, which nothing can change, are another sweep", () => {
  const hashes = [[], ["tasks=3"], ["tasks=4"], ["correlationMatrix=[[1, 0.5], [0.5, 1]]"]].map((settings) =>
    trainedHash(smoke(...settings)),
  );
  expect(new Set(hashes).size).toBe(4);
  const { correlationMatrix } = smoke("correlationMatrix=[[1, 0.5], [0.5, 1]]");
  expect(() => correlationMatrix?.[0]?.push(0)).toThrow(TypeError);
});

describe("what the generator can't make is refused by its setting:", () => {
  const MATRIX = "--set correlationMatrix:";
  test.each([
    [["tasks=1"], "--set tasks: expected a whole number from 2 to 2147483647, got 1"],
    [["tasks=101"], "--set tasks: expected at most 100, the inputs of the generator 'paper', got 101"],
    [["correlations=[-0.6]", "tasks=3"], "expected from -0.5 to 1 for 3 tasks that share it, got -0.6"],
    [
      ["tasks=3", "correlationMatrix=[[1, 0], [0, 1]]"],
      `${MATRIX} expected 3 x 3 correlations, one row a task, got 2 x 2`,
    ],
    [["correlationMatrix=[[1, 0.5], [0.4, 1]]"], `${MATRIX} [0][1]: expected 0.4, as in [1][0], got 0.5`],
    [["correlationMatrix=[[1, 2], [2, 1]]"], `${MATRIX} expected a number from -1 to 1, got 2`],
    [
      ["tasks=3", "correlations=[0.5, 1]", "correlationMatrix=[[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]"],
      `${MATRIX} correlation 1 of the given matrix: no 3 tasks have these correlations`,
    ],
  ])("%j", (settings, message) => {
    expect(complaint(() => smoke(...settings))).toContain(message);
  });

  test("a correlation of --corr, by the flag; three tasks may have -1/2, and no less", () => {
    expect(smoke("tasks=3", "correlations=[-0.5]").correlations).toEqual([-0.5]);
    const load = () => loadConfig("smoke", [override("--corr", "correlations", ["-0.9"]), setOverride("tasks=4")]);
    expect(load).toThrow("--corr: correlation: expected from -0.333 to 1 for 4 tasks that share it, got -0.9");
  });
});
