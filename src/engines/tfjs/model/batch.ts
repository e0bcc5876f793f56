import type { Rows } from "../../../data/task-set.ts";
import type { Dimensions } from "../../../models/shapes.ts";
import type { Tf } from "../tf.ts";
import type { Batch } from "./objective.ts";

/** Rows from number `from` up to `to`. */
export function slicedRows({ x, y }: Rows, { inputs: D, tasks: K }: Dimensions, from: number, to: number): Rows {
  return { x: x.subarray(from * D, to * D), y: y.subarray(from * K, to * K) };
}

/** The rows of R replicas, one after the other in `parts`, as x [R, B, D] and y [R, B, K]. */
export function batchOf(tf: Tf, parts: readonly Rows[], { inputs: D, tasks: K }: Dimensions, R: number): Batch {
  const [x, y] = [joinedRows(parts.map((rows) => rows.x)), joinedRows(parts.map((rows) => rows.y))];
  const B = y.length / K / R;
  return { x: tf.tensor(x, [R, B, D]), y: tf.tensor(y, [R, B, K]) };
}

/** All parts in one; a single one is not copied. */
export function joinedRows(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
