// A model's predictions for R replicas at once, each on its own rows. n is the number of networks in a stack: E experts,
// the gates, K towers.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelSpec } from "../../../models/spec.ts";
import { expectShape, type Tf } from "../tf.ts";
import { mix } from "./mix.ts";
import type { Layers, Readers, Stack, StackedLayer } from "./pack.ts";
import { dataProduct, product } from "./products.ts";
import { relu } from "./relu.ts";
import { topSoftmax } from "./top-softmax.ts";

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
    const weights = first.gates && gateWeights(tf, spec, layers.gates, first.gates);
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
export function gateWeights(tf: Tf, { gate }: ModelSpec, gates: Readers, first: Tensor): Tensor {
  const last = gates.deeper.length;
  const logits = readers(tf, first, gates, (h, i) => (i < last ? relu(tf, h) : h));
  return gate.top === undefined ? tf.softmax(logits) : topSoftmax(tf, logits, gate.top);
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
