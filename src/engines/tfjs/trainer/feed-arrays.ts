// The arrays that a group is fed, which threads share.
import type { RowSet } from "../../../data/streams.ts";
import type { Run } from "../../engine.ts";
import type { Group } from "../groups.ts";
import { masksOf } from "../model/masks.ts";

/** Arrays by name, row-major. */
export type FeedArrays = Readonly<Record<string, Float32Array | Int32Array>>;

export interface FeedArray {
  readonly name: string;
  readonly dtype: "float32" | "int32";
  /** The shape for one step. The first axis is that of the sources, F, or of the replicas, R. */
  readonly shape: readonly number[];
}

/**
 * The arrays of a step: the rows `x` [F, B, D] and `y` [F, B, K] of the sources if rows are fresh, else `numbers` [R,
 * B] of rows in the table of all sources; and the masks of each model.
 */
export function stepArrays({ models, runs, sources, places }: Group): FeedArray[] {
  const { model, training } = runs[0];
  const [F, R, B] = [sources.length, places.length, training.batch];
  const rows: FeedArray[] =
    training.trainRows === "fresh"
      ? [float("x", [F, B, model.inputs]), float("y", [F, B, model.tasks])]
      : [{ name: "numbers", dtype: "int32", shape: [R, B] }];
  const masks = models.flatMap((model, m) => masksOf(model, R, B, m, training.method));
  return [...rows, ...masks.map(({ name, shape }) => float(name, shape))];
}

/** The sets of all sources, `heldout/x` [F, rows, D] and so on. */
export function setArrays({ runs, sources }: Group): FeedArray[] {
  const { model, training } = runs[0];
  const F = sources.length;
  return setSizes(training).flatMap(({ set, rows }) => [
    float(`${set}/x`, [F, rows, model.inputs]),
    float(`${set}/y`, [F, rows, model.tasks]),
  ]);
}

/** The sets of a run, and how many rows they have. */
export function setSizes({ trainRows, heldoutRows }: Run["training"]): { set: RowSet; rows: number }[] {
  const heldout = { set: "heldout", rows: heldoutRows } as const;
  return trainRows === "fresh" ? [heldout] : [heldout, { set: "train", rows: trainRows }];
}

/**
 * Memory that threads share, for one set of arrays after the other: V8 does not see how large it is, and frees it late.
 */
export class Room {
  readonly #memory = new Map<string, SharedArrayBuffer>();

  /** Arrays for `steps` steps, in place of those that were there. */
  arrays(layout: readonly FeedArray[], steps = 1): FeedArrays {
    const arrays = layout.map(({ name, dtype, shape }) => {
      const length = steps * sizeOf(shape);
      const memory = this.#memoryFor(name, 4 * length);
      return [name, dtype === "float32" ? new Float32Array(memory, 0, length) : new Int32Array(memory, 0, length)];
    });
    return Object.fromEntries(arrays);
  }

  #memoryFor(name: string, bytes: number): SharedArrayBuffer {
    const kept = this.#memory.get(name);
    if (kept && kept.byteLength >= bytes) return kept;
    const memory = new SharedArrayBuffer(bytes);
    this.#memory.set(name, memory);
    return memory;
  }
}

/** The part of `arrays` that holds `count` steps, from place `at` on. */
export function stepsFrom(layout: readonly FeedArray[], arrays: FeedArrays, at: number, count: number): FeedArrays {
  const parts = layout.map(({ name, shape }) => {
    const size = sizeOf(shape);
    return [name, arrays[name]?.subarray(at * size, (at + count) * size)];
  });
  return Object.fromEntries(parts);
}

/** Bytes of a step. */
export function bytesOf(arrays: readonly FeedArray[]): number {
  return arrays.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function float(name: string, shape: readonly number[]): FeedArray {
  return { name, shape, dtype: "float32" };
}

/** Part i of n of one length. */
export function partAt(array: Float32Array, i: number, n: number): Float32Array {
  const size = array.length / n;
  return array.subarray(i * size, (i + 1) * size);
}
