import { describe, expect, test } from "vitest";
import { OPERATIONS } from "../../../src/engines/cpu/instructions.ts";
import { WeightUpdates } from "../../../src/engines/cpu/weight-updates.ts";
import { type FusedLayer, kernelIndex, type Weights, weightsOf } from "../../../src/engines/cpu/weights.ts";
import { Arena, recordBytes } from "../../../src/engines/rows/arena.ts";
import { columnBytes, inputPanelBytes, PANELS, panelIndex, panelsOf } from "../../../src/engines/rows/panels.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { range } from "../../support/reference.ts";
import { wasm } from "./lone-run.ts";
import { noise } from "./specs.ts";

interface Case {
  readonly B: number;
  readonly D: number;
  readonly N: number;
  /** Row and unit to a gradient; the rest of a block is filled up with 0. */
  readonly g: (b: number, n: number) => number;
}

/** Two blocks of rows, the last panel not full, and 25 vectors of inputs, the last not full. */
const CASE = { B: 83, D: 99, N: 29 };

/** A unit that never fires, one that always does, one that does in row 4 alone; the others in half of the rows. */
function reluGradient(): Case["g"] {
  const next = noise(5);
  const drawn = range(CASE.B).map(() => range(CASE.N).map(() => next()));
  return (b, n) => {
    const value = drawn[b]?.[n] as number;
    const isShut = n === 0 || (n === 2 ? b !== 4 : n !== 1 && value < 0);
    return isShut ? 0 : value;
  };
}

const LINE = columnBytes(PANELS);
const { panelRows: PANEL_ROWS } = PANELS;

/** A layer D → N: the first of a model that is little else. */
function weightsWith(D: number, N: number): Weights {
  const spec: ModelSpec = {
    ...{ name: "layer", inputs: D, tasks: 1, gating: "none", bias: true, dropout: 0 },
    experts: { shared: 1, perTask: 0, layers: [N] },
    gate: { layers: [], bias: false },
    tower: { layers: [] },
  };
  return weightsOf(spec, PANELS);
}

/** A layer's updates as operations, and what they take off its weights [N, D] and its N biases. */
function updated({ B, D, N, g }: Case, relus: number) {
  const arena = new Arena();
  const all = weightsWith(D, N);
  const layer = all.layers.get("first") as FusedLayer;
  const P = panelsOf(B, PANELS);
  const xStride = inputPanelBytes(D, PANELS);
  const x = arena.take(P * xStride);
  const gradient = arena.take((P * N + PANEL_ROWS) * LINE);
  const weights = arena.take(4 * (layer.bias + panelsOf(N, PANELS) * PANEL_ROWS));
  const at = { w: 4 * layer.kernel, bias: 4 * layer.bias };
  const updates = new WeightUpdates(arena, P, all).of(layer, relus, {
    x,
    xStride,
    g: gradient,
    gStride: N * LINE,
    ...at,
  });
  const code = arena.put(Int32Array.from(updates.flat()));
  const rateOfOne = new Int32Array(Float32Array.of(1).buffer)[0] as number;
  const sgd = arena.put(recordBytes([0, 0, rateOfOne, 0], [1, 1, 1]));
  wasm.reserve(arena.bytes);
  arena.writeTo(wasm.memory);
  const next = noise(3);
  wasm.float32(x, (P * xStride) / 4).forEach((_, i, values) => {
    values[i] = next();
  });
  const gradients = wasm.float32(gradient, P * N * PANEL_ROWS);
  for (let b = 0; b < B; b++) for (let n = 0; n < N; n++) gradients[panelIndex(b, n, N, PANELS)] = g(b, n);
  wasm.kernels.execute(code, code + 4 * updates.flat().length, x, weights, P, sgd, PANEL_ROWS);
  const values = wasm.float32(weights, layer.bias + N);
  return {
    operations: updates.map(([operation]) => OPERATIONS[(operation as number) - 1]),
    kernels: range(N).map((n) => range(D).map((d) => values[kernelIndex(layer, d, n, PANELS)] as number)),
    biases: range(N).map((n) => values[layer.bias + n] as number),
  };
}

describe.each([
  { D: 37, B: 5 },
  { D: 51, B: 64 },
  { D: 99, B: 83 },
])("$D inputs, $B rows", ({ D, B }) => {
  test("a sparse update has the bits of the dense one, for units that never, seldom and always fire", () => {
    const given = { ...CASE, D, B, g: reluGradient() };
    const dense = updated(given, 0);
    const sparse = updated(given, CASE.N);
    expect([dense.operations, sparse.operations]).toEqual([["update"], ["sparseUpdate"]]);
    expect(sparse.kernels).toEqual(dense.kernels);
    expect(sparse.biases).toEqual(dense.biases);
  });
});

test("linear columns behind ReLU units, and the units of their strip, are updated densely", () => {
  const given = { ...CASE, g: reluGradient() };
  const mixed = updated(given, 21);
  expect(mixed.operations).toEqual(["sparseUpdate", "update"]);
  expect(mixed.kernels).toEqual(updated(given, 0).kernels);
  expect(mixed.biases).toEqual(updated(given, 0).biases);
});

test("a gradient that is NaN in one row makes all weights of its unit NaN and no other's", () => {
  const g = reluGradient();
  const { kernels } = updated({ ...CASE, g: (b, n) => (b === 70 && n === 3 ? Number.NaN : g(b, n)) }, CASE.N);
  expect(kernels.map((weights) => weights.filter(Number.isNaN).length)).toEqual(
    range(CASE.N).map((n) => (n === 3 ? CASE.D : 0)),
  );
});

test("few inputs, or few to a pass, are updated densely", () => {
  const operations = (D: number) => updated({ ...CASE, D, B: 3, g: () => 0 }, CASE.N).operations;
  expect([32, 36, 52, 64, 72].map((D) => operations(D)[0])).toEqual(["update", ...sparse(2), "update", ...sparse(1)]);
});

function sparse(count: number) {
  return new Array(count).fill("sparseUpdate");
}
