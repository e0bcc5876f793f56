// A model's predictions for R replicas at once, each on its own rows. n is the number of networks in a stack: E experts,
// the gates, K towers.
import type { Tensor } from "@tensorflow/tfjs";
import { expertCount, expertsOf, gateCount, type ModelSpec } from "../../models/spec.ts";
import type { Layer, Layers, Stack } from "./pack.ts";
import { dataProduct, product } from "./products.ts";
import { relu } from "./relu.ts";
import { expectShape, type Tf } from "./tf.ts";

/** Acts on the units of one ReLU layer: [R, B, n, units] for a first layer of experts, [R, n, B, units] for others. */
export type Dropout = (units: Tensor, stack: Stack, layer: number) => Tensor;

const keepAll: Dropout = (units) => units;

/** x [R, B, D] → predictions [R, B, K], in units of the label's standard deviation. */
export function predict(tf: Tf, spec: ModelSpec, layers: Layers, x: Tensor, dropout = keepAll): Tensor {
  const [R, B] = x.shape as [number, number];
  expectShape(`predict: ${spec.name}: x`, x, { R, B, D: spec.inputs });
  return tf.tidy(() => {
    const outputs = expertOutputs(tf, spec, layers.experts, x, dropout); // [R, B, E, H]
    const weights = gateWeights(tf, spec, layers.gates, x); // [R, B, gates, E]
    return towers(tf, layers.towers, mix(tf, spec, outputs, weights), dropout);
  });
}

/** x [R, B, D] → [R, B, E, H]; of one expert, the bottom. */
function expertOutputs(tf: Tf, spec: ModelSpec, layers: readonly Layer[], x: Tensor, dropout: Dropout): Tensor {
  return readers(tf, x, layers, expertCount(spec), (h, i) => dropout(relu(tf, h), "experts", i));
}

/** x [R, B, D] → softmax(W x) of each gate over the experts that it sees, [R, B, gates, E]; undefined without gates. */
export function gateWeights(tf: Tf, spec: ModelSpec, layers: readonly Layer[], x: Tensor): Tensor | undefined {
  const gates = gateCount(spec);
  if (gates === 0) return undefined;
  const last = layers.length - 1;
  return tf.softmax(readers(tf, x, layers, gates, (h, i) => (i < last ? relu(tf, h) : h)));
}

/** Expert outputs [R, B, E, H] and gate weights [R, B, gates, E] → what each tower reads, [R, K, B, H]. */
function mix(tf: Tf, spec: ModelSpec, outputs: Tensor, weights: Tensor | undefined): Tensor {
  const { experts, gating, tasks: K } = spec;
  const sameForAll = experts.perTask === 0 && gating !== "per-task";
  const first = mixFor(tf, spec, 0, outputs, weights);
  const mixed = Array.from({ length: K }, (_, k) =>
    sameForAll || k === 0 ? first : mixFor(tf, spec, k, outputs, weights),
  );
  return tf.stack(mixed, 1);
}

/** One task's mixture, the sum over its experts of g_i f_i: [R, B, E, H] → [R, B, H]. */
function mixFor(tf: Tf, spec: ModelSpec, task: number, outputs: Tensor, weights: Tensor | undefined): Tensor {
  const seen = seenBy(tf, spec, task, outputs); // [R, B, E, H]
  if (weights === undefined) return tf.mean(seen, 2); // of one expert, itself
  const [R, B, E] = seen.shape as [number, number, number];
  const gate = spec.gating === "single" ? 0 : task;
  const shares = tf.slice(weights, [0, 0, gate, 0], [R, B, 1, E]);
  return tf.sum(tf.mul(tf.reshape(shares, [R, B, E, 1]), seen), 2);
}

/** [R, B, E, H] → the experts that `task` sees, in the order of its gate's outputs. */
function seenBy(tf: Tf, spec: ModelSpec, task: number, outputs: Tensor): Tensor {
  if (spec.experts.perTask === 0) return outputs;
  const experts = expertsOf(spec, task).map((e) => tf.slice(outputs, [0, 0, e, 0], [-1, -1, 1, -1]));
  return tf.concat(experts, 2);
}

/** [R, K, B, H] → predictions [R, B, K]: ReLU layers, then one linear output. */
function towers(tf: Tf, layers: readonly Layer[], x: Tensor, dropout: Dropout): Tensor {
  const [R, K, B] = x.shape as [number, number, number];
  const last = layers.length - 1;
  const outputs = layers.reduce((h, layer, i) => {
    const units = dense(tf, product(tf, h, layer.kernel), layer);
    return i < last ? dropout(relu(tf, units), "towers", i) : units;
  }, x); // [R, K, B, 1]
  return tf.transpose(tf.reshape(outputs, [R, K, B]), [0, 2, 1]);
}

/** Networks that all read x: x [R, B, D] → [R, B, n, units of the last layer]. */
function readers(
  tf: Tf,
  x: Tensor,
  [first, ...rest]: readonly Layer[],
  n: number,
  activate: (units: Tensor, layer: number) => Tensor,
): Tensor {
  const [R, B] = x.shape as [number, number];
  const { kernel } = first as Layer;
  const wide = dense(tf, dataProduct(tf, x, kernel), first as Layer); // [R, B, n*units]
  const units = activate(tf.reshape(wide, [R, B, n, -1]), 0);
  if (rest.length === 0) return units;

  const byNetwork = tf.transpose(units, [0, 2, 1, 3]); // [R, n, B, units]
  const last = rest.reduce(
    (h, layer, i) => activate(dense(tf, product(tf, h, layer.kernel), layer), i + 1),
    byNetwork as Tensor,
  );
  return tf.transpose(last, [0, 2, 1, 3]);
}

function dense(tf: Tf, weighted: Tensor, { bias }: Layer): Tensor {
  return bias ? tf.add(weighted, bias) : weighted;
}
