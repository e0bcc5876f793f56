// Chooses which of the two kernels of a weight gradient updates which columns of a layer.
import { type Arena, roundUp } from "../rows/arena.ts";
import { inputPanelBytes, LINE, PANEL_ROWS, paddedInputs, panelsOf } from "../rows/panels.ts";
import { type Instruction, instruction } from "./instructions.ts";
import type { FusedLayer } from "./weights.ts";

/** A layer's input and gradient, and where its weights and biases begin. */
interface Operands {
  readonly x: number;
  readonly xStride: number;
  readonly g: number;
  readonly gStride: number;
  readonly w: number;
  readonly bias: number;
  /** Scratch of the dense kernel. */
  readonly strips: number;
}

/**
 * Inputs to a vector, the most vectors that a pass of the sparse kernel takes, rows of its blocks
 * (kernels/active-rows.ts).
 */
const VECTOR = 4;
const WIDEST = 13;
const BLOCK_ROWS = 64;
/** A pass takes as long for fewer vectors: from this many on, the sparse kernel is the faster one. */
const LEAST_VECTORS = 9;

/**
 * The updates of a layer whose first `relus` columns are ReLU units: sparse for these, if that pays, dense for the
 * rest.
 */
export function weightUpdates(arena: Arena, layer: FusedLayer, relus: number, operands: Operands): Instruction[] {
  const { D, N } = layer;
  const { strips, ...first } = operands;
  const trained = putTrained(arena, layer);
  const from = (n: number) => ({
    ...{ ...first, D, g: first.g + n * LINE, w: first.w + (n / PANEL_ROWS) * inputPanelBytes(D) },
    ...{ bias: first.bias + 4 * n, trained: trained && trained + 4 * n },
  });
  const sparse = sparseColumns(D, N, relus);
  const updates: Instruction[] = [];
  if (sparse > 0)
    updates.push(instruction("sparseUpdate", { ...from(0), N: sparse, ...takeScratch(arena, D, sparse) }));
  if (sparse < N) updates.push(instruction("update", { ...from(sparse), N: N - sparse, strips }));
  return updates;
}

/** Whole strips of ReLU units, or all columns. */
function sparseColumns(D: number, N: number, relus: number): number {
  if (paddedInputs(D) / VECTOR < LEAST_VECTORS * passesOver(D)) return 0;
  return relus === N ? N : relus - (relus % PANEL_ROWS);
}

function passesOver(D: number): number {
  return Math.ceil(paddedInputs(D) / VECTOR / WIDEST);
}

function takeScratch(arena: Arena, D: number, N: number) {
  const row = 4 * VECTOR * WIDEST;
  const units = roundUp(N, PANEL_ROWS);
  return {
    rows: arena.take(BLOCK_ROWS * row),
    columns: arena.take(N * BLOCK_ROWS * 4),
    masks: arena.take((N * BLOCK_ROWS) / 8),
    sums: arena.take(passesOver(D) * units * row),
    biasSums: arena.take(units * 16),
  };
}

/** The address of 1 for each column with a bias and 0 for each without; 0 if none has. */
function putTrained(arena: Arena, { N, parts }: FusedLayer): number {
  if (parts.every(({ bias }) => bias === undefined)) return 0;
  const trained = new Float32Array(panelsOf(N) * PANEL_ROWS);
  for (const { kernel, bias, column } of parts)
    trained.fill(bias ? 1 : 0, column, column + (kernel.shape[1] as number));
  return arena.put(trained);
}
