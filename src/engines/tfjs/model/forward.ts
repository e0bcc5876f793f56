// A model's predictions for R replicas at once, each on its own rows. n is the number of networks in a stack: E experts,
// the gates, K towers.
import type { Tensor } from "@tensorflow/tfjs-core";
import {
  type Embedding,
  embeddingSets,
  expertsOf,
  gateCount,
  gateOutputs,
  isReluLayer,
  type ModelSpec,
  plainInputs,
} from "../../../models/spec.ts";
import { withGradient } from "../gradients.ts";
import { tensorflowBackend } from "../tensorflow-backend.ts";
import { expectShape, type Tf } from "../tf.ts";
import { type FactoredLayer, factoredLayer } from "./factors.ts";
import { type Gated, gated } from "./gates.ts";
import { byTask, type Mixers, mix } from "./mix.ts";
import { type Layers, type Level, layersOf, type Readers, type StackedLayer } from "./pack.ts";
import { dataProduct, product } from "./products.ts";

/**
 * Acts on the units of one ReLU layer: [R, B, n, units] for experts' first layer in the first level, [R, n, B, units] for
 * others.
 */
export type Dropout = (units: Tensor, stack: "experts" | "towers", layer: number, level: number) => Tensor;

/** What is drawn again at each step of training. */
export interface Chance {
  readonly dropout?: Dropout | undefined;
  /** Of SNR's gates, [R, K, E]. */
  readonly noise?: Tensor | undefined;
  /** In which a method takes the other tasks, [R, K-1, K, K]; see `Situation`. */
  readonly order?: Tensor | undefined;
}

const keepAll: Dropout = (units) => units;

/** Layer i of experts, from its units before their activation. */
function activated(tf: Tf, spec: ModelSpec, units: Tensor, i: number, drop: (units: Tensor) => Tensor): Tensor {
  return isReluLayer(spec, i) ? drop(relu(tf, units)) : units;
}

/** x [R, B, D] → predictions [R, B, O], in units of the labels: standard deviations, or logits. */
export function predict(tf: Tf, spec: ModelSpec, layers: Layers, x: Tensor, dropout = keepAll): Tensor {
  return tf.tidy(() => outputsOf(tf, spec, layers, x, { dropout }).predictions);
}

/** Rows x [B, D] → the predictions [B, O] of replica r, whose parameters are among those of R, in the order of `packing`. */
export function predictReplica(tf: Tf, spec: ModelSpec, parameters: readonly Tensor[], r: number, x: Tensor): Tensor {
  return tf.tidy(() => {
    const own = parameters.map((each) => tf.slice(each, [r], [1]));
    return tf.squeeze(predict(tf, spec, layersOf(spec, own), tf.expandDims(x, 0)), [0]);
  });
}

/** x [R, B, D] → predictions [R, B, O], and what gates or an L2 constraint add to the objective of each replica, [R]. */
export function outputsOf(
  tf: Tf,
  spec: ModelSpec,
  layers: Layers,
  x: Tensor,
  { dropout = keepAll, noise }: Chance = {},
): { predictions: Tensor; penalty?: Tensor } {
  const [R, B] = x.shape as [number, number];
  expectShape(`predict: ${spec.name}: x`, x, { R, B, D: spec.inputs });
  return tf.tidy(() => {
    const first = firstUnits(tf, spec, layers, x);
    const outputs = layers.factors
      ? factored(tf, spec, first.experts, layers.factors.experts, dropout)
      : readers(tf, first.experts, layers.experts, (h, i) => {
          const units = activated(tf, spec, h, i, (units) => dropout(units, "experts", i, 0));
          return stitched(tf, units, layers.stitches[i], i);
        });
    const tasks = first.gates && gatesOf(tf, spec, layers.gates, first.gates);
    const shared = first.sharedGate && gatesOf(tf, spec, layers.sharedGate, first.sharedGate, true);
    const penalty = spec.gating === "l2-constrained" ? constraintPenalty(tf, spec, layers) : undefined;
    const firstPaths = pathsBy(tf, spec, outputs, [tasks, shared], { links: layers.links, noise, penalty });
    const paths = layers.levels.reduce(
      (paths, level, i) => nextLevel(tf, spec, level, paths, (h, layer) => dropout(h, "experts", layer, i + 1)),
      firstPaths,
    );
    const read = (layers.factors?.towers ?? []).reduce(
      (h, layer, i) => dropout(relu(tf, factoredLayer(tf, h, layer)), "towers", i, 0),
      paths.tasks,
    );
    const predictions = towers(tf, spec, layers.towers, read, dropout);
    return { predictions, ...(paths.penalty && { penalty: paths.penalty }) };
  });
}

/** One product for all that read x: x [R, B, D] → [R, B, n*units] of the experts, and of the gates if there are any. */
function firstUnits(
  tf: Tf,
  spec: ModelSpec,
  { first, experts, gates, sharedGate, embeddings }: Layers,
  x: Tensor,
): { experts: Tensor; gates?: Tensor; sharedGate?: Tensor } {
  const units = spec.embeddings ? embeddedProduct(tf, spec, embeddings, x, first) : dataProduct(tf, x, first);
  if (gates.n === 0) return { experts: units };
  const [width, whole] = [experts.n * spec.experts.layers[0], units.shape[2] as number];
  const shared = sharedGate.n > 0 ? (spec.gate.layers[0] ?? gateOutputs(spec, spec.tasks)) : 0;
  const sizes = [width, whole - width - shared, ...(shared > 0 ? [shared] : [])];
  const [ofExperts, ofGates, ofShared] = tf.split(units, sizes, 2) as [Tensor, Tensor, Tensor?];
  return { experts: ofExperts, gates: ofGates, ...(ofShared && { sharedGate: ofShared }) };
}

/** Experts that are products over tasks, from the first factor's [R, B, r1] on → [R, B, K, units of the last layer]. */
function factored(tf: Tf, spec: ModelSpec, first: Tensor, layers: readonly FactoredLayer[], dropout: Dropout): Tensor {
  const swapped = (units: Tensor) => tf.transpose(units, [0, 2, 1, 3]);
  const drop = (units: Tensor, i: number) =>
    i === 0 ? swapped(dropout(swapped(units), "experts", i, 0)) : dropout(units, "experts", i, 0);
  const last = layers.reduce(
    (h, layer, i) => activated(tf, spec, factoredLayer(tf, h, layer), i, (units) => drop(units, i)),
    first,
  );
  return swapped(last);
}

/** The units of a layer of experts, [R, B, K, units] of the first and [R, K, B, units] of others → mixed among tasks. */
function stitched(tf: Tf, units: Tensor, stitch: Tensor | undefined, layer: number): Tensor {
  if (!stitch) return units;
  const byTask = layer === 0 ? tf.transpose(units, [0, 2, 1, 3]) : units;
  const [R, K] = byTask.shape as [number, number];
  const mixed = product(tf, tf.reshape(stitch, [R, K, K]), tf.reshape(byTask, [R, K, -1]));
  const apart = tf.reshape(mixed, byTask.shape);
  return layer === 0 ? tf.transpose(apart, [0, 2, 1, 3]) : apart;
}

/** First units [R, B, gates*units] → each gate's weights of the experts that it sees, [R, B, gates, E]. */
function gatesOf(tf: Tf, spec: ModelSpec, gates: Readers, first: Tensor, isShared = false): Gated {
  const last = gates.deeper.length;
  const logits = readers(tf, first, gates, (h, i) => (i < last ? relu(tf, h) : h));
  return gated(tf, spec, logits, seenBy(spec, isShared));
}

/** E, the experts that a task's gate sees, or the shared one. */
function seenBy(spec: ModelSpec, isShared: boolean): number {
  return expertsOf(spec, isShared ? spec.tasks : 0).length;
}

/** What a level gives: to each task's networks [R, K, B, H], and to shared experts of the next level [R, 1, B, H]. */
interface Paths {
  readonly tasks: Tensor;
  readonly shared?: Tensor;
  /** What the gates add to the objective of each replica, [R]. */
  readonly penalty?: Tensor;
}

/** Expert outputs [R, B, E, H], weights by the tasks' gates and by the shared one → their mixes. */
function pathsBy(
  tf: Tf,
  spec: ModelSpec,
  outputs: Tensor,
  [tasks, shared]: readonly (Gated | undefined)[],
  { penalty: before, ...linked }: { penalty?: Tensor | undefined } & Mixers = {},
): Paths {
  const penalties = [before, tasks?.penalty, shared?.penalty].filter((penalty) => penalty !== undefined);
  return {
    tasks: mix(tf, spec, outputs, { weights: tasks?.weights, ...linked }),
    ...(shared && { shared: byTask(tf, tf.matMul(shared.weights, outputs)) }),
    ...(penalties.length > 0 && { penalty: penalties.reduce((sum, penalty) => tf.add(sum, penalty)) }),
  };
}

/** A level after the first: each network reads what its path gives. */
function nextLevel(
  tf: Tf,
  spec: ModelSpec,
  level: Level,
  paths: Paths,
  drop: (units: Tensor, layer: number) => Tensor,
): Paths {
  const inputs = expertInputs(tf, spec, paths); // [R, E, B, H]
  const outputs = level.experts.reduce(
    (h, { kernel, bias }, i) =>
      activated(tf, spec, dense(tf, product(tf, h, kernel), bias), i, (units) => drop(units, i)),
    inputs,
  );
  const gates = (layers: readonly StackedLayer[], input: Tensor, isShared: boolean) =>
    gated(tf, spec, tf.transpose(logits(tf, layers, input), [0, 2, 1, 3]), seenBy(spec, isShared));
  const shared = level.sharedGate.length > 0 ? gates(level.sharedGate, paths.shared as Tensor, true) : undefined;
  const byGates = [gates(level.gates, paths.tasks, false), shared];
  return pathsBy(tf, spec, tf.transpose(outputs, [0, 2, 1, 3]), byGates, { penalty: paths.penalty });
}

/** What each expert reads, [R, E, B, H]: the shared ones, then each task's own. */
function expertInputs(tf: Tf, { experts, tasks }: ModelSpec, paths: Paths): Tensor {
  const [R, , B, H] = paths.tasks.shape as [number, number, number, number];
  const own = Array.from({ length: tasks }, (_, k) => tf.slice(paths.tasks, [0, k, 0, 0], [R, 1, B, H]));
  const shared = new Array<Tensor>(experts.shared).fill(paths.shared as Tensor);
  return tf.concat([...shared, ...own.flatMap((path) => new Array<Tensor>(experts.perTask).fill(path))], 1);
}

/** Gates' inputs [R, gates, B, H] → logits [R, gates, B, E]. */
function logits(tf: Tf, layers: readonly StackedLayer[], input: Tensor): Tensor {
  const last = layers.length - 1;
  return layers.reduce((h, { kernel, bias }, i) => {
    const units = dense(tf, product(tf, h, kernel), bias);
    return i < last ? relu(tf, units) : units;
  }, input);
}

/** [R, K, B, H] → predictions [R, B, O]: ReLU layers, then linear outputs. */
function towers(tf: Tf, spec: ModelSpec, layers: readonly StackedLayer[], x: Tensor, dropout: Dropout): Tensor {
  const [R, K, B] = x.shape as [number, number, number];
  const last = layers.length - 1;
  const outputs = layers.reduce((h, layer, i) => {
    const units = dense(tf, product(tf, h, layer.kernel), layer.bias);
    return i < last ? dropout(relu(tf, units), "towers", i, 0) : units;
  }, x); // [R, K, B, the most outputs of a task]
  if (!spec.outputs) return tf.transpose(tf.reshape(outputs, [R, K, B]), [0, 2, 1]);
  const own = spec.outputs.map((width, k) => tf.slice(outputs, [0, k, 0, 0], [R, 1, B, width]));
  return tf.concat(
    own.map((output) => tf.squeeze(output, [1])),
    2,
  );
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
    byNetwork,
  );
  return tf.transpose(last, [0, 2, 1, 3]);
}

function dense(tf: Tf, weighted: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? tf.add(weighted, bias) : weighted;
}

/**
 * max(x, 0). tfjs's own gradient of it is eight operations on TensorFlow, some with constants of the full size;
 * TensorFlow has one for it, ReluGrad.
 */
export function relu(tf: Tf, x: Tensor): Tensor {
  if (tf.getBackend() !== "tensorflow") return tf.relu(x);
  const backend = tensorflowBackend(tf);
  const forward = (x: Tensor) => {
    const value = tf.relu(x);
    return [value, value] as const;
  };
  return withGradient(tf, [x], forward, (dy, [y]) => backend.executeSingleOutput("ReluGrad", [], [dy, y]));
}

// What draws the tasks' networks of an L2-constrained model together (Duong et al., ACL 2015).

/**
 * The constraint times the squared distances between the parameters of two tasks, summed over all pairs of tasks, for each
 * replica, [R]. Outputs take part if all tasks have as many.
 */
export function constraintPenalty(tf: Tf, spec: ModelSpec, layers: Layers): Tensor {
  const { tasks: K, constraint = 0, outputs } = spec;
  const { first, experts, towers } = layers;
  const isAlike = new Set(outputs).size <= 1;
  const stacked = [...experts.deeper, ...(isAlike ? towers : towers.slice(0, -1))];
  const [R, D, W] = first.shape as [number, number, number];
  const byTask = [
    tf.transpose(tf.reshape(first, [R, D, K, W / K]), [0, 2, 1, 3]),
    ...(experts.bias ? [experts.bias] : []),
    ...stacked.flatMap(({ kernel, bias }) => (bias ? [kernel, bias] : [kernel])),
  ].map((parameters) => tf.reshape(parameters, [R, K, -1]));
  const distances = byTask.map((parameters) => squaredDistances(tf, parameters));
  return tf.mul(
    distances.reduce((sum, distance) => tf.add(sum, distance)),
    constraint,
  );
}

/** Points [R, K, n] → the squared distances of all pairs, summed, [R]: K times those from their mean. */
function squaredDistances(tf: Tf, points: Tensor): Tensor {
  const apart = tf.sub(points, tf.mean(points, 1, true));
  return tf.mul(tf.sum(tf.square(apart), [1, 2]), points.shape[1] as number);
}

/**
 * Rows x [R, B, D], the last inputs of which are numbers of vectors, times the first kernels [R, read, W] → [R, B, W]. Of
 * tables for each task, those of a task are read by its own networks.
 */
function embeddedProduct(tf: Tf, spec: ModelSpec, tables: readonly Tensor[], x: Tensor, first: Tensor): Tensor {
  const K = embeddingSets(spec);
  const inputs = Array.from({ length: K }, (_, k) => inputOf(tf, spec, tables, x, k));
  if (K === 1) return product(tf, inputs[0], first);
  const units = tf.split(first, [...ownWidths(spec, first.shape[2] as number)], 2);
  return tf.concat(
    units.map((kernel, i) => product(tf, inputs[i % K], kernel)),
    2,
  );
}

/** Columns of the first kernels: of each task's experts, then of each task's gate. */
function ownWidths(spec: ModelSpec, W: number): number[] {
  const ofExperts = spec.experts.perTask * spec.experts.layers[0];
  const experts = new Array<number>(spec.tasks).fill(ofExperts);
  if (gateCount(spec) === 0) return experts;
  return [...experts, ...new Array<number>(spec.tasks).fill(W / spec.tasks - ofExperts)];
}

/** What the networks of table number `set` read of x [R, B, D]: the plain inputs, then the vectors. */
function inputOf(tf: Tf, spec: ModelSpec, tables: readonly Tensor[], x: Tensor, set: number): Tensor {
  const [R, B] = x.shape as [number, number];
  const plain = plainInputs(spec);
  const vectors = (spec.embeddings as Embedding[]).map(({ rows, size }, i) => {
    const table = tf.reshape(tf.slice(tables[i], [0, set, 0, 0], [R, 1, rows, size]), [R, rows, size]);
    const numbers = tf.slice(x, [0, 0, plain + i], [R, B, 1]);
    const all = tf.tensor1d(Array.from({ length: rows }, (_, number) => number));
    const hot = tf.cast(tf.equal(numbers, all), "float32"); // tf.oneHot gives whole numbers on wasm
    return dataProduct(tf, hot, table); // its gradient adds up those of a vector's rows
  });
  return tf.concat([...(plain > 0 ? [tf.slice(x, [0, 0, 0], [R, B, plain])] : []), ...vectors], 2);
}
