// One run is one set of numbers, with every kernel set of this machine.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KernelSet, layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import { fuses } from "../../../src/engines/cpu/native.ts";
import type { Run } from "../../../src/engines/engine.ts";
import { PANELS } from "../../../src/engines/rows/panels.ts";
import { ZOO } from "../../../src/models/zoo.ts";
import { DIMENSIONS, embeddedRun } from "../../support/embedded-runs.ts";
import { makeRun } from "../../support/runs.ts";
import { anyRun, fused, NATIVE, TRAININGS, trained, trainedByWasm, zooRuns } from "./same-bits.ts";

describe.runIf(NATIVE.length > 0).each(NATIVE)("%s has the bits of wasm", (set) => {
  test.each(TRAININGS)("for the zoo with batches of %i, %s rows, %i steps", (batch, trainRows, steps) => {
    const runs = zooRuns(batch, trainRows, steps);
    expect(trained(set, runs)).toEqual(trainedByWasm(runs));
  });

  test("for any model of the family, any batch from 1 to 70, any optimizer, both samplings", () => {
    fc.assert(
      fc.property(anyRun(70), (run) => {
        expect(trained(set, [run])).toEqual(trainedByWasm([run]));
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  test("in a run that diverges, to the same step and loss", () => {
    const runs = [1, 30].map((batch) => makeRun({}, { batch, lr: 1e9, optimizer: "sgd", steps: 9 }));
    for (const run of runs) {
      const [outcome] = trained(set, [run]) ?? [];
      expect(outcome?.failure).toMatch(/at step \d/);
      expect(outcome).toEqual(trainedByWasm([run])?.[0]);
    }
  });

  test("with rows as lanes and with units as lanes", () => {
    const layouts = [1, 3, 64].map((batch) => layoutOf(set, batch).panelRows);
    expect(new Set(layouts)).toEqual(new Set([1, layoutOf(set, 64).lanes]));
  });
});

describe.runIf(NATIVE.length > 0)("two threads or more for each run have the bits of wasm", () => {
  test.each(["dense", "lazy"] as const)("for a table with learned vectors, by %s steps", (embeddingSteps) => {
    const runs = [embeddedRun(ZOO.mmoe.build(DIMENSIONS), { embeddingSteps, batch: 60, steps: 9 })];
    for (const set of NATIVE) expect(trained(set, runs, undefined, 2)).toEqual(trainedByWasm(runs));
  });

  test("for any model of the family, on any kernel set", () => {
    const [sets, threads] = [fc.constantFrom(...NATIVE), fc.integer({ min: 2, max: 5 })];
    fc.assert(
      fc.property(anyRun(70), sets, threads, (run, set, threads) => {
        expect(trained(set, [run], undefined, threads)).toEqual(trainedByWasm([run]));
      }),
      { numRuns: 16, seed: 2 },
    );
  });
});

const [first, ...others] = NATIVE.filter(fuses);

describe.runIf(others.length > 0).each(others)(`%s has the bits of ${first} in fused arithmetic`, (set) => {
  const some = TRAININGS.filter(([batch]) => batch === 64 || batch === 3); // rows as lanes, and units
  test.each(some)("for the zoo with batches of %i, %s rows, %i steps", (batch, trainRows, steps) => {
    const runs = fused(zooRuns(batch, trainRows, steps));
    expect(trained(set, runs)).toEqual(trained(first as KernelSet, runs));
  });

  test("for any model of the family, any batch from 1 to 70, any optimizer, both samplings", () => {
    fc.assert(
      fc.property(anyRun(70), (run) => {
        expect(trained(set, fused([run]))).toEqual(trained(first as KernelSet, fused([run])));
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

test.runIf(first)("a step in fused arithmetic has other bits, on the same rows", () => {
  const runs = zooRuns(13, 90, 9);
  const bits = (of: readonly Run[]) => trained(first, of)?.map((one) => one.bits);
  expect(bits(fused(runs))).not.toEqual(bits(runs));
  const labels = (of: readonly Run[]) => trained(first, of)?.map((one) => one.labelCorrelations);
  expect(labels(fused(runs))).toEqual(labels(runs));
});

test("WebAssembly has no fused arithmetic", () => {
  expect(fuses("wasm")).toBe(false);
  expect(() => trained("wasm", fused(zooRuns(13, 90, 1)))).toThrow(/^no kernels wasm in fused arithmetic$/);
});

describe("WebAssembly's layouts of rows, in panels and one after the other,", () => {
  const FEW_ROWS = layoutOf("wasm", 1);

  test("give any model of the family with any batch from 1 to 16 the same bits", () => {
    fc.assert(
      fc.property(anyRun(16), (run) => {
        expect(trained("wasm", [run], FEW_ROWS)).toEqual(trained("wasm", [run], PANELS));
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  test("are row after row for up to four rows", () => {
    const layouts = [1, 4, 5, 256].map((batch) => layoutOf("wasm", batch));
    expect(layouts.map(({ panelRows }) => panelRows)).toEqual([1, 1, 4, 4]);
    expect(layouts.at(-1)).toEqual(PANELS);
  });
});
