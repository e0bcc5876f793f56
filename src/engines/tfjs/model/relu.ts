import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { tensorflowBackend } from "../graph/tensorflow-backend.ts";
import type { Tf } from "../tf.ts";

/**
 * max(x, 0). tfjs's own gradient of it is eight operations on TensorFlow, some with constants of the full size;
 * TensorFlow has one for it, ReluGrad.
 */
export function relu(tf: Tf, x: Tensor): Tensor {
  if (tf.getBackend() !== "tensorflow") return tf.relu(x);
  const backend = tensorflowBackend(tf);
  const rectified = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [Tensor, GradSaveFunc];
    const value = tf.relu(x);
    save([value]);
    return { value, gradFunc: (dy, saved) => backend.executeSingleOutput("ReluGrad", [], [dy, ...saved]) };
  });
  return rectified(x);
}
