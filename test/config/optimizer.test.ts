import { expect, test } from "vitest";
import { folderHash, type PointConfig, trainingOf } from "../../src/config/config.ts";
import { settingRows } from "../../src/config/setting-rows.ts";
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
  [["weightDecay=-1"], "expected a number from 0, got -1"],
  [["clipNorm=0"], "expected a number above 0, or none, got 0"],
  [["epsilon=1e-20"], "expected a number from 1e-12"],
  [["beta2=1"], "expected a number from 0 to 0.999999"],
] as const)("%j is refused", (set, why) => {
  expect(() => smoke(...set)).toThrow(why);
});
