import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { diagonal, identity } from "./linear.ts";
import { TINY } from "./method.ts";

/** Sweeps over all pairs for K > 2, by which what is left of the off-diagonal is rounding. */
const SWEEPS = 4;

/** Eigenvalues [R, K] of symmetric M [R, K, K], and eigenvectors as columns, [R, K, K]: by Jacobi's rotations. */
export function eigen(tf: Tf, M: Tensor): { values: Tensor; vectors: Tensor } {
  const K = M.shape[1] as number;
  const pairs = Array.from({ length: K }, (_, q) => Array.from({ length: q }, (_, p) => [p, q] as const)).flat();
  let [A, V]: [Tensor, Tensor] = [M, tf.mul(tf.onesLike(M), identity(tf, K))];
  for (let sweep = 0; sweep < (K > 2 ? SWEEPS : 1); sweep++)
    for (const [p, q] of pairs) {
      const J = rotation(tf, A, p, q);
      A = tf.matMul(tf.matMul(J, A, true), J);
      V = tf.matMul(V, J);
    }
  return { values: diagonal(tf, A), vectors: V };
}

/** The rotation of axes p and q that makes element (p, q) of A 0, [R, K, K]. */
function rotation(tf: Tf, A: Tensor, p: number, q: number): Tensor {
  const [R, K] = A.shape as [number, number, number];
  const element = (i: number, j: number) => tf.slice(A, [0, i, j], [R, 1, 1]);
  const [twice, apart] = [tf.mul(element(p, q), 2), tf.sub(element(q, q), element(p, p))];
  const sign = tf.sub(tf.mul(tf.step(apart), 2), 1);
  const root = tf.sqrt(tf.add(tf.square(apart), tf.square(twice)));
  const tangent = tf.div(tf.mul(sign, twice), tf.maximum(tf.add(tf.abs(apart), root), TINY));
  const cosine = tf.rsqrt(tf.add(tf.square(tangent), 1));
  const sine = tf.mul(tangent, cosine);
  const ones = (...at: [number, number, number][]) =>
    tf.tensor2d(range(K).map((i) => range(K).map((j) => at.find(([a, b]) => a === i && b === j)?.[2] ?? 0)));
  const turned = tf.add(
    tf.mul(tf.sub(cosine, 1), ones([p, p, 1], [q, q, 1])),
    tf.mul(sine, ones([p, q, 1], [q, p, -1])),
  );
  return tf.add(turned, identity(tf, K));
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
