import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import {
  diagonalOf,
  divisor,
  eigen,
  elementsOfTwo,
  identity,
  innerProducts,
  scaled,
  sharesOfTwo,
  simplexMinimum,
  solved,
  squaredNorms,
  times,
  withOthers,
} from "./algebra.ts";
import { LOSS_EPSILON } from "./loss-weights.ts";
import { type Constants, type GradientMethod, KEPT, type Present, TINY } from "./method.ts";

/**
 * PCGrad (Yu et al., NeurIPS 2020, Algorithm 1): each task's gradient loses its part along the gradient of every task
 * that it conflicts with, one after the other in a random order, and the results are added.
 */
export const PCGRAD: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, order }) {
    const K = gram.shape[1] as number;
    const rounds = order ? tf.unstack(order, 1) : onlyOrder(tf, K);
    const squared = tf.expandDims(squaredNorms(tf, gram), 1); // [R, 1, K]
    const projected = rounds.reduce<Tensor>(
      (weights, chosen) => {
        const products = tf.mul(tf.matMul(weights, gram), chosen); // with the original gradients
        return tf.sub(weights, tf.div(tf.minimum(products, 0), squared));
      },
      tf.mul(tf.onesLike(gram), identity(tf, K)), // row i: weights of the original gradients in that of task i
    );
    return { shared: tf.sum(projected, 1) };
  },
};

/** Of two tasks each has one other; one has none. */
function onlyOrder(tf: Tf, K: number): Tensor[] {
  if (K > 2) throw new RangeError(`pcgrad: expected an order of ${K} tasks, got none`);
  return K === 2 ? [tf.sub(1, identity(tf, K))] : [];
}

/**
 * MGDA (Sener and Koltun, NeurIPS 2018, eq. 3): the shortest vector that is a weighted mean of the gradients, as they
 * are.
 */
export const MGDA: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const M = withOthers(tf, scaled(tf, gram), present); // a gradient of 0 would be the shortest mean
    const [R, K] = M.shape as [number, number];
    const shared =
      K === 2 ? shortestOfTwo(tf, M) : simplexMinimum(tf, [R, K], (w) => ({ slopes: times(tf, M, w), hessian: M }));
    return { shared: present ? ofSumOne(tf, tf.mul(shared, present), present) : shared };
  },
};

/** Weights [R, K] times a number for each replica. Orthogonal gradients do not change the others' weights but for it. */
function ofSumOne(tf: Tf, weights: Tensor, present: Present): Tensor {
  return tf.div(weights, divisor(tf, tf.sum(weights, 1, true), present));
}

/** Float32's rounding: gradients no further apart than this get a half each. */
const ROUNDING = 1e-7;

/** (g_2 - g_1) · g_2 / |g_1 - g_2|², from 0 to 1, of the first. */
function shortestOfTwo(tf: Tf, M: Tensor): Tensor {
  const [a, b, c] = elementsOfTwo(tf, M);
  const squaredDistance = tf.maximum(tf.sub(tf.add(a, c), tf.mul(b, 2)), 0);
  return sharesOfTwo(tf, tf.div(tf.add(tf.sub(c, b), ROUNDING / 2), tf.add(squaredDistance, ROUNDING)));
}

/** What a task without a gradient adds to the minimum: more than any other, so that its weight is 0. */
const HIGH = 4;

/**
 * CAGrad (Liu et al., NeurIPS 2021, Algorithm 1): the mean gradient g_0 plus c |g_0| along g_w, the mean by the weights
 * w that minimize g_w · g_0 + c |g_0| |g_w|.
 */
export const cagrad = ({ c }: Constants): GradientMethod => ({
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const M = withOthers(tf, scaled(tf, gram), present);
    const [R, K] = M.shape as [number, number];
    const mean = present ? tf.div(present, tf.maximum(tf.sum(present, 1, true), 1)) : tf.fill([R, K], 1 / K);
    const products = times(tf, M, mean);
    const p = present ? tf.add(products, tf.mul(tf.sub(1, present), HIGH)) : products;
    const dual = { M, p, kappa: tf.mul(lengthOf(tf, M, mean), c) };
    const w = K === 2 ? leastOfTwo(tf, dual) : simplexMinimum(tf, [R, K], (w) => curveOf(tf, dual, w));
    return { shared: tf.add(mean, tf.mul(w, tf.div(dual.kappa, lengthOf(tf, M, w)))) };
  },
});

/** w → p · w + kappa sqrt(w' M w): p [R, K], kappa [R, 1]. */
interface Dual {
  readonly M: Tensor;
  readonly p: Tensor;
  readonly kappa: Tensor;
}

/** |g_w|, [R, 1]. */
function lengthOf(tf: Tf, M: Tensor, w: Tensor): Tensor {
  return tf.sqrt(tf.maximum(innerProducts(tf, w, times(tf, M, w)), TINY));
}

function curveOf(tf: Tf, { M, p, kappa }: Dual, w: Tensor) {
  const unit = tf.div(times(tf, M, w), lengthOf(tf, M, w)); // of |g_w|'s slopes
  const bent = tf.sub(M, tf.mul(tf.expandDims(unit, 1), tf.expandDims(unit, 2)));
  const hessian = tf.mul(tf.expandDims(tf.div(kappa, lengthOf(tf, M, w)), 2), bent);
  return { slopes: tf.add(p, tf.mul(unit, kappa)), hessian };
}

/** Slopes beyond this, in units of kappa |g_1 - g_2|, have no minimum but at an end. */
const STEEPEST = 1 - 1e-6;

/** Of two tasks: where slope t + sqrt(c + 2 (b - c) t + d² t²) is least, t the first's share, d = |g_1 - g_2|. */
function leastOfTwo(tf: Tf, { M, p, kappa }: Dual): Tensor {
  const [a, b, c] = elementsOfTwo(tf, M);
  const squared = tf.maximum(tf.sub(tf.add(a, c), tf.mul(b, 2)), TINY);
  const [first, second] = tf.split(p, 2, 1) as [Tensor, Tensor];
  const slope = tf.div(tf.sub(second, first), tf.mul(kappa, tf.sqrt(squared)));
  const sine = tf.minimum(tf.maximum(slope, -STEEPEST), STEEPEST);
  const apart = tf.sqrt(tf.maximum(tf.sub(tf.mul(c, squared), tf.square(tf.sub(b, c))), 0));
  const along = tf.mul(apart, tf.div(sine, tf.sqrt(tf.sub(1, tf.square(sine)))));
  return sharesOfTwo(tf, tf.div(tf.add(along, tf.sub(c, b)), squared));
}

/** Newton's steps for K > 2. */
const NEWTON_STEPS = 14;
/** 1 + cos of two gradients is taken to be no less: opposite ones have no solution. */
const LEAST = 1e-6;

/**
 * Nash-MTL (Navon et al., ICML 2022, eq. 3): the weights a > 0 with G a = 1/a, G the gradients' inner products. With
 * a_k = b_k / |g_k|, C b = 1/b, C their cosines.
 */
export const NASH_MTL: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const lengths = tf.sqrt(squaredNorms(tf, gram));
    return { shared: tf.div(bargain(tf, cosinesOf(tf, gram, lengths)), lengths) };
  },
};

/**
 * b > 0 with C b = 1/b, [R, K]: the minimum of b' C b / 2 - sum log b, which is self-concordant, so that Newton's method
 * with steps of 1 / (1 + decrement) stays where b > 0 and ends at it.
 */
function bargain(tf: Tf, C: Tensor): Tensor {
  const K = C.shape[1] as number;
  let b: Tensor = tf.onesLike(tf.sum(C, 2));
  if (K <= 2) return tf.rsqrt(tf.maximum(times(tf, C, b), LEAST));
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const slopes = tf.sub(times(tf, C, b), tf.reciprocal(b));
    const hessian = tf.add(C, diagonalOf(tf, tf.reciprocal(tf.square(b))));
    const step = tf.squeeze(solved(tf, hessian, tf.expandDims(slopes, 2)), [2]);
    const decrement = tf.sqrt(tf.maximum(innerProducts(tf, slopes, step), 0));
    b = tf.sub(b, tf.div(step, tf.add(decrement, 1)));
  }
  return b;
}

/** float32's relative precision. */
const FLOAT32_EPSILON = 2 ** -23;

/**
 * Aligned-MTL (Senushkin et al., CVPR 2023, Algorithm 1): the sum of the gradients after they were made orthogonal and as
 * long as the least principal component is, by G' = sqrt(least) G V S^-1 V', S the singular values of G. Components that
 * are rounding are left out.
 */
export const ALIGNED_MTL: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const K = gram.shape[1] as number;
    const { values, vectors } = eigen(tf, scaled(tf, gram));
    const limit = tf.maximum(tf.mul(tf.max(values, 1, true), K * FLOAT32_EPSILON), TINY);
    const isKept = tf.greater(values, limit);
    const large = tf.fill(values.shape, LARGE);
    const least = tf.min(tf.where(isKept, values, large), 1, true);
    const factors = tf.where(isKept, tf.sqrt(tf.div(least, tf.maximum(values, limit))), tf.zerosLike(values)); // [R, K]
    const parts = tf.mul(tf.sum(vectors, 1), factors); // of (1, .., 1) along each component
    return { shared: tf.sum(tf.mul(vectors, tf.expandDims(parts, 1)), 2) };
  },
};

const LARGE = 1e30;

/** Added to the cosines' diagonal, which keeps equal and opposite gradients apart from a singular matrix. */
const RIDGE = 4e-6;

/** Newton's steps, and the part of the way to a weight of 0 that one may go. */
const FAIR_STEPS = 20;
const FARTHEST = 0.95;

/**
 * FairGrad (Ban and Ji, ICML 2024): w > 0 with G w = w^(-1/alpha), the minimum of w' G w / 2 - sum w^(1 - 1/alpha) / (1 -
 * 1/alpha). w is in the units that it would have if the gradients were orthogonal: there b = 1.
 */
export const fairgrad = ({ alpha }: Constants): GradientMethod => ({
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const power = 1 / alpha;
    const inverse = -1 / (1 + power);
    const products = withOthers(tf, scaled(tf, gram), present);
    const M = tf.add(products, diagonalOf(tf, tf.mul(squaredNorms(tf, products), RIDGE)));
    const units = tf.pow(squaredNorms(tf, M), inverse);
    const N = tf.mul(M, tf.mul(tf.expandDims(units, 1), tf.expandDims(units, 2)));
    const own = tf.mul(squaredNorms(tf, M), tf.square(units));
    let b: Tensor = tf.onesLike(units);
    for (let step = 0; step < FAIR_STEPS; step++) {
      const pull = tf.mul(own, tf.pow(b, -power));
      const hessian = tf.add(N, diagonalOf(tf, tf.mul(tf.div(pull, b), power)));
      const slopes = tf.sub(times(tf, N, b), pull);
      const down = tf.squeeze(solved(tf, hessian, tf.expandDims(slopes, 2)), [2]);
      const shrinks = tf.max(tf.div(down, b), 1, true); // 1: a weight would become 0
      b = tf.sub(b, tf.mul(down, tf.div(FARTHEST, tf.maximum(shrinks, FARTHEST))));
    }
    const unit = tf.pow(tf.max(squaredNorms(tf, gram), 1, true), inverse);
    return { shared: tf.mul(tf.mul(units, b), unit) };
  },
});

/** C b = 1, C the cosines: sum_k b_k g_k / |g_k| has the same angle with every gradient. Lengths and b are [R, K]. */
function equalAngles(tf: Tf, gram: Tensor) {
  const K = gram.shape[1] as number;
  const lengths = tf.sqrt(squaredNorms(tf, gram));
  if (K <= 2) return { lengths, b: tf.onesLike(lengths) };
  const ridge = tf.mul(identity(tf, K), RIDGE);
  const ones = tf.expandDims(tf.onesLike(lengths), 2);
  return { lengths, b: tf.squeeze(solved(tf, tf.add(cosinesOf(tf, gram, lengths), ridge), ones), [2]) };
}

/** IMTL-G (Liu et al., ICLR 2021): those angles, by weights of sum 1. */
export const IMTL_G: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const { lengths, b } = equalAngles(tf, gram);
    const w = tf.div(b, lengths);
    const sum = tf.sum(present ? tf.mul(w, present) : w, 1, true);
    return { shared: tf.div(w, tf.where(tf.equal(sum, 0), tf.onesLike(sum), sum)) };
  },
};

/** ConFIG (Liu et al., ICLR 2025): those angles, and the sum of the gradients' components along it as its length. */
export const CONFIG: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const { lengths, b } = equalAngles(tf, gram);
    const sumOf = (values: Tensor) => tf.sum(present ? tf.mul(values, present) : values, 1, true);
    const scale = tf.div(sumOf(lengths), tf.maximum(sumOf(b), TINY));
    return { shared: tf.mul(tf.div(b, lengths), scale) };
  },
};

/** Added to second derivatives, in units of their trace: TorchJD's. */
const UPGRAD_RIDGE = 1e-4;

/**
 * UPGrad (Quinton and Rey 2024): the sum of the gradients, each projected onto the vectors that no gradient conflicts with. The
 * projection of task i has the weights e_i + x, x >= 0, by which it is shortest.
 */
export const UPGRAD: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const [R, K] = gram.shape as [number, number];
    const trace = tf.expandDims(tf.sum(squaredNorms(tf, gram), 1, true), 2);
    const M = tf.add(tf.div(gram, trace), tf.mul(identity(tf, K), UPGRAD_RIDGE));
    const lengths = tf.sqrt(squaredNorms(tf, M));
    const C = cosinesOf(tf, M, lengths);
    const ofTasks = tf.reshape(tf.tile(tf.expandDims(C, 1), [1, K, 1, 1]), [R * K, K, K]); // of tasks i
    const x = complement(tf, ofTasks, tf.reshape(C, [R * K, K])); // in units of |g_i| / |g_k|
    const weights = tf.sum(tf.mul(tf.reshape(x, [R, K, K]), tf.expandDims(lengths, 2)), 1);
    return { shared: tf.add(tf.div(weights, lengths), 1) };
  },
};

/** Steps, the part of the complementarity that each aims at, and the part of the way to 0 that it may go. */
const COMPLEMENT_STEPS = 16;
const AIM = 0.1;
const MOST_OF = 0.99;

/**
 * x [R, K] >= 0 with y = C x + q >= 0 and x y = 0: by Newton's method for x and y at once, with a product of both that falls to 0. The
 * diagonal of C [R, K, K] is 1, as is the largest element of q [R, K].
 */
function complement(tf: Tf, C: Tensor, q: Tensor): Tensor {
  let [x, y]: [Tensor, Tensor] = [tf.onesLike(q), tf.onesLike(q)];
  for (let step = 0; step < COMPLEMENT_STEPS; step++) {
    const aim = tf.div(tf.mul(tf.mean(tf.mul(x, y), 1, true), AIM), x);
    const ratio = tf.div(y, x);
    const side = tf.sub(aim, tf.add(times(tf, C, x), q));
    const dx = tf.squeeze(solved(tf, tf.add(C, diagonalOf(tf, ratio)), tf.expandDims(side, 2)), [2]);
    const dy = tf.sub(tf.sub(aim, y), tf.mul(ratio, dx));
    const shrinks = tf.maximum(tf.max(tf.neg(tf.div(dx, x)), 1, true), tf.max(tf.neg(tf.div(dy, y)), 1, true));
    const part = tf.div(MOST_OF, tf.maximum(shrinks, MOST_OF));
    [x, y] = [tf.add(x, tf.mul(dx, part)), tf.add(y, tf.mul(dy, part))];
  }
  return x;
}

/**
 * DB-MTL (Lin et al. 2023): the gradients of log L_k on the shared parameters become their means over the batches that have a label of the
 * task, in which those before have the share decay / t^sigma, and as long as the longest. Other parameters get that of log L_k.
 */
export const dbMtl = ({ decay, sigma }: Constants): GradientMethod => ({
  weighs: "gradients",
  initial: () => ({ count: 0, [KEPT]: 0 }),
  combine(tf, { gradients, isShared, losses, present, state }) {
    const slopes = tf.div(gradients, tf.expandDims(tf.add(losses, LOSS_EPSILON), 2));
    const count = tf.add(state.count, 1);
    const share = tf.expandDims(tf.mul(tf.pow(count, -sigma), decay), 2);
    const means = tf.mul(tf.add(slopes, tf.mul(tf.sub(state[KEPT], slopes), share)), isShared);
    const there = present ? tf.mul(means, tf.expandDims(present, 2)) : means;
    const lengths = tf.sqrt(tf.sum(tf.square(there), 2));
    const shared = tf.div(tf.max(lengths, 1, true), tf.add(lengths, LOSS_EPSILON));
    const of = tf.add(there, tf.mul(slopes, tf.sub(1, isShared)));
    return { shared, of, next: { count, [KEPT]: means } };
  },
});

/** The inner products over the lengths [R, K], with a diagonal of 1. */
function cosinesOf(tf: Tf, gram: Tensor, lengths: Tensor): Tensor {
  const ones = identity(tf, gram.shape[1] as number);
  const products = tf.mul(tf.expandDims(lengths, 1), tf.expandDims(lengths, 2));
  return tf.add(tf.mul(tf.div(gram, products), tf.sub(1, ones)), ones);
}
