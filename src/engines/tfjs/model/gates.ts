// What gates make of their logits, and SNR's of numbers that no row changes.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelSpec, Selection } from "../../../models/spec.ts";
import { withGradient } from "../gradients.ts";
import type { Tf } from "../tf.ts";

/** Weights of experts [R, B, gates, E], and what the gates add to the objective of each replica, [R]. */
export interface Gated {
  readonly weights: Tensor;
  readonly penalty?: Tensor;
}

/** Outputs [R, B, gates, outputs] → weights of E experts; logits are noisy by normals [R, B, gates, E] in a step. */
export function gated(tf: Tf, spec: ModelSpec, outputs: Tensor, E: number, normals?: Tensor): Gated {
  const { select, top, noise } = spec.gate;
  if (select) return selected(tf, select, outputs, E);
  const logits = noise ? noisy(tf, outputs, normals) : outputs;
  return { weights: top === undefined ? tf.softmax(logits) : topSoftmax(tf, logits, top) };
}

/** Outputs [R, B, gates, 2 E] → logits: the first E, and in a step normals times the softplus of the others. */
function noisy(tf: Tf, outputs: Tensor, normals: Tensor | undefined): Tensor {
  const [logits, scales] = tf.split(outputs, 2, 3) as [Tensor, Tensor];
  return normals ? tf.add(logits, tf.mul(normals, softplus(tf, scales))) : logits;
}

/** ln(1 + e^x), elementwise. */
function softplus(tf: Tf, x: Tensor): Tensor {
  const forward = (x: Tensor) => [tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))), x] as const;
  return withGradient(tf, [x], forward, (dy, [x]) => tf.mul(dy, tf.sigmoid(x)));
}

/**
 * `factor` times the squared coefficients of variation of the experts' importances, the sums of a gate's weights [R, B, n, E] over the batch,
 * summed over gates, [R]. Means over the batch have the mean 1 / E.
 */
export function importanceLoss(tf: Tf, weights: Tensor, factor: number): Tensor {
  const [, , n, E] = weights.shape as [number, number, number, number];
  const squares = tf.sum(tf.square(tf.mean(weights, 1)), [1, 2]);
  return tf.mul(tf.sub(tf.mul(squares, E), n), factor);
}

/** Weights [R, B, n, E] times factors, divided by the sum of a gate's; where this is 0, the weights as they are. */
export function kept(tf: Tf, weights: Tensor, factors: Tensor): Tensor {
  const forward = (weights: Tensor) => {
    const times = tf.mul(weights, factors);
    const sums = tf.sum(times, -1, true);
    const isNone = tf.sub(1, tf.step(sums));
    const value = tf.add(tf.div(times, tf.add(sums, isNone)), tf.mul(weights, isNone));
    return [value, value, sums, isNone] as const;
  };
  return withGradient(tf, [weights], forward, (dy, [y, sums, isNone]) => {
    const apart = tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true));
    const some = tf.div(tf.mul(tf.mul(factors, apart), tf.sub(1, isNone)), tf.add(sums, isNone));
    return tf.add(some, tf.mul(dy, isNone));
  });
}

/**
 * DSelect-k: of each gate's outputs the first are logits of its k selectors, the others the binary codes of the expert
 * that each selects.
 */
function selected(tf: Tf, { experts: k, gamma, entropy }: Selection, logits: Tensor, E: number): Gated {
  const [R, B, G] = logits.shape as [number, number, number];
  const bits = Math.log2(E);
  const [shares, codes] = tf.split(logits, [k, k * bits], 3) as [Tensor, Tensor];
  const steps = smoothStep(tf, tf.reshape(codes, [R, B * G, k, bits]), gamma);
  const selectors = selectorsOf(tf, steps, E); // [R, B*G, k, E]
  const mixed = tf.matMul(tf.reshape(tf.softmax(shares), [R, B * G, 1, k]), selectors);
  const perRow = G * k * E; // terms of a row's entropies
  const penalty = tf.mul(tf.mean(entropies(tf, selectors), [1, 2, 3]), entropy * perRow);
  return { weights: tf.reshape(mixed, [R, B, G, E]), penalty };
}

/** Smooth bits s [R, n, k, bits] → how much of each expert is selected, [R, n, k, E]: prod_b of s_b or 1 - s_b. */
function selectorsOf(tf: Tf, steps: Tensor, E: number): Tensor {
  const [R, n, k, bits] = steps.shape as [number, number, number, number];
  const factors = Array.from({ length: bits }, (_, b) => {
    const isSet = Array.from({ length: E }, (_, e) => (e >> b) & 1);
    const step = tf.slice(steps, [0, 0, 0, b], [R, n, k, 1]);
    const signs = tf.tensor1d(isSet.map((bit) => 2 * bit - 1));
    return tf.add(tf.mul(step, signs), tf.tensor1d(isSet.map((bit) => 1 - bit)));
  });
  return factors.reduce((product, factor) => tf.mul(product, factor));
}

/** Logits [..., E] → weights: softmax over the k largest, of equals the first, and 0 for the rest. */
function topSoftmax(tf: Tf, logits: Tensor, k: number): Tensor {
  const forward = (logits: Tensor) => {
    const kept = tf.mul(tf.softmax(logits), isTop(tf, logits, k));
    const value = tf.div(kept, tf.sum(kept, -1, true));
    return [value, value] as const;
  };
  return withGradient(tf, [logits], forward, (dy, [y]) => {
    const product = tf.mul(dy, y);
    return tf.sub(product, tf.mul(tf.sum(product, -1, true), y));
  });
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

// Functions of DSelect-k (Hazimeh et al., NeurIPS 2021), elementwise, with their gradients.

/** Added to numbers whose logarithm is taken, as in the authors' code. */
const EPSILON = 1e-6;

/** 0 up to -gamma / 2, 1 from gamma / 2 on, and between them -2 t³ / gamma³ + 3 t / (2 gamma) + 1/2. */
function smoothStep(tf: Tf, t: Tensor, gamma: number): Tensor {
  const forward = (t: Tensor) => {
    const inner = tf.minimum(tf.maximum(t, -gamma / 2), gamma / 2);
    const linear = tf.add(tf.mul(inner, 3 / (2 * gamma)), 0.5);
    return [tf.sub(linear, tf.mul(tf.mul(tf.square(inner), inner), 2 / gamma ** 3)), inner] as const;
  };
  return withGradient(tf, [t], forward, (dy, [inner]) =>
    tf.mul(dy, tf.sub(3 / (2 * gamma), tf.mul(tf.square(inner), 6 / gamma ** 3))),
  );
}

/** -r log r: the terms of an entropy. */
function entropies(tf: Tf, r: Tensor): Tensor {
  const forward = (r: Tensor) => [tf.neg(tf.mul(r, tf.log(tf.add(r, EPSILON)))), r] as const;
  return withGradient(tf, [r], forward, (dy, [r]) => {
    const above = tf.add(r, EPSILON);
    return tf.neg(tf.mul(dy, tf.add(tf.log(above), tf.div(r, above))));
  });
}

// SNR's gates (Ma et al., AAAI 2019), hard concrete.

/** Temperature of the hard concrete distribution, and the interval that it is stretched to. */
const HARD_CONCRETE = { beta: 2 / 3, gamma: -0.1, zeta: 1.1 } as const;

/**
 * log alpha → hard concrete gates z = min(1, max(0, s (zeta - gamma) + gamma)). With noise log u - log(1 - u), u uniform,
 * s = sigmoid((noise + log alpha) / beta); without, s = sigmoid(log alpha).
 */
export function linkGates(tf: Tf, logAlphas: Tensor, noise?: Tensor): Tensor {
  return hardSigmoid(tf, noise ? tf.mul(tf.add(logAlphas, noise), 1 / HARD_CONCRETE.beta) : logAlphas);
}

function hardSigmoid(tf: Tf, x: Tensor): Tensor {
  const { gamma, zeta } = HARD_CONCRETE;
  const stretched = (s: Tensor) => tf.add(tf.mul(s, zeta - gamma), gamma);
  const forward = (x: Tensor) => {
    const s = tf.sigmoid(x);
    return [tf.minimum(tf.maximum(stretched(s), 0), 1), s] as const;
  };
  return withGradient(tf, [x], forward, (dy, [s]) => {
    const gate = stretched(s);
    const isInside = tf.mul(tf.step(gate), tf.step(tf.sub(1, gate)));
    return tf.mul(tf.mul(dy, isInside), tf.mul(tf.mul(s, tf.sub(1, s)), zeta - gamma));
  });
}
