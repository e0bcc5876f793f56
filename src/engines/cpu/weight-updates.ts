import { type Arena, roundUp } from "../rows/arena.ts";
import { type Instruction, instruction } from "./instructions.ts";
import type { FusedLayer, Weights } from "./weights.ts";

/** A layer's input and gradient, and where its weights and biases begin. */
interface Operands {
  readonly x: number;
  readonly xStride: number;
  readonly g: number;
  readonly gStride: number;
  readonly w: number;
  readonly bias: number;
}

/** Rows that a sparse update takes at a time, and the vectors of inputs from which an update is sparse (kernels/panel-update.h). */
const BLOCK_ROWS = 64;
const LEAST_SPARSE = 4;

/** Writes the weight update of a layer, with scratch for `rows` rows of panels; `entries` are those of a sparse row. */
export function weightUpdate(
  arena: Arena,
  rows: number,
  weights: Weights,
  layer: FusedLayer,
  operands: Operands,
  entries?: number,
): Instruction {
  if (entries) return instruction("updateSparse", sparseOperands(arena, weights, layer, operands, entries));
  return instruction("update", operandsOf(arena, rows, weights, layer, operands));
}

function sparseOperands(
  arena: Arena,
  { layout: { lanes } }: Weights,
  layer: FusedLayer,
  operands: Operands,
  entries: number,
) {
  const { D, N } = layer;
  return {
    ...operands,
    D,
    N,
    trained: putTrained(arena, layer, lanes),
    rows: 0,
    sums: 0,
    ...takeTurns(arena, layer, lanes, entries),
    block: arena.take(4 * lanes * roundUp(D, lanes)),
  };
}

/**
 * The most vectors of units that take a turn in a layer on sparse rows (kernels/sparse.h), and bytes of their weights or sums if these are
 * several: twice those of Zen 4's first-level cache, where it was fastest.
 */
const [MOST_STRIPS, TURN_BYTES] = [8, 65_536];

/** How the units of a layer of D inputs on sparse rows take turns, all of about as many, with scratch for their weights or sums. */
export function takeTurns(arena: Arena, { D, N }: Pick<FusedLayer, "D" | "N">, lanes: number, entries: number) {
  const strip = 4 * lanes * roundUp(D, lanes);
  const most = Math.min(MOST_STRIPS, Math.max(1, Math.floor(TURN_BYTES / strip)));
  const strips = Math.ceil(N / lanes);
  const atOnce = Math.ceil(strips / Math.ceil(strips / most));
  return { entries, units: lanes * atOnce, lines: arena.take(strip * atOnce) };
}

/**
 * Writes that the gradients of a layer are added up at `w` and `bias`, addresses; `clear` bytes from `w` on are 0 before. With
 * `trained`, biases that are not in the layer are trained. `entries` are those of a sparse row.
 */
export function gradientSum(
  arena: Arena,
  rows: number,
  weights: Weights,
  layer: FusedLayer,
  { clear, trained, ...operands }: Operands & { readonly clear: number; readonly trained?: number | undefined },
  entries?: number,
): Instruction {
  if (entries) return instruction("addSparse", { ...sparseOperands(arena, weights, layer, operands, entries), clear });
  const all = operandsOf(arena, rows, weights, layer, operands);
  return instruction("addGradient", { ...all, ...(trained !== undefined && { trained }), clear });
}

function operandsOf(arena: Arena, rows: number, { layout }: Weights, layer: FusedLayer, operands: Operands) {
  const { D, N } = layer;
  const { lanes, panelRows } = layout;
  const scratch = panelRows === 1 ? { rows: 0, sums: 0 } : takeScratch(arena, rows, layer, lanes);
  return { ...operands, D, N, trained: putTrained(arena, layer, lanes), ...scratch };
}

/** Inputs of a block of rows or, if the update is dense, of all; and the sums of a layer with more rows than a block. */
function takeScratch(arena: Arena, rows: number, { D, N }: FusedLayer, lanes: number) {
  const isSparse = D > (LEAST_SPARSE - 1) * lanes;
  const inputs = roundUp(D, lanes);
  return {
    rows: arena.take(4 * inputs * (isSparse ? BLOCK_ROWS : rows)),
    sums: isSparse && rows > BLOCK_ROWS ? arena.take(4 * inputs * N) : 0,
  };
}

/** The address of 1 for each column with a bias and 0 for each without; 0 if none has. */
function putTrained(arena: Arena, { N, parts }: FusedLayer, lanes: number): number {
  if (parts.every(({ bias }) => bias === undefined)) return 0;
  const trained = new Float32Array(roundUp(N, lanes));
  for (const { kernel, bias, column } of parts) trained.fill(bias ? 1 : 0, column, column + kernel.shape[1]);
  return arena.put(trained);
}
