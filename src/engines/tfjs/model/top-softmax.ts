import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";

/** Logits [..., E] → weights: softmax over the k largest, of equals the first, and 0 for the rest. */
export function topSoftmax(tf: Tf, logits: Tensor, k: number): Tensor {
  const weights = tf.customGrad((...inputs) => {
    const [logits, save] = inputs as [Tensor, GradSaveFunc];
    const kept = tf.mul(tf.softmax(logits), isTop(tf, logits, k));
    const value = tf.div(kept, tf.sum(kept, -1, true));
    save([value]);
    const gradFunc = (dy: Tensor, [y]: Tensor[]) => {
      const product = tf.mul(dy, y as Tensor);
      return tf.sub(product, tf.mul(tf.sum(product, -1, true), y as Tensor));
    };
    return { value, gradFunc };
  });
  return weights(logits);
}

/** 1 for each of the k largest of logits [..., E], 0 for the others. */
function isTop(tf: Tf, logits: Tensor, k: number): Tensor {
  const E = logits.shape.at(-1) as number;
  const others = tf.expandDims(logits, -2); // [..., 1, E]
  const each = tf.expandDims(logits, -1); // [..., E, 1]
  const isEarlier = tf.tensor2d(
    Array.from({ length: E }, (_, e) => Array.from({ length: E }, (_, j) => Number(j < e))),
  );
  const greater = tf.cast(tf.greater(others, each), "float32");
  const equal = tf.mul(tf.cast(tf.equal(others, each), "float32"), isEarlier);
  const before = tf.sum(tf.add(greater, equal), -1); // [..., E]
  return tf.cast(tf.less(before, k), "float32");
}
