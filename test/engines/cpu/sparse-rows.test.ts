// Rows that are mostly 0, as those of categories are: a first layer adds the other inputs alone, to the bits of all of them.
import { describe, expect, test } from "vitest";
import type { InputEncoding } from "../../../src/data/table-inputs.ts";
import type { KernelSet } from "../../../src/engines/cpu/kernel-sets.ts";
import { fuses } from "../../../src/engines/cpu/native.ts";
import { planRunGroup } from "../../../src/engines/cpu/run-group.ts";
import { categoryRuns, categoryTable } from "../../support/category-runs.ts";
import { range } from "../../support/reference.ts";
import { tableRun } from "../../support/tables.ts";
import { INSTANCES } from "./lone-run.ts";
import { fused, KINDS, NATIVE, trained } from "./same-bits.ts";

const sets = INSTANCES.map(({ set, kernels: _ }) => set);
const lanesOf = (set: KernelSet) => ({ wasm: 4, avx2: 8, neon: 8, avx512: 16 })[set];

/** Of these, the first layer is of a bottom, of experts and gates, of activations that stay open, of factors, and of pairs. */
const FEW = ["shared-bottom", "mmoe", "ple", "mmoe-linear", "tensor-factorization", "factorization-machine"] as const;

/** Batches of more rows than there are. */
const MANY = { sampling: "replacement" as const, steps: 3, evalEvery: 2 };

describe.each([
  ["by adam, in batches of 13", { batch: 13 }],
  ["by sgd, in batches of 70", { batch: 70, optimizer: "sgd" as const }],
  ["in batches of 100 that are drawn with replacement", { batch: 100, sampling: "replacement" as const }],
  ["by adam, of many values, in batches of 190", { ...MANY, batch: 190 }],
  ["by sgd, of many values, in batches of 201", { ...MANY, batch: 201, optimizer: "sgd" as const }],
  ["by stored gradients, of many values", { ...MANY, batch: 190, method: "pcgrad" as const, clipNorm: 0.1 }],
])("%s", (_, training) => {
  const many = "sampling" in training && training.batch > 128;
  const runs = categoryRuns(many ? FEW : KINDS, training, { many });
  const dense = trained("wasm", runs, { panelRows: 1, lanes: 4 });

  test.each(sets)("%s trains to the bits of a dense first layer", (set) => {
    const layout = { panelRows: lanesOf(set), lanes: lanesOf(set) };
    expect(planRunGroup(runs, set, { layout }).rows.entries).toBe(many ? 2 : 6);
    expect(planRunGroup(runs, "wasm", { layout: { panelRows: 1, lanes: 4 } }).rows.entries).toBeUndefined();
    expect(trained(set, runs, layout)).toEqual(dense);
  });

  test.each(NATIVE.filter(fuses))("and so does %s in fused arithmetic", (set) => {
    const lanes = lanesOf(set);
    const some = fused(runs.slice(-5));
    const [sparse, all] = [lanes, 1].map((panelRows) => trained(set, some, { panelRows, lanes }));
    expect(sparse).toEqual(all);
    expect(sparse).not.toEqual(dense?.slice(-5));
  });
});

test("rows have all inputs, and no others beside them, where most are numbers, and where some are vectors", () => {
  const entries = (columns: readonly InputEncoding[], inputs: number) => {
    const data = { ...categoryTable(), columns, inputs };
    return planRunGroup([tableRun({ data }, { batch: 64 })], "wasm").rows.entries;
  };
  const numbers = range(20).map(() => ({ values: 0, gaps: false }));
  expect(entries([...numbers, { values: 20, gaps: false }], 40)).toBeUndefined();
  expect(
    entries(
      [
        { values: 20, gaps: false },
        { values: 30, gaps: false, embedding: 4 },
      ],
      21,
    ),
  ).toBeUndefined();
  expect(entries([{ values: 20, gaps: false }], 20)).toBe(1);
});
