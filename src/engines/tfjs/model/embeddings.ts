import type { Tensor } from "@tensorflow/tfjs-core";
import { type Embedding, embeddingSets, gateCount, type ModelSpec, plainInputs } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import { dataProduct, product } from "./products.ts";

/**
 * Rows x [R, B, D], the last inputs of which are numbers of vectors, times the first kernels [R, read, W] → [R, B, W]. Of
 * tables for each task, those of a task are read by its own networks.
 */
export function embeddedProduct(tf: Tf, spec: ModelSpec, tables: readonly Tensor[], x: Tensor, first: Tensor): Tensor {
  const K = embeddingSets(spec);
  const inputs = Array.from({ length: K }, (_, k) => inputOf(tf, spec, tables, x, k));
  if (K === 1) return product(tf, inputs[0] as Tensor, first);
  const units = tf.split(first, [...ownWidths(spec, first.shape[2] as number)], 2);
  return tf.concat(
    units.map((kernel, i) => product(tf, inputs[i % K] as Tensor, kernel)),
    2,
  );
}

/** Columns of the first kernels: of each task's experts, then of each task's gate. */
function ownWidths(spec: ModelSpec, W: number): number[] {
  const ofExperts = spec.experts.perTask * (spec.experts.layers[0] as number);
  const experts = new Array<number>(spec.tasks).fill(ofExperts);
  if (gateCount(spec) === 0) return experts;
  return [...experts, ...new Array<number>(spec.tasks).fill(W / spec.tasks - ofExperts)];
}

/** What the networks of table number `set` read of x [R, B, D]: the plain inputs, then the vectors. */
function inputOf(tf: Tf, spec: ModelSpec, tables: readonly Tensor[], x: Tensor, set: number): Tensor {
  const [R, B] = x.shape as [number, number];
  const plain = plainInputs(spec);
  const vectors = (spec.embeddings as Embedding[]).map(({ rows, size }, i) => {
    const table = tf.reshape(tf.slice(tables[i] as Tensor, [0, set, 0, 0], [R, 1, rows, size]), [R, rows, size]);
    const numbers = tf.slice(x, [0, 0, plain + i], [R, B, 1]);
    const all = tf.tensor1d(Array.from({ length: rows }, (_, number) => number));
    const hot = tf.cast(tf.equal(numbers, all), "float32"); // tf.oneHot gives whole numbers on wasm
    return dataProduct(tf, hot, table); // its gradient adds up those of a vector's rows
  });
  return tf.concat([...(plain > 0 ? [tf.slice(x, [0, 0, 0], [R, B, plain])] : []), ...vectors], 2);
}
