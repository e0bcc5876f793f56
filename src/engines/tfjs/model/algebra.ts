// Linear algebra of R small matrices at once, in operations that a graph has too.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { type Present, TINY } from "./method.ts";

/** [K, K]. */
export function identity(tf: Tf, K: number): Tensor {
  return tf.tensor2d(Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i === j ? 1 : 0))));
}

/** v [R, K] → matrices [R, K, K] with v on the diagonal. */
export function diagonalOf(tf: Tf, v: Tensor): Tensor {
  return tf.mul(tf.expandDims(v, 2), identity(tf, v.shape[1] as number));
}

/** The diagonal of M [R, K, K], [R, K]. */
function diagonal(tf: Tf, M: Tensor): Tensor {
  return tf.sum(tf.mul(M, identity(tf, M.shape[1] as number)), 2);
}

/** M [R, K, K], v [R, K] → M v, [R, K]; M is symmetric. */
export function times(tf: Tf, M: Tensor, v: Tensor): Tensor {
  return tf.sum(tf.mul(M, tf.expandDims(v, 1)), 2);
}

/** The mean over those elements of v [R, K] where `present` [R, K] is 1, or over all, [R, 1]. */
export function presentMean(tf: Tf, v: Tensor, present: Present): Tensor {
  if (!present) return tf.mean(v, 1, true);
  return tf.div(innerProducts(tf, v, present), tf.maximum(tf.sum(present, 1, true), 1));
}

/** Values to divide by, none of them below TINY where a batch may have no labels at all. */
export function divisor(tf: Tf, values: Tensor, present: Present): Tensor {
  return present ? tf.maximum(values, TINY) : values;
}

/** a, b [R, K] → a · b, [R, 1]. */
export function innerProducts(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.sum(tf.mul(a, b), 1, true);
}

/** X [R, K, N] with A X = Y: A [R, K, K] positive definite. By Gauss and Jordan's elimination. */
export function solved(tf: Tf, A: Tensor, Y: Tensor): Tensor {
  const [R, K, N] = Y.shape as [number, number, number];
  let rows = tf.concat([A, Y], 2); // [R, K, K + N]
  for (let k = 0; k < K; k++) {
    const pivot = tf.slice(rows, [0, k, k], [R, 1, 1]);
    const unit = tf.slice(identity(tf, K), [0, k], [K, 1]);
    const factors = tf.sub(tf.slice(rows, [0, 0, k], [R, K, 1]), unit);
    rows = tf.sub(rows, tf.mul(factors, tf.div(tf.slice(rows, [0, k, 0], [R, 1, K + N]), pivot)));
  }
  return tf.slice(rows, [0, 0, K], [R, K, N]);
}

/** Squared norms of the gradients [R, K], none below TINY. */
export function squaredNorms(tf: Tf, gram: Tensor): Tensor {
  return tf.maximum(diagonal(tf, gram), TINY);
}

/** In units of its largest diagonal element, which keeps products of its elements within float32. */
export function scaled(tf: Tf, gram: Tensor): Tensor {
  return tf.div(gram, tf.expandDims(tf.max(squaredNorms(tf, gram), 1, true), 2));
}

/** A scaled matrix in which tasks without a gradient have one of length 1, orthogonal to all others. */
export function withOthers(tf: Tf, M: Tensor, present: Present): Tensor {
  return present ? tf.add(M, diagonalOf(tf, tf.sub(1, present))) : M;
}

/** Elements (1, 1), (1, 2) and (2, 2) of those of two tasks, each [R, 1]. */
export function elementsOfTwo(tf: Tf, gram: Tensor): [Tensor, Tensor, Tensor] {
  const [a, b, , c] = tf.split(tf.reshape(gram, [-1, 4]), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  return [a, b, c];
}

/** The share of the first of two tasks [R, 1] → weights of both, [R, 2]. */
export function sharesOfTwo(tf: Tf, first: Tensor): Tensor {
  const share = tf.minimum(tf.maximum(first, 0), 1);
  return tf.concat([share, tf.sub(1, share)], 1);
}

/** First and second derivatives of a convex function of weights, [R, K] and [R, K, K]. */
interface Curve {
  readonly slopes: Tensor;
  readonly hessian: Tensor;
}

/** Newton's steps, the barrier's height at the first and its fall from one to the next, where slopes are of order 1. */
const STEPS = 16;
const HEIGHT = 0.1;
const FALL = 0.3;
/** Added to second derivatives: keeps a matrix of equal gradients apart from a singular one in float32. */
const RIDGE = 4e-6;
/** The part of the way to a weight of 0 that a step may go. */
const FARTHEST = 0.99;

/**
 * The weights [R, K], none negative, of sum 1, at which a convex function is least: by Newton's method within the barrier
 * - height * sum log w, which falls. It begins at equal weights.
 */
export function simplexMinimum(tf: Tf, [R, K]: readonly [number, number], curveAt: (w: Tensor) => Curve): Tensor {
  let w: Tensor = tf.fill([R, K], 1 / K);
  for (let step = 0, height = HEIGHT; step < STEPS; step++, height *= FALL) {
    const { slopes, hessian } = curveAt(w);
    const inverse = tf.reciprocal(w);
    const steep = tf.add(hessian, diagonalOf(tf, tf.add(tf.mul(tf.square(inverse), height), RIDGE)));
    const sides = tf.stack([tf.sub(slopes, tf.mul(inverse, height)), tf.onesLike(w)], 2);
    const [down, level] = tf.unstack(solved(tf, steep, sides), 2) as [Tensor, Tensor];
    const multiplier = tf.div(tf.sum(down, 1, true), tf.sum(level, 1, true)); // keeps the sum
    const direction = tf.sub(tf.mul(level, multiplier), down);
    const shrinks = tf.max(tf.neg(tf.mul(direction, inverse)), 1, true); // 1: a weight would become 0
    w = tf.add(w, tf.mul(direction, tf.div(FARTHEST, tf.maximum(shrinks, FARTHEST))));
  }
  return tf.div(w, tf.sum(w, 1, true));
}

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
