import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import type { KernelInstance } from "../../../src/engines/cpu/kernels.ts";
import { weightUpdate } from "../../../src/engines/cpu/weight-updates.ts";
import { type FusedLayer, kernelIndex, weightsOf } from "../../../src/engines/cpu/weights.ts";
import { Arena, roundUp } from "../../../src/engines/rows/arena.ts";
import { columnBytes, inputPanelBytes, paddedInputs, panelIndex, panelsOf } from "../../../src/engines/rows/panels.ts";
import { record } from "../../../src/engines/rows/records.ts";
import type { Arithmetic } from "../../../src/engines/training-settings.ts";
import { range } from "../../support/reference.ts";
import { plainBottom } from "../../support/specs.ts";
import { fusedMultiplyAdd } from "./fused-multiply-add.ts";
import { KERNELS } from "./lone-run.ts";
import { noise } from "./specs.ts";

interface Case {
  readonly B: number;
  readonly D: number;
  readonly N: number;
}

/** Gradients [B, N]: a unit that never fires, one that always does, one that does in row 4 alone; the others in half of the rows. */
function reluGradient({ B, N }: Case): number[][] {
  const next = noise(5);
  const isShut = (value: number, b: number, n: number) => n === 0 || (n === 2 ? b !== 4 : n !== 1 && value < 0);
  const drawn = range(B).map(() => range(N).map(() => Math.fround(next())));
  return drawn.map((row, b) => row.map((value, n) => (isShut(value, b, n) ? 0 : value)));
}

function inputsOf({ B, D }: Case): number[][] {
  const next = noise(3);
  return range(B).map(() => range(D).map(() => Math.fround(next())));
}

/** What one step of SGD at rate 1 takes off a layer's weights [N, D] and biases [N], all 0; or the gradients that are stored. */
function updated(memory: KernelInstance, given: Case, x: number[][], g: number[][], rule: "sgd" | "store" = "sgd") {
  const { B, D, N } = given;
  const layout = layoutOf(memory.set, B);
  const arena = new Arena();
  const all = weightsOf(plainBottom(D, 1, N), layout);
  const layer = all.layers.get("first") as FusedLayer;
  const P = panelsOf(B, layout);
  const [inputs, xStride] = [paddedInputs(D), inputPanelBytes(D, layout)];
  const rows = { x: arena.take(P * xStride + 1024), g: arena.take((P * N + 16) * columnBytes(layout)) };
  const size = layer.bias + roundUp(N, layout.lanes);
  const weights = arena.take(2 * 4 * size);
  const strides = { xStride, gStride: N * columnBytes(layout), w: 4 * layer.kernel, bias: 4 * layer.bias };
  const words = weightUpdate(arena, P * layout.panelRows, all, layer, { ...rows, ...strides });
  const code = arena.put(Int32Array.from(words));
  const kind = rule === "sgd" ? { kind: 0, moments: 0, rate: 1 } : { kind: 2, moments: 4 * size, rate: 0 };
  const none = { epsilon: 0, beta1: 0, beta2: 0, stabilizer: 0, decay: 0, decoupled: 0, kept: 0 };
  const optimizer = arena.put(record("Optimizer", { ...kind, ...none, lr: 1, power1: 1, power2: 1 }));
  memory.reserve(arena.bytes);
  arena.writeTo(memory.memory);
  const fill = (address: number, values: number[][], width: number) => {
    const panels = memory.float32(address, P * width * layout.panelRows);
    for (const [b, row] of values.entries())
      for (const [n, value] of row.entries()) panels[panelIndex(b, n, width, layout)] = value;
  };
  fill(rows.x, x, inputs);
  fill(rows.g, g, N);
  memory.kernels.execute(code, code + 4 * words.length, rows.x, weights, P, optimizer, layout.panelRows);
  const [moved, gradients] = [weights, weights + 4 * size].map((at) => memory.float32(at, size));
  const [values, other] = rule === "sgd" ? [moved?.map((value) => -value), gradients] : [gradients, moved];
  expect(other?.every((value) => value === 0)).toBe(true);
  const at = (index: number) => values?.[index];
  return {
    kernels: range(N).map((n) => range(D).map((d) => at(kernelIndex(layer, d, n, layout)))),
    biases: range(N).map((n) => at(layer.bias + n)),
  };
}

/** a b + c in float32, by the arithmetic. */
function madd(arithmetic: Arithmetic, a: number, b: number, c: number): number {
  return arithmetic === "fused" ? fusedMultiplyAdd(a, b, c) : Math.fround(Math.fround(a * b) + c);
}

/** The sum of float32, one after the other from 0. */
const sum = (terms: readonly number[]) => terms.reduce((total, term) => Math.fround(total + term), 0);

/** Sums over rows in their order; a bias's as four, row after row, and then as one. */
function expected({ D, N }: Case, x: number[][], g: number[][], arithmetic: Arithmetic) {
  const of = (n: number) => g.map((row) => row[n]);
  const fourth = (n: number, i: number) => sum(of(n).filter((_, b) => b % 4 === i));
  return {
    kernels: range(N).map((n) =>
      range(D).map((d) => of(n).reduce((total, value, b) => madd(arithmetic, value, x[b]?.[d], total), 0)),
    ),
    biases: range(N).map((n) => sum([sum([fourth(n, 0), fourth(n, 1)]), sum([fourth(n, 2), fourth(n, 3)])])),
  };
}

describe.each(KERNELS)("a weight update on $name", ({ arithmetic, memory }) => {
  test.each<Case>([
    { B: 3, D: 5, N: 7 },
    { B: 20, D: 3, N: 19 },
    { B: 21, D: 12, N: 9 },
    { B: 35, D: 30, N: 11 },
    { B: 5, D: 51, N: 29 },
    { B: 64, D: 99, N: 21 },
    { B: 83, D: 230, N: 13 },
  ])("is the sum over $B rows in their order, for $D inputs and $N units", (given) => {
    const [x, g] = [inputsOf(given), reluGradient(given)];
    const { kernels: sums, biases: columns } = expected(given, x, g, arithmetic);
    for (const rule of ["sgd", "store"] as const) {
      const { kernels, biases } = updated(memory, given, x, g, rule);
      expect([kernels, biases].map((values) => values.flat().map((value) => value + 0))).toEqual(
        [sums, columns].map((values) => values.flat()),
      );
    }
  });

  test("of a gradient that is NaN in one row makes all weights of its unit NaN and no other's", () => {
    const given = { B: 83, D: 99, N: 29 };
    const g = reluGradient(given);
    g[70][3] = Number.NaN;
    const { kernels } = updated(memory, given, inputsOf(given), g);
    const invalid = kernels.map((weights) => weights.filter(Number.isNaN).length);
    expect(invalid).toEqual(range(given.N).map((n) => (n === 3 ? given.D : 0)));
  });
});
