// Lazy steps of embeddings beside PyTorch's SparseAdam.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apart, CASES, INITIAL, rowsAt, SPEC, STEPS, trainedByKernels } from "../engines/cpu/lazy-runs.ts";
import { KERNELS } from "../engines/cpu/lone-run.ts";
import { APART } from "../engines/golden/optimizers.ts";
import { range } from "../support/reference.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** Rows of a batch: more than a vector of the widest kernels has numbers. */
const B = 21;

test.skipIf(!HAS_PYTHON)("100 lazy steps have the losses of SparseAdam", () => {
  const file = join(mkdtempSync(join(tmpdir(), "mmoe-test-")), "given.json");
  const steps = range(STEPS).map((i) => {
    const { x, y } = rowsAt(i + 1, B);
    return [x, y];
  });
  const tables = SPEC.embeddings?.map(({ rows, size, slots = 1 }) => [rows, size, slots]);
  writeFileSync(file, JSON.stringify({ tables, initial: [...INITIAL], steps, cases: Object.fromEntries(CASES) }));
  const told: Record<string, number[][]> = JSON.parse(python(["test/python/sparse_adam.py", file]));
  for (const [name, settings] of CASES)
    for (const { name: kernels, memory } of KERNELS) {
      const { losses } = trainedByKernels(memory, settings, B);
      expect(apart(losses.flat(), told[name].flat()), `${name}, ${kernels}`).toBeLessThan(APART);
    }
});
