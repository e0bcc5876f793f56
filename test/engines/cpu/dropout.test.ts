import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float32Word, instruction } from "../../../src/engines/cpu/instructions.ts";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import type { KernelInstance } from "../../../src/engines/cpu/kernels.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { columnBytes, panelIndex, panelsOf } from "../../../src/engines/rows/panels.ts";
import { dropoutInto } from "../../../src/models/dropout.ts";
import { type Key, keyOf } from "../../../src/random/key.ts";
import { philox } from "../../../src/random/philox.ts";
import { range } from "../../support/reference.ts";
import { plainBottom } from "../../support/specs.ts";
import { INSTANCES, loneRun } from "./lone-run.ts";
import { noise } from "./specs.ts";

/** The code and the buffer of one dropout over M networks of N units, between columns of others. */
function dropout({ N, M, B, step, probability }: Case, keys: readonly Key[], memory: KernelInstance) {
  const width = M * N + 2;
  const layout = layoutOf(memory.set, B);
  const column = columnBytes(layout);
  const P = panelsOf(B, layout);
  const arena = new Arena();
  const values = arena.take(P * width * column);
  const at = arena.take(4);
  const operands = {
    units: values + column,
    stride: width * column,
    N,
    M,
    keys: arena.put(Uint32Array.from(keys.flat())),
    step: at,
    last: Math.ceil(probability * 2 ** 32) - 1,
    kept: float32Word(1 / (1 - probability)),
  };
  const words = instruction("dropout", operands);
  const code = arena.put(Int32Array.from(words));
  memory.reserve(arena.bytes);
  arena.writeTo(memory.memory);
  memory.uint32(at, 1)[0] = step;
  const next = noise(N + M);
  const columns = memory.float32(values, P * width * layout.panelRows).map(() => next() + 2);
  memory.float32(values, columns.length).set(columns);
  memory.kernels.execute(code, code + 4 * words.length, 0, 0, P, 0, layout.panelRows);
  return { width, layout, before: columns, after: memory.float32(values, columns.length) };
}

interface Case {
  readonly N: number;
  readonly M: number;
  readonly B: number;
  readonly step: number;
  readonly probability: number;
}

const CASE: fc.Arbitrary<Case> = fc.record({
  N: fc.integer({ min: 1, max: 17 }),
  M: fc.integer({ min: 1, max: 4 }),
  B: fc.integer({ min: 1, max: 40 }),
  step: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  probability: fc.oneof(fc.double({ min: 0.01, max: 0.99 }), fc.constantFrom(2 ** -40, 0.5, 1 - 2 ** -53)),
});

const KEYS = range(4).map((m) => keyOf(`network ${m}`));

describe.each(INSTANCES)("the kernel of dropout of $set", (memory) => {
  test("multiplies each network's units by dropoutInto's factors, to the last bit, and no others", () => {
    fc.assert(
      fc.property(CASE, (given) => {
        const { N, M, B, step, probability } = given;
        const { width, layout, before, after } = dropout(given, KEYS.slice(0, M), memory);
        const factors = new Float32Array(N);
        for (let row = 0; row < B; row++) {
          const expected = [1];
          for (const key of KEYS.slice(0, M)) {
            dropoutInto(factors, key, probability, row, step);
            expected.push(...factors);
          }
          [...expected, 1].forEach((factor, n) => {
            const i = panelIndex(row, n, width, layout);
            expect(after[i]).toBe(Math.fround(before[i] * factor));
          });
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("changes nothing at step 0, outside training", () => {
    const { before, after } = dropout({ N: 7, M: 3, B: 11, step: 0, probability: 0.5 }, KEYS.slice(0, 3), memory);
    expect(after).toEqual(before);
  });
});

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
