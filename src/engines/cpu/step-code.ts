import { taskOfParameters } from "../../models/parameters.ts";
import { firstOutput, hasPenalty, type ModelSpec, outputsFor } from "../../models/spec.ts";
import type { Key } from "../../random/key.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { type Layout, paddedInputs } from "../rows/panels.ts";
import { record, records } from "../rows/records.ts";
import { Builder, isRandom } from "./builder.ts";
import { type Columns, columnsFrom, Tape } from "./columns.ts";
import type { Instruction } from "./instructions.ts";
import { type FusedLayer, type Weights, weightsOf } from "./weights.ts";

/** A model's step in linear memory, shared by all runs of the model. */
export interface StepCode {
  /** The address of its record (kernels/records.h). */
  readonly address: number;
  /** Blocks of gradients of a method that combines them: the tasks', then those of what is added to their losses. */
  readonly terms: number;
  readonly weights: Weights;
  /** K. */
  readonly tasks: number;
  /** O, the columns of its predictions. */
  readonly outputs: number;
  /** The address of the predictions of held-out rows that are evaluated at once, [rows, O]. */
  readonly heldout: number;
  /**
   * With dropout or random gates, the address of the number of a run's next step, an int32: 0 outside training, where nothing is
   * drawn.
   */
  readonly step?: number;
  /** Addresses of the records of the vectors that a batch has, of tables whose steps are lazy. */
  readonly touched: readonly number[];
}

interface StepSettings {
  /** Rows of a training step. */
  readonly batch: number;
  /** Held-out rows that are evaluated at once. */
  readonly heldoutRows: number;
  /** The values of a sparse row that are not 0, at most. */
  readonly entries?: number | undefined;
  /** How many share the work of a run (kernels/team.h). */
  readonly threads?: number;
  /** Whether a run's method combines the tasks' gradients, with a backward pass for each. */
  readonly byTask?: boolean;
  /** Whether only the vectors of a batch take a step. */
  readonly areLazy?: boolean;
}

/**
 * Writes the step of a model for up to P panels of rows into the plan. `keyOf` gives the keys of the streams that its
 * runs draw by.
 */
export function stepCodeOf(
  spec: ModelSpec,
  P: number,
  arena: Arena,
  layout: Layout,
  keyOf: (stream: string) => Key,
  { batch, heldoutRows, entries, threads = 1, byTask = false, areLazy = false }: StepSettings,
): StepCode {
  const weights = weightsOf(spec, layout, areLazy);
  const chance = isRandom(spec) ? { keyOf, step: arena.take(4) } : undefined;
  const builder = new Builder({ spec, weights, arena, tape: new Tape(), P, batch, chance, entries });
  const outputs = firstOutput(spec, spec.tasks);
  const predictions = builder.predictions(outputs);
  const parts = [builder.forward, builder.backward(predictions, { hasPenalty: true }), builder.ending()];
  const passes = byTask ? passesOf(builder, spec, predictions) : [];
  const { at: begin, ends } = putParts(arena, [...parts, ...passes]);
  const [middle, end, last] = ends as [number, number, number];
  const { value, gradient, stride } = predictions;
  const spans = byTask ? spansOf(spec, weights, arena) : { count: 0, at: 0 };
  const address = arena.put(
    record("StepCode", {
      begin,
      middle,
      end,
      last,
      predictions: value,
      gradient,
      stride,
      K: spec.tasks,
      panelRows: layout.panelRows,
      threads,
      terms: passes.length,
      passes: arena.put(Uint32Array.from(ends.slice(2))),
      spanCount: spans.count,
      spans: spans.at,
      kept: byTask ? arena.take(P * stride) : 0,
    }),
  );
  return {
    address,
    terms: passes.length,
    weights,
    tasks: spec.tasks,
    outputs,
    heldout: arena.take(4 * heldoutRows * outputs),
    ...(chance && { step: chance.step }),
    touched: builder.touched,
  };
}

/** The backward pass of each task's loss alone, and of what the model adds to the losses, if it does. */
function passesOf(builder: Builder, spec: ModelSpec, predictions: Columns): (readonly Instruction[])[] {
  const passes = Array.from({ length: spec.tasks }, (_, k) =>
    builder.backward(columnsFrom(predictions, firstOutput(spec, k), outputsFor(spec, k)), { hasPenalty: false }),
  );
  return hasPenalty(spec) ? [...passes, builder.backward(undefined, { hasPenalty: true })] : passes;
}

/** Writes instructions, one part after the other: the address of the first, and where each ends. */
function putParts(arena: Arena, parts: readonly (readonly Instruction[])[]): { at: number; ends: number[] } {
  const at = arena.put(Int32Array.from(parts.flat(2)));
  let end = at;
  const ends = parts.map((part) => {
    end += 4 * part.flat().length;
    return end;
  });
  return { at, ends };
}

// Whose weights are where: what methods that combine the tasks' gradients need.

/** In the place of a parameter's task: it is no parameter, but beside some. The kernels have the same number. */
const NOBODY = -2;

/** Writes the spans of a model's weights (kernels/records.h): each layer's kernels, then its biases; then tables, and vectors of their own. */
function spansOf(spec: ModelSpec, weights: Weights, arena: Arena): { readonly at: number; readonly count: number } {
  const taskOf = taskOfParameters(spec);
  const { lanes } = weights.layout;
  const putOwners = (owners: readonly number[]) => {
    const all = new Int32Array(roundUp(owners.length, lanes)).fill(NOBODY);
    all.set(owners);
    return arena.put(all);
  };
  const strip = (at: number, N: number, owners: readonly number[]) => {
    return { isStrips: 1, at: 4 * at, N, D: 1, stride: 4 * lanes, owners: putOwners(owners) };
  };
  const layers = weights.layers.flatMap((layer) => {
    const { N, D, kernel, bias } = layer;
    const [isStrips, stride] = kernelShape(layer, weights);
    const hasBias = layer.parts.some((part) => part.bias !== undefined); // others stay 0
    return [
      { isStrips, at: 4 * kernel, N, D, stride, owners: putOwners(ownersOf(layer, taskOf, "kernel")) },
      ...(hasBias ? [strip(bias, N, ownersOf(layer, taskOf, "bias"))] : []),
    ];
  });
  const tables = weights.tables.map(({ block, at, width }) => {
    const [vectors, size] = block.shape as [number, number];
    const trained = vectors - 1; // the last is constant
    const owners = new Array<number>(trained).fill(taskOf[block.offset]);
    return { isStrips: 0, at: 4 * at, N: trained, D: size, stride: 4 * width, owners: putOwners(owners) };
  });
  const vectors = Array.from(weights.vectors, ([{ offset, size }, at]) => {
    return strip(at, size, [...taskOf.subarray(offset, offset + size)]);
  });
  const spans = [...layers, ...tables, ...vectors];
  return { at: arena.put(records("Span", spans)), count: spans.length };
}

/** Whether a layer's kernel is in strips, and the bytes of one, or of a unit. */
function kernelShape({ D }: FusedLayer, { layout }: Weights): [isStrips: number, stride: number] {
  const { panelRows, lanes } = layout;
  return panelRows === 1 ? [1, 4 * lanes * paddedInputs(D)] : [0, roundUp(D, lanes) * 4];
}

/** The task of each unit of a layer, or of its bias. */
function ownersOf({ N, parts }: FusedLayer, taskOf: Int32Array, of: "kernel" | "bias"): number[] {
  const owners = new Array<number>(N).fill(NOBODY);
  for (const { column, kernel, ...part } of parts) {
    const block = of === "kernel" ? kernel : part.bias;
    const units = kernel.shape[1];
    for (let n = 0; block && n < units; n++) owners[column + n] = taskOf[block.offset + n];
  }
  return owners;
}
