import type { Tensor } from "@tensorflow/tfjs-core";
import type { Rows } from "../../../data/task-set.ts";
import type { Dimensions } from "../../../models/spec.ts";
import type { Predictions } from "../../engine.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import type { Tf } from "../tf.ts";
import type { Batch } from "./objective.ts";

/** Predicts rows x [B, D] → [B, O]. */
type Predict = (x: Tensor) => Tensor;

/** What one run predicts of its held-out rows, a few at a time. */
export function heldoutPredictions(tf: Tf, rows: Rows, dimensions: Dimensions, predict: Predict): Predictions {
  const { inputs: D, tasks: K } = dimensions;
  const N = rows.y.length / K;
  const parts: Float32Array[] = [];
  for (let from = 0; from < N; from += EVALUATED_ROWS) {
    const { x } = slicedRows(rows, dimensions, from, Math.min(N, from + EVALUATED_ROWS));
    tf.tidy(() => parts.push(predict(tf.tensor(x, [x.length / D, D])).dataSync<"float32">()));
  }
  return { outputs: joinedRows(parts), y: rows.y };
}

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
function joinedRows(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
