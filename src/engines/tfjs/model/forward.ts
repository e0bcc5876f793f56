// A model's predictions for R replicas at once, each on its own rows: its program on tensors, one case for each operation.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { traitsOf } from "../../../models/gatings.ts";
import {
  type Layer,
  type Machine,
  type Mix,
  type Operation,
  type OperationOf,
  type ParameterBlock,
  programOf,
  type Value,
} from "../../../models/program.ts";
import { type ModelSpec, plainInputs } from "../../../models/spec.ts";
import { groupBy } from "../../../stats/group-by.ts";
import { withGradient } from "../gradients.ts";
import { tensorflowBackend } from "../tensorflow-backend.ts";
import { expectShape, type Tf } from "../tf.ts";
import { gated, importanceLoss, kept, linkGates } from "./gates.ts";
import { commonKernels, packing, readSame, stacksOf } from "./pack.ts";
import { dataProduct, product } from "./products.ts";
import { together, type Units, unitsOf } from "./stack.ts";

/** The factors of ReLU layers, [R, B, n, units] of an operation whose layers read the same, else [R, n, B, units]; or of gates, [R, B, n, E]. */
type Factors = (dropped: string) => Tensor | undefined;

/** What is drawn again at each step of training. */
export interface Chance {
  /** By the name of the first layer, or of the first gate. */
  readonly factors?: Factors | undefined;
  /** By which logits of gates are noisy, [R, B, n, E], by the name of the first gate. */
  readonly gateNormals?: ((noisy: string) => Tensor | undefined) | undefined;
  /** Of SNR's gates, [R, K, E]. */
  readonly noise?: Tensor | undefined;
  /** In which a method takes the other tasks, [R, K-1, K, K]; see `Situation`. */
  readonly order?: Tensor | undefined;
  /** By which a method weighs the tasks, [R, K]. */
  readonly normals?: Tensor | undefined;
}

/** x [R, B, D] → predictions [R, B, O], in units of the labels: standard deviations, or logits. `parameters` are as `pack` gives them. */
export function predict(tf: Tf, spec: ModelSpec, parameters: readonly Tensor[], x: Tensor): Tensor {
  return tf.tidy(() => outputsOf(tf, spec, parameters, x).predictions);
}

/** Rows x [B, D] → the predictions [B, O] of replica r, whose parameters are among those of R, in the order of `packing`. */
export function predictReplica(tf: Tf, spec: ModelSpec, parameters: readonly Tensor[], r: number, x: Tensor): Tensor {
  return tf.tidy(() => {
    const own = parameters.map((each) => tf.slice(each, [r], [1]));
    return tf.squeeze(predict(tf, spec, own, tf.expandDims(x, 0)), [0]);
  });
}

/** x [R, B, D] → predictions [R, B, O], and what gates or an L2 constraint add to the objective of each replica, [R]. */
export function outputsOf(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  x: Tensor,
  chance: Chance = {},
): { predictions: Tensor; penalty?: Tensor } {
  const [R, B] = x.shape as [number, number];
  expectShape(`predict: ${spec.name}: x`, x, { R, B, D: spec.inputs });
  return tf.tidy(() => new Interpreter(tf, spec, parameters, chance).outputs(x));
}

class Interpreter {
  readonly #tf: Tf;
  readonly #spec: ModelSpec;
  readonly #chance: Chance;
  /** By the name of the first parameter that is in them. */
  readonly #parameters: ReadonlyMap<string, Tensor>;
  readonly #values: Units[] = [];
  /** What is added to the tasks' losses, [R]. */
  readonly #penalties: Tensor[] = [];

  constructor(tf: Tf, spec: ModelSpec, parameters: readonly Tensor[], chance: Chance) {
    this.#tf = tf;
    this.#spec = spec;
    this.#chance = chance;
    this.#parameters = new Map(packing(spec).map(({ name }, i) => [name, parameters[i]]));
  }

  outputs(x: Tensor): { predictions: Tensor; penalty?: Tensor } {
    const tf = this.#tf;
    const { operations, outputs } = programOf(this.#spec);
    this.#values.push(...unitsOf(tf, tf.expandDims(x, 1), 1));
    for (const operation of operations) this.#values.push(...this.#computed(operation));
    const predictions = this.#spec.outputs
      ? tf.concat(
          outputs.map((output) => tf.squeeze(this.#byRow([output]), [2])),
          2,
        )
      : tf.squeeze(this.#byRow(outputs), [3]);
    const [penalty, ...others] = this.#penalties;
    return { predictions, ...(penalty && { penalty: others.reduce((sum, other) => tf.add(sum, other), penalty) }) };
  }

  #computed(operation: Operation): Units[] {
    switch (operation.kind) {
      case "embed":
        return this.#embedded(operation);
      case "dense":
        return this.#dense(operation);
      case "sum":
        return this.#sums(operation);
      case "average":
        return this.#averages(operation);
      case "mix":
        return this.#mixes(operation);
      case "normalize":
        return this.#normalized(operation);
      case "modulate":
        return this.#modulated(operation);
      case "funnel":
        return this.#funnelled(operation);
      case "pairs":
        return operation.machines.flatMap((machine) => this.#paired(machine));
      default:
        return unreachable(operation);
    }
  }

  /** Values of networks as one, [R, n, B, H]. */
  #byNetwork(values: readonly Value[]): Tensor {
    return together(
      this.#tf,
      values.map((value) => this.#values[value]),
      1,
    );
  }

  /** Values of networks as one, [R, B, n, H]. */
  #byRow(values: readonly Value[]): Tensor {
    return together(
      this.#tf,
      values.map((value) => this.#values[value]),
      2,
    );
  }

  #parameter({ name }: ParameterBlock): Tensor {
    return this.#parameters.get(name) as Tensor;
  }

  /** The plain inputs of rows, then the vectors that their last inputs number, of lists their means. */
  #embedded({ tables, slots }: OperationOf<"embed">): Units[] {
    const tf = this.#tf;
    const x = this.#byNetwork([0]); // [R, 1, B, D]
    const [R, , B] = x.shape as [number, number, number];
    const plain = plainInputs(this.#spec);
    let column = plain;
    const vectors = tables.map((table, t) => {
      const all = tf.tensor1d(Array.from({ length: table.shape[0] }, (_, number) => number));
      const numbers = Array.from({ length: slots[t] }, () => tf.slice(x, [0, 0, 0, column++], [R, 1, B, 1]));
      const hot = numbers.map((one) => tf.cast(tf.equal(one, all), "float32")); // tf.oneHot gives whole numbers on wasm
      return dataProduct(tf, this.#mean(hot, numbers), this.#parameter(table)); // its gradient adds up those of a vector's rows
    });
    return unitsOf(
      tf,
      tf.concat([...(plain > 0 ? [tf.slice(x, [0, 0, 0, 0], [R, 1, B, plain])] : []), ...vectors], 3),
      1,
    );
  }

  /** Of a row's vectors, 0 or 1 each, the mean over the numbers that are not -1. */
  #mean(hot: readonly Tensor[], numbers: readonly Tensor[]): Tensor {
    if (hot.length === 1) return hot[0];
    const tf = this.#tf;
    const listed = numbers.map((one) => tf.cast(tf.greater(one, -1), "float32"));
    return tf.div(tf.addN([...hot]), tf.maximum(tf.addN(listed), 1));
  }

  #dense(operation: OperationOf<"dense">): Units[] {
    const stacks = stacksOf(operation);
    const isOne = readSame(operation);
    const products = isOne ? this.#oneProduct(stacks) : stacks.map((layers) => this.#product(layers));
    const units = new Map(
      stacks.flatMap((layers, i) => {
        const given = unitsOf(this.#tf, this.#activated(layers, products[i], isOne), isOne ? 2 : 1);
        return layers.map((layer, n) => [layer, given[n]] as const);
      }),
    );
    if (traitsOf(this.#spec).links === "constraint" && stacks.length === 1) this.#constrain(stacks[0], isOne);
    return operation.layers.map((layer) => units.get(layer) as Units);
  }

  /** Layers that read the same: one product [R, B, W], cut into the units of each stack, [R, B, n, units]. */
  #oneProduct(stacks: readonly (readonly Layer[])[]): Tensor[] {
    const tf = this.#tf;
    const [first] = stacks[0];
    const input = this.#byNetwork([first.input]);
    const [R, , B, D] = input.shape as [number, number, number, number];
    const x = tf.reshape(input, [R, B, D]);
    const all = (first.input === 0 ? dataProduct : product)(tf, x, this.#parameter(first.kernel));
    const sizes = stacks.map((layers) => layers.length * layers[0].kernel.shape[1]);
    const parts = stacks.length === 1 ? [all] : tf.split(all, sizes, 2);
    return parts.map((part, i) => tf.reshape(part, [R, B, stacks[i].length, -1]));
  }

  /** Layers of one shape, each on an input of its own, or the same kernels on each of several → [R, n, B, units]. */
  #product(layers: readonly Layer[]): Tensor {
    const tf = this.#tf;
    const kernel = this.#parameter(layers[0].kernel);
    const inputs = layers.map(({ input }) => input);
    const common = commonKernels(layers);
    if (!common) return product(tf, this.#byNetwork(inputs), kernel);
    const x = this.#byNetwork([...new Set(inputs)]);
    const [R, I, B, D] = x.shape as [number, number, number, number];
    const all = product(tf, tf.reshape(x, [R, I * B, D]), kernel);
    const J = common.length;
    if (J === 1) return tf.reshape(all, [R, I, B, -1]);
    return tf.reshape(tf.transpose(tf.reshape(all, [R, I, B, J, -1]), [0, 1, 3, 2, 4]), [R, I * J, B, -1]);
  }

  #activated(layers: readonly Layer[], weighted: Tensor, isByRow: boolean): Tensor {
    const tf = this.#tf;
    const [{ bias, isRelu, dropped }] = layers;
    const [R, n, , units] = bias ? (this.#parameter(bias).shape as [number, number, number, number]) : [0, 0, 0, 0];
    const before = bias
      ? tf.add(weighted, isByRow ? tf.reshape(this.#parameter(bias), [R, 1, n, units]) : this.#parameter(bias))
      : weighted;
    if (!isRelu) return before;
    const active = relu(tf, before);
    const factors = this.#factors(dropped);
    return factors ? tf.mul(active, factors) : active;
  }

  #factors(dropped: string | undefined): Tensor | undefined {
    return dropped === undefined ? undefined : this.#chance.factors?.(dropped);
  }

  /** Sums by coefficients, or by the gates of SNR that these are → [R, K, B, H]. */
  #sums({ coefficients, parts }: OperationOf<"sum">): Units[] {
    const tf = this.#tf;
    const own = this.#parameter(coefficients); // [R, 1, K, E]
    const [R, , K, E] = own.shape as [number, number, number, number];
    const { noise } = this.#chance;
    const by = coefficients.kind === "log-alpha" ? linkGates(tf, own, noise && tf.reshape(noise, [R, 1, K, E])) : own;
    const isOne = parts.every((each) => each === parts[0]);
    const units = this.#byNetwork(isOne ? parts[0] : parts.flat());
    const [B, H] = units.shape.slice(2) as [number, number];
    const sums = isOne
      ? product(tf, tf.reshape(by, [R, K, E]), tf.reshape(units, [R, E, B * H]))
      : tf.matMul(tf.reshape(by, [R, K, 1, E]), tf.reshape(units, [R, K, E, B * H]));
    return unitsOf(tf, tf.reshape(sums, [R, K, B, H]), 1);
  }

  /** Layer norms of units as wide → [R, n, B, H]. */
  #normalized({ norms }: OperationOf<"normalize">): Units[] {
    const tf = this.#tf;
    const together = (blocks: readonly ParameterBlock[]) =>
      tf.concat(
        blocks.map((block) => this.#parameter(block)),
        1,
      );
    const hats = normalized(tf, this.#byNetwork(norms.map(({ input }) => input)));
    const scaled = tf.mul(hats, together(norms.map(({ gain }) => gain))); // [R, n, B, H] times [R, n, 1, H]
    return unitsOf(tf, tf.add(scaled, together(norms.map(({ shift }) => shift))), 1);
  }

  /** Units as wide, times sigmoids → [R, n, B, H]. */
  #modulated({ modulations }: OperationOf<"modulate">): Units[] {
    const units = this.#byNetwork(modulations.map(({ units }) => units));
    const by = this.#byNetwork(modulations.map(({ by }) => by));
    return unitsOf(this.#tf, modulated(this.#tf, units, by, modulations[0].factor), 1);
  }

  #funnelled({ outputs, chain }: OperationOf<"funnel">): Units[] {
    const values = outputs.map((output) => this.#byNetwork([output]));
    for (let i = 1; i < chain.length; i++) values[chain[i]] = chained(this.#tf, values[chain[i - 1]], values[chain[i]]);
    return values.flatMap((value) => unitsOf(this.#tf, value, 1));
  }

  /** An output [R, 1, B, O] and, added to it, the products of all pairs of vectors of factors. */
  #paired({ output, input, factors, kernel, tables }: Machine): Units[] {
    const tf = this.#tf;
    const [z, x] = [this.#byNetwork([output]), this.#byNetwork([input])];
    const [R, , B, O] = z.shape as [number, number, number, number];
    const plain = plainInputs(this.#spec);
    const columns = (from: number, count: number) => tf.slice(x, [0, 0, 0, from], [R, 1, B, count]);
    const vectors = Array.from({ length: tables }, (_, t) => columns(plain + t * O * factors, O * factors));
    const both = vectors.map((vector) => [vector, tf.square(vector)] as const);
    if (kernel) {
      const [inputs, by] = [columns(0, plain), this.#parameter(kernel)]; // [R, 1, B, plain], [R, 1, plain, O factors]
      both.unshift([dataProduct(tf, inputs, by), dataProduct(tf, tf.square(inputs), tf.square(by))]);
    }
    const [sum, squares] = both.reduce(([a, b], [c, d]) => [tf.add(a, c), tf.add(b, d)]);
    const twice = tf.sum(tf.reshape(tf.sub(tf.square(sum), squares), [R, 1, B, O, factors]), 4);
    return unitsOf(tf, tf.add(z, tf.mul(twice, 0.5)), 1);
  }

  #averages({ experts, seen }: OperationOf<"average">): Units[] {
    const tf = this.#tf;
    return seen.flatMap((own) => {
      const units = this.#byRow(own.map((e) => experts[e]));
      return unitsOf(tf, tf.mean(units, 2, true), 2);
    });
  }

  #mixes({ experts, mixes }: OperationOf<"mix">): Units[] {
    const weights = this.#byGroups(mixes, sizeOf, (group) => this.#weights(group));
    const ofSame = ({ seen, own }: Mix) => `${own === undefined} ${seen}`;
    const mixed = this.#byGroups(mixes, ofSame, (group) => {
      const own = group.map((mix) => weights.get(mix) as Units);
      return this.#mix(group, together(this.#tf, own, 2), experts);
    });
    return mixes.map((mix) => mixed.get(mix) as Units);
  }

  /** The weights of mixes of as many experts, [R, B, n, E]. */
  #weights(mixes: readonly Mix[]): Tensor {
    const outputs = this.#byRow(mixes.map(({ gate }) => gate));
    const [{ seen, dropped, noisy }] = mixes;
    const normals = noisy === undefined ? undefined : this.#chance.gateNormals?.(noisy);
    const { weights: all, penalty } = gated(this.#tf, this.#spec, outputs, seen.length, normals);
    if (penalty) this.#penalties.push(penalty);
    const factors = this.#factors(dropped);
    const weights = factors ? kept(this.#tf, all, factors) : all;
    const { importance } = this.#spec.gate;
    if (importance) this.#penalties.push(importanceLoss(this.#tf, weights, importance));
    return weights;
  }

  /** What `compute` gives for groups of mixes, [R, B, n, ..]. */
  #byGroups(
    mixes: readonly Mix[],
    keyOf: (mix: Mix) => string,
    compute: (group: readonly Mix[]) => Tensor,
  ): Map<Mix, Units> {
    const groups = [...groupBy(mixes, keyOf).values()];
    return new Map(
      groups.flatMap((group) => {
        const units = unitsOf(this.#tf, compute(group), 2);
        return group.map((mix, i) => [mix, units[i]] as const);
      }),
    );
  }

  /** Mixes of the same experts by weights [R, B, n, E] → [R, B, n, H]. */
  #mix(mixes: readonly Mix[], weights: Tensor, experts: readonly Value[]): Tensor {
    const tf = this.#tf;
    const { seen } = mixes[0];
    const outputs = this.#byRow(seen.map((e) => experts[e])); // [R, B, E, H]
    const learns = mixes.map(({ taught }) => seen.map((e) => Number(taught.includes(e))));
    const mixed = learns.flat().includes(0) ? partlyTaught(tf, weights, outputs, learns) : tf.matMul(weights, outputs);
    const own = mixes.flatMap(({ own }) => (own === undefined ? [] : [experts[own]]));
    return own.length > 0 ? tf.add(mixed, this.#byRow(own)) : mixed;
  }

  /** Adds the squared distances of the tasks' layers of one shape to the objective (Duong et al., ACL 2015). */
  #constrain(layers: readonly Layer[], isOne: boolean): void {
    const tf = this.#tf;
    const [{ kernel, bias }] = layers;
    const { tasks: K, constraint = 0 } = this.#spec;
    const weights = this.#parameter(kernel);
    const [R, D] = weights.shape as [number, number];
    const byTask = isOne ? tf.transpose(tf.reshape(weights, [R, D, K, -1]), [0, 2, 1, 3]) : weights;
    for (const parameters of [byTask, ...(bias ? [this.#parameter(bias)] : [])])
      this.#penalties.push(tf.mul(squaredDistances(tf, tf.reshape(parameters, [R, K, -1])), constraint));
  }
}

/** Added to a variance, as in PyTorch's layer norms. */
const EPSILON = 1e-5;

/** Units [.., H] less their mean, over their standard deviation. */
function normalized(tf: Tf, units: Tensor): Tensor {
  const mean = (x: Tensor) => tf.mean(x, -1, true);
  const forward = (units: Tensor) => {
    const apart = tf.sub(units, mean(units));
    const scale = tf.rsqrt(tf.add(mean(tf.square(apart)), EPSILON));
    const hats = tf.mul(apart, scale);
    return [hats, hats, scale] as const;
  };
  return withGradient(tf, [units], forward, (dy, [hats, scale]) =>
    tf.mul(tf.sub(tf.sub(dy, mean(dy)), tf.mul(hats, mean(tf.mul(dy, hats)))), scale),
  );
}

/** Units times `factor` times the sigmoid of `by`. */
function modulated(tf: Tf, units: Tensor, by: Tensor, factor: number): Tensor {
  const forward = (units: Tensor, by: Tensor) => {
    const s = tf.sigmoid(by);
    const value = tf.mul(tf.mul(units, s), factor);
    return [value, value, s] as const;
  };
  return withGradient(tf, [units, by], forward, (dy, [value, s]) => [
    tf.mul(tf.mul(dy, s), factor),
    tf.mul(tf.mul(dy, value), tf.sub(1, s)),
  ]);
}

/** Logits x and y → those of the products of their probabilities, whose odds are 1 / (e^-x + e^-y + e^-(x + y)). */
function chained(tf: Tf, x: Tensor, y: Tensor): Tensor {
  const forward = (x: Tensor, y: Tensor) => {
    const terms = [tf.neg(x), tf.neg(y), tf.neg(tf.add(x, y))];
    const largest = tf.maximum(tf.maximum(terms[0], terms[1]), terms[2]);
    const [ofX, ofY, ofBoth] = terms.map((term) => tf.exp(tf.sub(term, largest))) as [Tensor, Tensor, Tensor];
    const sum = tf.add(tf.add(ofX, ofY), ofBoth);
    const value = tf.neg(tf.add(largest, tf.log(sum)));
    return [value, tf.div(tf.add(ofX, ofBoth), sum), tf.div(tf.add(ofY, ofBoth), sum)] as const;
  };
  return withGradient(tf, [x, y], forward, (dy, [byX, byY]) => [tf.mul(dy, byX), tf.mul(dy, byY)]);
}

/** How many experts a mix is of. */
export function sizeOf({ seen }: Mix): string {
  return `${seen.length}`;
}

/** Points [R, K, n] → the squared distances of all pairs, summed, [R]: K times those from their mean. */
function squaredDistances(tf: Tf, points: Tensor): Tensor {
  const apart = tf.sub(points, tf.mean(points, 1, true));
  return tf.mul(tf.sum(tf.square(apart), [1, 2]), points.shape[1] as number);
}

/** weights [R, B, n, E] times outputs [R, B, E, H]; expert e gets a gradient from mix i where `learns[i][e]` is 1. */
function partlyTaught(tf: Tf, weights: Tensor, outputs: Tensor, learns: number[][]): Tensor {
  const forward = (weights: Tensor, outputs: Tensor) => [tf.matMul(weights, outputs), weights, outputs] as const;
  return withGradient(tf, [weights, outputs], forward, (dy, [weights, outputs]) => {
    const taught = tf.mul(weights, tf.tensor2d(learns));
    return [tf.matMul(dy, outputs, false, true), tf.matMul(taught, dy, true, false)];
  });
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
