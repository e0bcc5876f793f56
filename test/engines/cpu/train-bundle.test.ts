import { expect, test } from "vitest";
import { instantiate, kernelSource } from "../../../src/engines/cpu/instantiate.ts";
import { trainBundle } from "../../../src/engines/cpu/train-bundle.ts";
import { makeRun } from "../../support/runs.ts";

test("trainBundle(wasm, runs, watch) stops in its pass over a large training set too", () => {
  let asked = 0;
  let trained = 0;
  const results = trainBundle(instantiate(kernelSource("wasm")), [makeRun({}, { trainRows: 30_000, steps: 3 })], {
    keepParameters: false,
    onStep: (_, step) => {
      trained = step;
    },
    isStopped: () => trained === 3 && ++asked >= 5,
  });
  expect([results, asked]).toEqual([undefined, 6]);
});
