// Products of many pairs of matrices, with their gradients. The wasm backend multiplies one pair in SIMD and a batch of
// pairs in a scalar loop ten times slower, so there every pair is a product of its own. That also keeps a replica's
// bits the same whatever the number of replicas beside it.
import type { GradSaveFunc, Tensor, Tensor2D } from "@tensorflow/tfjs";
import type { Tf } from "./tf.ts";

/** a [..., I, J], b [..., J, O] → [..., I, O], with gradients for both. */
export function product(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const multiplied = tf.customGrad((...inputs) => {
    const [a, b, save] = inputs as [Tensor, Tensor, GradSaveFunc];
    save([a, b]);
    return { value: pairwise(tf, a, b), gradFunc: (dy, saved) => productGradients(tf, dy, saved as [Tensor, Tensor]) };
  });
  return multiplied(a, b);
}

function productGradients(tf: Tf, dy: Tensor, [a, b]: [Tensor, Tensor]): [Tensor, Tensor] {
  return [pairwise(tf, dy, swapped(tf, b)), pairwise(tf, swapped(tf, a), dy)];
}

/** The same for an `x` that is data: a gradient for `b` alone, at half the cost. */
export function dataProduct(tf: Tf, x: Tensor, b: Tensor): Tensor {
  const multiplied = tf.customGrad((b) => ({
    value: pairwise(tf, x, b as Tensor),
    gradFunc: (dy) => pairwise(tf, swapped(tf, x), dy),
  }));
  return multiplied(b);
}

function pairwise(tf: Tf, a: Tensor, b: Tensor): Tensor {
  if (tf.getBackend() !== "wasm") return tf.matMul(a, b);
  const [I, J] = a.shape.slice(-2) as [number, number];
  const O = b.shape.at(-1) as number;
  const left = matrices(tf, a, I, J);
  const right = matrices(tf, b, J, O);
  return tf.reshape(tf.stack(left.map((matrix, i) => tf.matMul(matrix, right[i] as Tensor2D))), [
    ...a.shape.slice(0, -1),
    O,
  ]);
}

/** x [..., I, J] → its matrices [I, J]. By way of the host's memory, which is where the wasm backend keeps tensors. */
function matrices(tf: Tf, x: Tensor, I: number, J: number): Tensor2D[] {
  const values = x.dataSync<"float32">();
  const size = I * J;
  return Array.from({ length: x.size / size }, (_, i) =>
    tf.tensor2d(values.subarray(i * size, (i + 1) * size), [I, J]),
  );
}

/** [..., I, J] → [..., J, I]. */
function swapped(tf: Tf, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  return tf.transpose(x, [...axes.slice(0, -2), last, last - 1]);
}
