// Networks whose kernels are Tucker products over tasks (Yang and Hospedales, ICLR 2017): W_k = U (sum_i v_ki S_i) V.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { product } from "./products.ts";

/** A layer of all tasks' networks. */
export interface FactoredLayer {
  /** U, [R, 1, in, r1]; undefined for a layer that reads the rows: it is `Layers.first`. */
  readonly inputs: Tensor | undefined;
  /** S, [R, r3, r1, r2]. */
  readonly cores: Tensor;
  /** V, [R, 1, r2, out]. */
  readonly units: Tensor;
  /** v, [R, 1, K, r3]. */
  readonly shares: Tensor;
  /** K*out numbers for each of R. */
  readonly bias: Tensor | undefined;
}

/** Inputs [R, K, B, in], or of a layer that reads the rows their products with U, [R, B, r1] → [R, K, B, out]. */
export function factoredLayer(tf: Tf, h: Tensor, layer: FactoredLayer): Tensor {
  const [R, r3, r1, r2] = layer.cores.shape as [number, number, number, number];
  const [K, out] = [layer.shares.shape[2] as number, layer.units.shape[3] as number];
  const B = h.shape.at(-2) as number;
  const reduced = layer.inputs
    ? byAll(tf, h, layer.inputs)
    : tf.concat(new Array<Tensor>(K).fill(tf.reshape(h, [R, 1, B, r1])), 1); // [R, K, B, r1]
  const cores = product(tf, tf.reshape(layer.shares, [R, K, r3]), tf.reshape(layer.cores, [R, r3, r1 * r2]));
  const units = byAll(tf, product(tf, reduced, tf.reshape(cores, [R, K, r1, r2])), layer.units); // [R, K, B, out]
  return layer.bias ? tf.add(units, tf.reshape(layer.bias, [R, K, 1, out])) : units;
}

/** Each task's rows [R, K, B, in] times one kernel [R, 1, in, out] → [R, K, B, out]. */
function byAll(tf: Tf, h: Tensor, kernel: Tensor): Tensor {
  const [R, K, B, from] = h.shape as [number, number, number, number];
  const out = kernel.shape[3] as number;
  return tf.reshape(product(tf, tf.reshape(h, [R, K * B, from]), tf.reshape(kernel, [R, from, out])), [R, K, B, out]);
}
