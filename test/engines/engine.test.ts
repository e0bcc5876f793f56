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
  const model = ZOO.omoe.build({ inputs: 100, tasks: 2 });
  const runs = [0.5, 0.9].map((correlation) => makeRun({ index: 1, seed: 2, model, correlation }));
  const key = keyOf("mmoe/seed=2/run=1/model=omoe/experts/1/0/kernel");
  for (const run of runs) expect(modelKey(run, "experts/1/0/kernel")).toEqual(key);
});
