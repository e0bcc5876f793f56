// A run's numbers do not depend on how WebAssembly's kernels lay out its rows.
import fc from "fast-check";
import { expect, test } from "vitest";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import { PANELS } from "../../../src/engines/rows/panels.ts";
import { MODEL_NAMES, ZOO } from "../../../src/models/zoo.ts";
import { makeRun } from "../../support/runs.ts";
import { anyRun, trained } from "./same-bits.ts";

const FEW_ROWS = layoutOf("wasm", 1);

test.each([
  [1, "fresh"],
  [2, 90],
  [3, "fresh"],
  [4, 300],
  [5, "fresh"],
  [15, 70],
] as const)(
  "30 steps of the zoo with batches of %i, %s rows, have the bits of panels row after row",
  (batch, trainRows) => {
    const runs = MODEL_NAMES.map((name) => {
      const model = { ...ZOO[name].build({ inputs: 98, tasks: 2 }), dropout: batch % 2 ? 0 : 0.2 };
      const data = { ...makeRun().data, inputs: 98 };
      return makeRun({ model, data, index: batch }, { trainRows, batch, steps: 30, evalEvery: 11, heldoutRows: 130 });
    });
    expect(trained("wasm", runs, FEW_ROWS)).toEqual(trained("wasm", runs, PANELS));
  },
);

test("any model of the family with any batch from 1 to 16, by either optimizer, has the bits of panels row after row", () => {
  fc.assert(
    fc.property(anyRun(16), (run) => {
      expect(trained("wasm", [run], FEW_ROWS)).toEqual(trained("wasm", [run], PANELS));
    }),
    { numRuns: 80, seed: 2 },
  );
});

test("a run that diverges does so at the same step, with the same loss", () => {
  const runs = [1, 3, 6].map((batch) => makeRun({}, { batch, lr: 1e9, optimizer: "sgd", steps: 9 }));
  for (const run of runs) {
    const [one] = trained("wasm", [run], FEW_ROWS) ?? [];
    expect(one?.failure).toMatch(/at step \d/);
    expect(one).toEqual(trained("wasm", [run], PANELS)?.[0]);
  }
});

test("layoutOf('wasm', B) puts up to four rows one after the other", () => {
  const layouts = [1, 4, 5, 256].map((batch) => layoutOf("wasm", batch));
  expect(layouts.map(({ panelRows }) => panelRows)).toEqual([1, 1, 4, 4]);
  expect(layouts.at(-1)).toEqual(PANELS);
});
