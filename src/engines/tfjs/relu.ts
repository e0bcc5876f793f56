import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs";
import type { Tf } from "./tf.ts";

/** What is used of the backend of TensorFlow's binding, an optional package whose types are not at hand. */
interface TensorflowBackend {
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(op: string, attributes: readonly object[], inputs: readonly Tensor[]): Tensor;
}

/**
 * max(x, 0). Its gradient is one operation on TensorFlow, in place of the four at full size of `tf.relu`'s, with an
 * upload of as many ones.
 */
export function relu(tf: Tf, x: Tensor): Tensor {
  if (tf.getBackend() !== "tensorflow") return tf.relu(x);
  const rectified = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [Tensor, GradSaveFunc];
    const value = tf.relu(x);
    save([value]);
    return { value, gradFunc: (dy, [value]) => reluGradient(tf, dy, value as Tensor) };
  });
  return rectified(x);
}

function reluGradient(tf: Tf, dy: Tensor, value: Tensor): Tensor {
  const backend = tf.backend() as unknown as TensorflowBackend;
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  return backend.executeSingleOutput("ReluGrad", [{ name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT }], [dy, value]);
}
