// What gates make of their logits.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import type { Selection } from "../../../models/selection.ts";
import { gateKind, type ModelSpec } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import { entropies, smoothStep } from "./smooth-step.ts";
import { topSoftmax } from "./top-softmax.ts";

/** Weights of experts [R, B, gates, E], and what the gates add to the objective of each replica, [R]. */
export interface Gated {
  readonly weights: Tensor;
  readonly penalty?: Tensor;
}

/** Logits [R, B, gates, outputs] → weights of E experts. */
export function gated(tf: Tf, spec: ModelSpec, logits: Tensor, E: number): Gated {
  const { gate } = spec;
  const kind = gateKind(spec);
  switch (kind) {
    case "softmax":
      return { weights: tf.softmax(logits) };
    case "top-k":
      return { weights: topSoftmax(tf, logits, gate.top as number) };
    case "dselect-k":
      return selected(tf, gate.select as Selection, logits, E);
    default:
      return unreachable(kind);
  }
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
