import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { elementsOfTwo, innerProducts, scaled, sharesOfTwo, simplexMinimum, times, withOthers } from "./algebra.ts";
import { type GradientMethod, TINY } from "./method.ts";

/** How far from the mean gradient, in its lengths; .5 in the authors' code. */
const C = 0.5;
/** What a task without a gradient adds to the minimum: more than any other, so that its weight is 0. */
const HIGH = 4;

/**
 * CAGrad (Liu et al., NeurIPS 2021, Algorithm 1): the mean gradient g_0 plus C |g_0| along g_w, the mean by the weights
 * w that minimize g_w · g_0 + C |g_0| |g_w|.
 */
export const CAGRAD: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const M = withOthers(tf, scaled(tf, gram), present);
    const [R, K] = M.shape as [number, number];
    const mean = present ? tf.div(present, tf.maximum(tf.sum(present, 1, true), 1)) : tf.fill([R, K], 1 / K);
    const products = times(tf, M, mean);
    const p = present ? tf.add(products, tf.mul(tf.sub(1, present), HIGH)) : products;
    const dual = { M, p, kappa: tf.mul(lengthOf(tf, M, mean), C) };
    const w = K === 2 ? leastOfTwo(tf, dual) : simplexMinimum(tf, [R, K], (w) => curveOf(tf, dual, w));
    return { shared: tf.add(mean, tf.mul(w, tf.div(dual.kappa, lengthOf(tf, M, w)))) };
  },
};

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
