import fc from "fast-check";
import { expect, test } from "vitest";
import type { Rows } from "../../../src/data/task-set.ts";
import { parameterBlocks } from "../../../src/models/parameters.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { keyOf } from "../../../src/random/key.ts";
import { philox } from "../../../src/random/philox.ts";
import { factorsAt, noiseAt, normalsAt } from "../../support/factors.ts";
import { inTime } from "../../support/in-time.ts";
import { objectiveGradient, range, taskLosses } from "../../support/reference.ts";
import { BY_GATING, FUNNEL, PAIRS, plainBottom, SELECTING_LEVELS } from "../../support/specs.ts";
import { KERNELS, loneRun } from "./lone-run.ts";
import { anyEmbedded, anyParameters, anySpec, noise } from "./specs.ts";

type Setting = { spec: ModelSpec; B: number; seed: number };

const SPECS: fc.Arbitrary<Setting> = fc.record({
  spec: fc.oneof({ arbitrary: anySpec, weight: 3 }, anyEmbedded),
  B: fc.integer({ min: 1, max: 19 }),
  seed: fc.nat(),
});

/** One of each gating, one whose gates select among different numbers of experts, funnels, factorization machines, then any. */
const FIRST = [
  ...[...Object.values(BY_GATING), SELECTING_LEVELS, FUNNEL, PAIRS],
  { ...PAIRS, name: "pairs-funnel", funnel: [0, 2] },
];
const EACH = { examples: FIRST.map((spec, seed): [Setting] => [{ spec, B: 7, seed }]), seed: 1 };

function setting(spec: ModelSpec, B: number, seed: number) {
  const next = noise(seed);
  const rows = (count: number) => range(B).map(() => range(count).map(() => Math.fround(2 * next())));
  const x = rows(spec.inputs).map((row) => {
    const numbers = (spec.embeddings ?? []).map(({ rows }) => Math.floor(((next() + 1) / 2) * (rows - 1)));
    return [...row.slice(numbers.length), ...numbers];
  });
  return { parameters: anyParameters(spec, next), x, y: rows(spec.tasks) };
}

function flat({ x, y }: { x: number[][]; y: number[][] }): Rows {
  return { x: Float32Array.from(x.flat()), y: Float32Array.from(y.flat()) };
}

/** The greatest difference over the greatest value (at least `least`). */
function worst(actual: readonly number[], expected: readonly number[], least: number): number {
  const off = expected.map((value, i) => Math.abs(actual[i] - value));
  return Math.max(...off) / Math.max(least, ...expected.map(Math.abs));
}

test("losses and gradient of any model in the family equal those of the plain float64 version, held-out losses without dropout", () => {
  fc.assert(
    fc.property(SPECS, ({ spec, B, seed }) => {
      const { parameters, x, y } = setting(spec, B, seed);
      const rows = flat({ x, y });
      const drawn = {
        factors: factorsAt(spec, 1, keyOf),
        normals: normalsAt(1, keyOf),
        noise: noiseAt(spec, 1, keyOf),
      };
      const expected = objectiveGradient(spec, parameters, rows, drawn);
      const losses = taskLosses(spec, parameters, rows);
      for (const { name, memory } of KERNELS) {
        const run = loneRun(spec, B, "sgd", 1, { memory });
        run.setParameters(parameters);
        run.setBatch(x, y);
        expect(worst(run.evaluate(), losses, 0), name).toBeLessThan(1e-5);
        run.train(1);
        const after = run.parameters();
        const gradient = Array.from(parameters, (value, p) => value - after[p]);
        for (const { offset, size } of parameterBlocks(spec)) {
          const [actual, wanted] = [gradient, expected].map((of) => [...of.slice(offset, offset + size)]);
          expect(worst(actual, wanted, 0.05), name).toBeLessThan(spec.experts.norm ? 2e-4 : 5e-5); // a norm of two units cancels
        }
      }
    }),
    { ...EACH, numRuns: 80 },
  );
});

test("a gate that is all but shut leaves losses and weights finite", () => {
  const gated = {
    gating: "single",
    gate: { layers: [], bias: true },
    experts: { shared: 3, perTask: 0, layers: [2] },
  } as const;
  const spec = plainBottom(2, 1, 2, gated);
  const { parameters, x, y } = setting(spec, 5, 3);
  const { offset } = parameterBlocks(spec).find(({ name }) => name === "gates/0/0/bias") as { offset: number };
  parameters.set([1e4, -1e4, 0], offset);
  const run = loneRun(spec, 5, "adam", 0.01);
  run.setParameters(parameters);
  run.setBatch(x, y);
  expect(run.train(50).every(Number.isFinite)).toBe(true);
  expect(run.parameters().every(Number.isFinite)).toBe(true);
});

test("a unit that is dead for 3,000 steps costs no more time than one that lives", async () => {
  const spec = plainBottom(32, 1, 32);
  const { parameters, x, y } = setting(spec, 8, 3);
  const { offset, size } = parameterBlocks(spec)[1] as { offset: number; size: number };
  const run = loneRun(spec, 8, "adam", 0);
  run.setParameters(parameters);
  run.setBatch(x, y);
  const living = leastTime(() => run.train(100));
  run.setParameters(parameters.fill(-100, offset, offset + size));
  run.train(3000);
  await inTime(async () => leastTime(() => run.train(100)) < 3 * living || undefined);
});

function leastTime(call: () => void): number {
  return Math.min(
    ...range(20).map(() => {
      const start = performance.now();
      call();
      return performance.now() - start;
    }),
  );
}

/** A single ReLU unit, of value 1 on the one row below. */
const UNIT = plainBottom(1, 1, 1, { bias: false });

/** The loss at the first step with label 0, what it takes off the two weights of 1, and the loss without dropout then. */
function stepOf(probability: number) {
  const run = loneRun({ ...UNIT, dropout: probability }, 1, "sgd", 1);
  run.setParameters(Float32Array.of(1, 1));
  run.setBatch([[1]], [[0]]);
  const [loss] = run.train(1);
  return { loss, taken: Array.from(run.parameters(), (w) => 1 - w), evaluated: run.evaluate() };
}

test("a model drops the words below its probability, and scales what it keeps, forwards and backwards", () => {
  const words = new Uint32Array(4);
  philox(words, keyOf("dropout/experts/0/0"), 0, 0, 1);
  const word = words[0];
  const p = word / 2 ** 32;
  const kept = Math.fround(1 / (1 - p));
  const { loss, taken } = stepOf(p);
  expect(loss).toBeCloseTo(kept ** 2, 5);
  for (const gradient of taken) expect(gradient).toBeCloseTo(2 * kept ** 2, 4); // of (w2 kept w1)²
  expect(stepOf((word + 0.5) / 2 ** 32)).toEqual({ loss: 0, taken: [0, 0], evaluated: [1] });
});
