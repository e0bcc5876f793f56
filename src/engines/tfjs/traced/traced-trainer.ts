import type { Tensor } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import { initialParameters, type Run } from "../../engine.ts";
import type { FeedArrays } from "../feed/feed-arrays.ts";
import type { StepFeed } from "../feed/step-feed.ts";
import type { Group } from "../groups.ts";
import { CALL_BYTES, EVALUATED_ROWS } from "../memory.ts";
import type { Method } from "../methods/method.ts";
import { methodRatesAt } from "../methods/method-step.ts";
import { methodOf } from "../methods/methods.ts";
import { type Rates, ratesAt } from "../model/optimizer.ts";
import { pack, unpack } from "../model/pack.ts";
import type { Tf } from "../tf.ts";
import type { Program } from "../trace/program.ts";
import type { Tensors } from "../trace/step.ts";
import type { LossSums, Trainer } from "../trainer.ts";
import { CallLength } from "./call-length.ts";
import { ratesInPlace, stateNames } from "./in-place.ts";
import {
  methodStateName,
  parameterNames,
  rateNames,
  setsOf,
  type TrainingShape,
  trainingShape,
} from "./training-shape.ts";

/** Inputs of a group's trainer. */
export interface GroupFeed {
  /** The sets of all sources. */
  readonly sets: FeedArrays;
  /** Measured label correlations of each source. */
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly steps: StepFeed;
}

/**
 * Runs the loops of a training program, with many steps in a call. Sets, parameters and optimizer state stay on the
 * device.
 */
export class TracedTrainer implements Trainer {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #group: Group;
  readonly #shape: TrainingShape;
  readonly #training: Run["training"];
  /** Unit of each replica's parameters: its learning rate as a multiple of the first replica's, [R]. */
  readonly #units: readonly number[];
  readonly #method: Method | undefined;
  readonly #feed: StepFeed;
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly #steps: CallLength;
  readonly #chunks = new CallLength(Number.POSITIVE_INFINITY);

  /** `program` is that of the group's shape; it serves one trainer at a time. */
  constructor(tf: Tf, program: Program, group: Group, { sets, labelCorrelations, steps }: GroupFeed) {
    this.#tf = tf;
    this.#program = program;
    this.#group = group;
    this.#shape = trainingShape(group);
    this.#training = (group.runs[0] as Run).training;
    this.#units = group.runs
      .slice(0, this.#shape.R)
      .map(({ training: { lr } }) => (this.#shape.ownRates ? lr / this.#training.lr : 1));
    this.#method = methodOf(this.#training.method);
    this.#feed = steps;
    this.labelCorrelations = labelCorrelations;
    this.#steps = new CallLength(CALL_BYTES / steps.bytes);
    tf.tidy(() => {
      this.#describeReplicas();
      for (const m of group.models.keys()) this.#begin(m);
      this.#place(sets);
    });
  }

  #describeReplicas(): void {
    const { sharedFeed, ownRates } = this.#shape;
    if (sharedFeed) this.#program.assign({ places: this.#tf.tensor1d([...this.#group.places], "int32") });
    if (ownRates) this.#program.assign({ units: this.#tf.tensor1d([...this.#units]) });
  }

  /** Sets parameters of model number m, the optimizer's moments to 0, and what the method keeps to its start. */
  #begin(m: number): void {
    const { models, R, optimizer } = this.#shape;
    const model = models[m] as ModelSpec;
    const runs = this.#group.runs.slice(m * R, (m + 1) * R);
    const initial = runs.map((run, r) => initialParameters(run).map((value) => value / (this.#units[r] as number)));
    const packed = pack(this.#tf, model, initial);
    for (const [i, name] of parameterNames(model, m).entries()) {
      const parameters = packed[i] as Tensor;
      const [, ...others] = stateNames(optimizer, name);
      const zeros = others.map((other) => [other, this.#tf.zeros(parameters.shape)] as const);
      this.#program.assign({ [name]: parameters, ...Object.fromEntries(zeros) });
    }
    const ofMethod = Object.entries(this.#method?.initial(optimizer) ?? {});
    for (const [name, value] of ofMethod)
      this.#program.assign({ [methodStateName(m, name)]: this.#tf.fill([R, this.#shape.tasks], value) });
  }

  /** Puts the rows of all sources on the device, one after the other. */
  #place(sets: FeedArrays): void {
    for (const [name, rows] of Object.entries(sets)) {
      const width = name.endsWith("/y") ? this.#shape.tasks : this.#shape.inputs;
      this.#program.assign({ [name]: this.#tf.tensor(rows, [rows.length / width, width]) });
    }
  }

  async train(from: number, to: number): Promise<Float32Array> {
    const taken = await this.#feed.take(from, to, this.#steps.steps);
    const call = () => {
      const fed = { ...this.#feed.tensors(this.#tf, taken), ...this.#rates(from, taken.count) };
      return this.#program.run("train", taken.count, fed);
    };
    return this.#timed(this.#steps, taken.count, call, "losses");
  }

  #rates(from: number, steps: number): Tensors {
    const { optimizer, lr } = this.#training;
    const numbers = Array.from({ length: steps }, (_, step) => from + step);
    const fed = (rates: Rates[]) => [
      this.#tf.tensor1d(rates.map(({ rate }) => rate)),
      this.#tf.tensor1d(rates.map(({ epsilon }) => epsilon)),
    ];
    const ofParameters = fed(numbers.map((step) => ratesInPlace(optimizer, ratesAt(optimizer, lr, step))));
    const method = this.#method;
    const ofMethod = method?.learningRate
      ? fed(numbers.map((step) => methodRatesAt(method, this.#training, step)))
      : [];
    const names = rateNames(this.#shape);
    return Object.fromEntries(names.map((name, i) => [name, [...ofParameters, ...ofMethod][i] as Tensor]));
  }

  async lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const chunks = Math.min(Math.ceil((to - from) / EVALUATED_ROWS), this.#chunks.steps);
    const end = Math.min(to, from + chunks * EVALUATED_ROWS);
    const call = () => this.#program.run(`${set}/errors`, chunks, this.#chunkRows(set, from, end, chunks));
    const errors = this.#timed(this.#chunks, chunks, call, "sums"); // [chunks, N, K]
    const sums = new Float64Array(this.#group.runs.length * this.#shape.tasks);
    for (const [at, error] of errors.entries()) sums[at % sums.length] = (sums[at % sums.length] as number) + error;
    return { sums, to: end };
  }

  /** An output of a call as numbers. */
  #timed(length: CallLength, steps: number, call: () => Tensors, output: string): Float32Array {
    const began = performance.now();
    let values = new Float32Array();
    this.#tf.tidy(() => {
      values = (call()[output] as Tensor).dataSync<"float32">() as Float32Array<ArrayBuffer>;
    });
    length.took(steps, performance.now() - began);
    return values;
  }

  /** The numbers of rows `from` to `to` of each replica, in chunks; the last is padded with rows that don't count. */
  #chunkRows(set: RowSet, from: number, to: number, chunks: number): Tensors {
    const { trainRows, heldoutRows } = this.#training;
    const N = set === "heldout" ? heldoutRows : (trainRows as number);
    const { places } = this.#group;
    const R = places.length;
    const rows = EVALUATED_ROWS;
    const numbers = new Int32Array(chunks * R * rows);
    let at = 0;
    for (let chunk = 0; chunk < chunks; chunk++)
      for (const place of places)
        for (let i = 0; i < rows; i++) numbers[at++] = place * N + Math.min(from + chunk * rows + i, N - 1);
    const weights = Float32Array.from({ length: chunks * rows }, (_, i) => (from + i < to ? 1 : 0));
    return {
      numbers: this.#tf.tensor(numbers, [chunks, R, rows], "int32"),
      weights: this.#tf.tensor(weights, [chunks, rows, 1]),
    };
  }

  parameters(): Float32Array[] {
    return this.#shape.models.flatMap((model, m) => {
      const tensors = this.#program.read(...parameterNames(model, m));
      const held = unpack(model, tensors);
      this.#tf.dispose(tensors);
      return held.map((parameters, r) => parameters.map((value) => value * (this.#units[r] as number)));
    });
  }

  /** Frees the sets; the program is the caller's. */
  dispose(): void {
    const tf = this.#tf;
    tf.tidy(() => {
      for (const set of setsOf(this.#shape))
        this.#program.assign({
          [`${set}/x`]: tf.zeros([0, this.#shape.inputs]),
          [`${set}/y`]: tf.zeros([0, this.#shape.tasks]),
        });
    });
  }
}
