import { expect, test } from "vitest";
import { lossFailure, modelKey } from "../../src/engines/engine.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { keyOf } from "../../src/random/key.ts";
import { makeRun } from "../support/runs.ts";

test("lossFailure(losses, step) names NaN and a mean loss beyond a million, and nothing below", () => {
  expect(lossFailure([0.5, Number.NaN], 420)).toBe("loss is NaN at step 420");
  expect(lossFailure([0.5, Number.POSITIVE_INFINITY], 3)).toBe("diverged: loss is Infinity at step 3");
  expect(lossFailure([1e6, 2e6], 7)).toBe("diverged: loss is 1.50e+6 at step 7");
  expect(lossFailure([1e6, 1e6], 7)).toBeUndefined();
});

test("modelKey(run, tensor) is the key of a name that has run, model, seed and tensor, and no correlation", () => {
  const keys = [
    makeRun(),
    makeRun({ index: 1 }),
    makeRun({ seed: 1 }),
    makeRun({ model: ZOO.omoe.build({ inputs: 100, tasks: 2 }) }),
  ].map((run) => modelKey(run, "experts/0/0/kernel"));
  keys.push(modelKey(makeRun(), "experts/1/0/kernel"));
  expect(new Set(keys.map(String)).size).toBe(5);
  expect(keys[0]).toEqual(keyOf("mmoe/seed=0/run=0/model=mmoe/experts/0/0/kernel"));
  expect(modelKey(makeRun({ correlation: 0.9 }), "experts/0/0/kernel")).toEqual(keys[0]);
});
