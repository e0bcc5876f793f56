// A model's predictions for R replicas at once, each on its own rows. n is the number of networks in a stack: E experts,
// the gates, K towers.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { expertsOf, type ModelSpec } from "../../../models/spec.ts";
import { expectShape, type Tf } from "../tf.ts";
import type { Layers, Readers, Stack, StackedLayer } from "./pack.ts";
import { dataProduct, product } from "./products.ts";
import { relu } from "./relu.ts";

/** Acts on the units of one ReLU layer: [R, B, n, units] for a first layer of experts, [R, n, B, units] for others. */
export type Dropout = (units: Tensor, stack: Stack, layer: number) => Tensor;

const keepAll: Dropout = (units) => units;

/** x [R, B, D] → predictions [R, B, K], in units of the label's standard deviation. */
export function predict(tf: Tf, spec: ModelSpec, layers: Layers, x: Tensor, dropout = keepAll): Tensor {
  const [R, B] = x.shape as [number, number];
  expectShape(`predict: ${spec.name}: x`, x, { R, B, D: spec.inputs });
  return tf.tidy(() => {
    const first = firstUnits(tf, spec, layers, x);
    const outputs = readers(tf, first.experts, layers.experts, (h, i) => dropout(relu(tf, h), "experts", i));
    const weights = first.gates && gateWeights(tf, layers.gates, first.gates);
    return towers(tf, layers.towers, mix(tf, spec, outputs, weights), dropout);
  });
}

/** One product for all that read x: x [R, B, D] → [R, B, n*units] of the experts, and of the gates if there are any. */
export function firstUnits(
  tf: Tf,
  spec: ModelSpec,
  { first, experts, gates }: Layers,
  x: Tensor,
): { experts: Tensor; gates?: Tensor } {
  const units = dataProduct(tf, x, first);
  if (gates.n === 0) return { experts: units };
  const width = experts.n * (spec.experts.layers[0] as number);
  const [ofExperts, ofGates] = tf.split(units, [width, (units.shape[2] as number) - width], 2) as [Tensor, Tensor];
  return { experts: ofExperts, gates: ofGates };
}

/** First units [R, B, gates*units] → each gate's weights of the experts that it sees, [R, B, gates, E]. */
export function gateWeights(tf: Tf, gates: Readers, first: Tensor): Tensor {
  const last = gates.deeper.length;
  return tf.softmax(readers(tf, first, gates, (h, i) => (i < last ? relu(tf, h) : h)));
}

/** Expert outputs [R, B, E, H] and gate weights [R, B, gates, E] → what each tower reads, [R, K, B, H]. */
function mix(tf: Tf, spec: ModelSpec, outputs: Tensor, weights: Tensor | undefined): Tensor {
  const { experts, gating } = spec;
  switch (gating) {
    case "none":
    case "average":
      if (experts.perTask > 0) return eachTask(tf, spec, outputs, (seen) => tf.mean(seen, 2));
      return forAllTasks(tf, spec, outputs.shape[2] === 1 ? outputs : tf.mean(outputs, 2, true)); // of one, the bottom
    case "single":
      return forAllTasks(tf, spec, tf.matMul(weights as Tensor, outputs));
    case "per-task":
      if (experts.perTask > 0) return eachTask(tf, spec, outputs, (seen, k) => ownMix(tf, seen, weights as Tensor, k));
      return tf.transpose(tf.matMul(weights as Tensor, outputs), [0, 2, 1, 3]);
    default:
      return unreachable(gating);
  }
}

/** One mix [R, B, 1, H] that all towers read → [R, K, B, H]. */
function forAllTasks(tf: Tf, { tasks }: ModelSpec, mixed: Tensor): Tensor {
  return tf.concat(new Array<Tensor>(tasks).fill(tf.transpose(mixed, [0, 2, 1, 3])), 1);
}

/** The mix [R, B, H] that each task makes of the experts [R, B, E, H] that it sees → [R, K, B, H]. */
function eachTask(tf: Tf, spec: ModelSpec, outputs: Tensor, mixOf: (seen: Tensor, task: number) => Tensor): Tensor {
  const [R, B, , H] = outputs.shape as [number, number, number, number];
  const mixes = Array.from({ length: spec.tasks }, (_, k) => {
    const seen = expertsOf(spec, k).map((e) => tf.slice(outputs, [0, 0, e, 0], [R, B, 1, H]));
    return mixOf(tf.concat(seen, 2), k); // in the order of its gate's outputs
  });
  return tf.stack(mixes, 1);
}

/** Experts [R, B, E, H] by the weights of the task's gate → [R, B, H]. */
function ownMix(tf: Tf, experts: Tensor, weights: Tensor, task: number): Tensor {
  const [R, B, E, H] = experts.shape as [number, number, number, number];
  const gate = tf.slice(weights, [0, 0, task, 0], [R, B, 1, E]);
  return tf.reshape(tf.matMul(gate, experts), [R, B, H]);
}

/** [R, K, B, H] → predictions [R, B, K]: ReLU layers, then one linear output. */
function towers(tf: Tf, layers: readonly StackedLayer[], x: Tensor, dropout: Dropout): Tensor {
  const [R, K, B] = x.shape as [number, number, number];
  const last = layers.length - 1;
  const outputs = layers.reduce((h, layer, i) => {
    const units = dense(tf, product(tf, h, layer.kernel), layer.bias);
    return i < last ? dropout(relu(tf, units), "towers", i) : units;
  }, x); // [R, K, B, 1]
  return tf.transpose(tf.reshape(outputs, [R, K, B]), [0, 2, 1]);
}

/** Networks that read x, from their first units [R, B, n*units] on → [R, B, n, units of the last layer]. */
function readers(
  tf: Tf,
  first: Tensor,
  { n, bias, deeper }: Readers,
  activate: (units: Tensor, layer: number) => Tensor,
): Tensor {
  const [R, B] = first.shape as [number, number];
  const units = activate(tf.reshape(dense(tf, first, bias), [R, B, n, -1]), 0);
  if (deeper.length === 0) return units;

  const byNetwork = tf.transpose(units, [0, 2, 1, 3]); // [R, n, B, units]
  const last = deeper.reduce(
    (h, { kernel, bias }, i) => activate(dense(tf, product(tf, h, kernel), bias), i + 1),
    byNetwork as Tensor,
  );
  return tf.transpose(last, [0, 2, 1, 3]);
}

function dense(tf: Tf, weighted: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? tf.add(weighted, bias) : weighted;
}
