import { TASKS } from "../../data/settings.ts";
import type { Rows } from "../../data/task-set.ts";
import type { Batch } from "./objective.ts";
import type { Tf } from "./tf.ts";

/** Rows from number `from` up to `to`. */
export function slicedRows({ x, y }: Rows, from: number, to: number): Rows {
  const D = inputsOf({ x, y });
  return { x: x.subarray(from * D, to * D), y: y.subarray(from * TASKS, to * TASKS) };
}

/** The rows of R replicas, one after the other in `parts`, as x [R, B, D] and y [R, B, K]. */
export function batchOf(tf: Tf, parts: readonly Rows[], R: number): Batch {
  const { x, y, D } = joinedRows(parts);
  const B = y.length / TASKS / R;
  return { x: tf.tensor(x, [R, B, D]), y: tf.tensor(y, [R, B, TASKS]) };
}

function joinedRows(parts: readonly Rows[]): Rows & { readonly D: number } {
  const [x, y] = [joined(parts.map((rows) => rows.x)), joined(parts.map((rows) => rows.y))];
  return { x, y, D: inputsOf({ x, y }) };
}

/** All parts in one; a single one is not copied. */
function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0] as Float32Array;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function inputsOf({ x, y }: Rows): number {
  return x.length / (y.length / TASKS);
}
