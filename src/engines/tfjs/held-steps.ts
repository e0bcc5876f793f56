import type { Tensor } from "@tensorflow/tfjs-core";
import { HELD_MS } from "../pace.ts";
import type { LossSums } from "../trainer.ts";
import type { Tf } from "./tf.ts";

/**
 * Takes the steps `from` to `to`, or fewer if they hold the event loop for long. Gives the losses that `step` returns, and
 * disposes of them: [steps taken, ...].
 */
export async function heldSteps(
  tf: Tf,
  from: number,
  to: number,
  step: (step: number) => Tensor,
): Promise<Float32Array> {
  const began = performance.now();
  const losses: Tensor[] = [];
  try {
    for (let at = from; at <= to; at++) {
      losses.push(step(at));
      if (performance.now() - began > HELD_MS) break;
    }
    const stacked = tf.stack(losses);
    const values = await stacked.data<"float32">();
    stacked.dispose();
    return values;
  } finally {
    tf.dispose(losses);
  }
}

/** Reads the sums of the losses up to row `to`, and frees them. */
export async function readSums(sums: Tensor, to: number): Promise<LossSums> {
  const values = await sums.data<"float32">();
  sums.dispose();
  return { sums: values, to };
}
