// Products of many pairs of matrices, with their gradients. The wasm backend multiplies one pair in SIMD and a batch of
// pairs in a scalar loop ten times slower, so there every pair is a product of its own. That also keeps a replica's
// bits the same whatever the number of other replicas.
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { withGradient } from "../gradients.ts";
import type { Tf } from "../tf.ts";

/** a [..., I, J], b [..., J, O] → [..., I, O], with gradients for both. */
export function product(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return withGradient(
    tf,
    [a, b],
    (a, b) => [pairwise(tf, a, b), a, b],
    (dy, [a, b]) => [pairwise(tf, dy, b, { swapB: true }), pairwise(tf, a, dy, { swapA: true })],
  );
}

/** The product x b of an `x` that is data: with a gradient for `b` alone, at half the cost. */
export function dataProduct(tf: Tf, x: Tensor, b: Tensor): Tensor {
  return withGradient(
    tf,
    [b],
    (b) => [pairwise(tf, x, b), x],
    (dy, [x]) => pairwise(tf, x, dy, { swapA: true }),
  );
}

/** a b, or with [..., I, J] → [..., J, I] of a or b; without gradients. */
export function pairwise(tf: Tf, a: Tensor, b: Tensor, { swapA = false, swapB = false } = {}): Tensor {
  if (tf.getBackend() !== "wasm") return tf.matMul(a, b, swapA, swapB);
  const left = matrices(tf, swapA ? swapped(tf, a) : a); // matMul's own transposes are slow here, too
  const right = matrices(tf, swapB ? swapped(tf, b) : b);
  const products = left.map((matrix, i) => tf.matMul(matrix, right[i]));
  return tf.reshape(tf.stack(products), [...a.shape.slice(0, -2), ...(products[0] as Tensor2D).shape]);
}

/**
 * x [..., I, J] → its matrices [I, J]. Copied through the host's memory, which is where the wasm backend keeps tensors.
 */
function matrices(tf: Tf, x: Tensor): Tensor2D[] {
  const values = x.dataSync<"float32">();
  const [I, J] = x.shape.slice(-2) as [number, number];
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
