// What a group is fed, as arrays that threads share.
import { TASKS } from "../../data/settings.ts";
import type { RowSet } from "../../data/streams.ts";
import type { Run } from "../engine.ts";
import { masksOf } from "./dropout.ts";
import type { Group } from "./grouping.ts";

/** By name, row-major. */
export type FeedArrays = Readonly<Record<string, Float32Array | Int32Array>>;

export interface FeedArray {
  readonly name: string;
  readonly dtype: "float32" | "int32";
  /** Of one step. The first axis is that of the sources, F, or of the replicas, R. */
  readonly shape: readonly number[];
}

/**
 * Of a step: the rows `x` [F, B, D] and `y` [F, B, K] of the sources where rows are fresh, else `numbers` [R, B] of rows
 * where the sets of all sources lie one after the other; and the masks of each model.
 */
export function stepArrays({ models, runs, sources, places }: Group): FeedArray[] {
  const { data, training } = runs[0] as Run;
  const [F, R, B] = [sources.length, places.length, training.batch];
  const rows: FeedArray[] =
    training.trainRows === "fresh"
      ? [float("x", [F, B, data.inputs]), float("y", [F, B, TASKS])]
      : [{ name: "numbers", dtype: "int32", shape: [R, B] }];
  const masks = models.flatMap((model, m) => masksOf(model, R, B, m));
  return [...rows, ...masks.map(({ name, shape }) => float(name, shape))];
}

/** The sets of all sources, `heldout/x` [F, rows, D] and so on. */
export function setArrays({ runs, sources }: Group): FeedArray[] {
  const { data, training } = runs[0] as Run;
  const F = sources.length;
  return setSizes(training).flatMap(({ set, rows }) => [
    float(`${set}/x`, [F, rows, data.inputs]),
    float(`${set}/y`, [F, rows, TASKS]),
  ]);
}

/** The sets of a run, and how many rows they have. */
export function setSizes({ trainRows, heldoutRows }: Run["training"]): { set: RowSet; rows: number }[] {
  const heldout = { set: "heldout", rows: heldoutRows } as const;
  return trainRows === "fresh" ? [heldout] : [heldout, { set: "train", rows: trainRows }];
}

/** Arrays of a number of steps, in memory that threads share. */
export class Room {
  readonly steps: number;
  readonly #layout: readonly FeedArray[];
  readonly #arrays: FeedArrays;

  constructor(layout: readonly FeedArray[], steps = 1) {
    this.steps = steps;
    this.#layout = layout;
    this.#arrays = Object.fromEntries(
      layout.map(({ name, dtype, shape }) => {
        const memory = new SharedArrayBuffer(4 * steps * sizeOf(shape));
        return [name, dtype === "float32" ? new Float32Array(memory) : new Int32Array(memory)];
      }),
    );
  }

  /** The arrays of `count` steps from place `at` on. */
  part(at: number, count: number): FeedArrays {
    const parts = this.#layout.map(({ name, shape }) => {
      const size = sizeOf(shape);
      return [name, this.#arrays[name]?.subarray(at * size, (at + count) * size)];
    });
    return Object.fromEntries(parts);
  }
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
