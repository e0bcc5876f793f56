import type { Tensor } from "@tensorflow/tfjs-core";
import type { Rows } from "../../../data/task-set.ts";
import type { Predictions } from "../../engine.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import type { Tf } from "../tf.ts";
import { joinedRows, slicedRows } from "./batch.ts";

/** Predicts rows x [B, D] → [B, O]. */
type Predict = (x: Tensor) => Tensor;

/** What one run predicts of its held-out rows, a few at a time. */
export function heldoutPredictions(
  tf: Tf,
  rows: Rows,
  ends: { inputs: number; tasks: number },
  predict: Predict,
): Predictions {
  const { inputs: D, tasks: K } = ends;
  const N = rows.y.length / K;
  const parts: Float32Array[] = [];
  for (let from = 0; from < N; from += EVALUATED_ROWS) {
    const { x } = slicedRows(rows, ends, from, Math.min(N, from + EVALUATED_ROWS));
    tf.tidy(() => parts.push(predict(tf.tensor(x, [x.length / D, D])).dataSync<"float32">()));
  }
  return { outputs: joinedRows(parts), y: rows.y };
}
