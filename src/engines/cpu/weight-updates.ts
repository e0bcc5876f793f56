// Chooses the kernels of a weight gradient: which updates which columns of a layer, and their scratch.
import { unreachable } from "../../errors.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { columnBytes, paddedInputs } from "../rows/panels.ts";
import { type Instruction, instruction } from "./instructions.ts";
import { type FusedLayer, kernelIndex, type Weights } from "./weights.ts";

/** A layer's input and gradient, and where its weights and biases begin. */
interface Operands {
  readonly x: number;
  readonly xStride: number;
  readonly g: number;
  readonly gStride: number;
  readonly w: number;
  readonly bias: number;
}

/**
 * Inputs to a vector, the most vectors that a pass of the sparse kernel takes (kernels/active-rows.ts).
 */
const VECTOR = 4;
const WIDEST = 13;
/** Rows of a block of the sparse kernels: a word of bits. */
const BLOCK_ROWS = 64;
/** A pass takes as long for fewer vectors: from this many on, the sparse kernel is the faster one. */
const LEAST_VECTORS = 9;
/** Vectors from which the kernel of whole units is sparse (native/panel-update.h). */
const LEAST_SPARSE = 4;

/** Writes the updates of a model's layers. */
export class WeightUpdates {
  readonly #arena: Arena;
  readonly #P: number;
  readonly #weights: Weights;
  /** Room for one layer's gradient at a time, as strips. */
  readonly #strips: number;

  /** For P panels of rows. */
  constructor(arena: Arena, P: number, weights: Weights) {
    this.#arena = arena;
    this.#P = P;
    this.#weights = weights;
    const { lanes, panelRows } = weights.layout;
    const widest = Math.max(...Array.from(weights.layers.values(), ({ N }) => roundUp(N, lanes)));
    this.#strips = this.#inStrips ? arena.take(4 * widest * P * panelRows) : 0;
  }

  /** Whether gradients of panels are transposed to strips: rows need not be, and units take their rows as they are. */
  get #inStrips(): boolean {
    const { weights, panelRows } = this.#weights.layout;
    return weights === "strips" && panelRows > 1;
  }

  /**
   * The updates of a layer whose first `relus` columns are ReLU units: strips are sparse for these, if that pays, dense
   * for the rest.
   */
  of(layer: FusedLayer, relus: number, operands: Operands): Instruction[] {
    const { D, N } = layer;
    const { layout } = this.#weights;
    const all = { ...operands, D, N, trained: this.#putTrained(layer) };
    switch (layout.weights) {
      case "units":
        return [instruction("unitUpdate", { ...all, ...this.#takeUnitScratch(D, N) })];
      case "strips":
        return this.#inStrips ? this.#stripUpdates(layer, relus, all) : [instruction("update", { ...all, strips: 0 })];
      default:
        return unreachable(layout.weights);
    }
  }

  #stripUpdates(layer: FusedLayer, relus: number, all: Operands & { trained: number; D: number; N: number }) {
    const { D, N } = layer;
    const { layout } = this.#weights;
    const from = (n: number) => ({
      ...{ ...all, g: all.g + n * columnBytes(layout) },
      ...{ w: all.w + 4 * (kernelIndex(layer, 0, n, layout) - layer.kernel), bias: all.bias + 4 * n },
      trained: all.trained && all.trained + 4 * n,
    });
    const sparse = sparseColumns(D, N, relus, layout.lanes);
    const updates: Instruction[] = [];
    if (sparse > 0)
      updates.push(instruction("sparseUpdate", { ...from(0), N: sparse, ...this.#takeSparseScratch(D, sparse) }));
    if (sparse < N) updates.push(instruction("update", { ...from(sparse), N: N - sparse, strips: this.#strips }));
    return updates;
  }

  #takeSparseScratch(D: number, N: number) {
    const row = 4 * VECTOR * WIDEST;
    const units = roundUp(N, this.#weights.layout.lanes);
    return {
      rows: this.#arena.take(BLOCK_ROWS * row),
      columns: this.#arena.take(N * BLOCK_ROWS * 4),
      masks: this.#arena.take((N * BLOCK_ROWS) / 8),
      sums: this.#arena.take(passesOver(D) * units * row),
      biasSums: this.#arena.take(units * 16),
    };
  }

  #takeUnitScratch(D: number, N: number) {
    const { lanes, panelRows } = this.#weights.layout;
    const isSparse = D > (LEAST_SPARSE - 1) * lanes;
    const inputs = roundUp(D, lanes);
    return {
      rows: this.#arena.take(4 * inputs * (isSparse ? BLOCK_ROWS : this.#P * panelRows)),
      sums: isSparse && this.#P * panelRows > BLOCK_ROWS ? this.#arena.take(4 * inputs * N) : 0,
    };
  }

  /** The address of 1 for each column with a bias and 0 for each without; 0 if none has. */
  #putTrained({ N, parts }: FusedLayer): number {
    if (parts.every(({ bias }) => bias === undefined)) return 0;
    const trained = new Float32Array(roundUp(N, this.#weights.layout.lanes));
    for (const { kernel, bias, column } of parts)
      trained.fill(bias ? 1 : 0, column, column + (kernel.shape[1] as number));
    return this.#arena.put(trained);
  }
}

/** Whole strips of ReLU units, or all columns. */
function sparseColumns(D: number, N: number, relus: number, lanes: number): number {
  if (paddedInputs(D) / VECTOR < LEAST_VECTORS * passesOver(D)) return 0;
  return relus === N ? N : relus - (relus % lanes);
}

function passesOver(D: number): number {
  return Math.ceil(paddedInputs(D) / VECTOR / WIDEST);
}
