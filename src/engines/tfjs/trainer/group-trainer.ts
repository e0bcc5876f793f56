import type { Tensor } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import type { Rows } from "../../../data/task-set.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import type { Predictions } from "../../engine.ts";
import { initialParameters } from "../../initial-parameters.ts";
import { lossUnits } from "../../task-losses.ts";
import type { LossSums, Trainer } from "../../trainer.ts";
import { HELD_MS, type Yielder } from "../../yielder.ts";
import type { Group } from "../groups.ts";
import { CALL_BYTES, EVALUATED_ROWS } from "../memory.ts";
import { predictReplica } from "../model/forward.ts";
import { pack, unpack } from "../model/pack.ts";
import type { Tf } from "../tf.ts";
import { AtOnceProgram } from "./at-once.ts";
import { partAt } from "./feed-arrays.ts";
import { GraphProgram } from "./graph-program.ts";
import type { GroupFeed, GroupFeeds, StepFeed } from "./group-feeds.ts";
import type { Program, Tensors } from "./program.ts";
import { initialState, ratesOf, trainingProgram } from "./training-program.ts";
import { parameterNames, rateNames, type TrainingShape, trainingShape } from "./training-shape.ts";

/** Most programs that are kept: a sweep has a few shapes, and comes back to each with a later group. */
const MOST = 8;

/** Trainers of groups, one after the other: a program serves all groups of its shape. */
export class GroupTrainers {
  readonly #tf: Tf;
  readonly #feeds: GroupFeeds;
  readonly #isGraph: boolean;
  /** By shape; the one used last is last. */
  readonly #programs = new Map<string, Program>();

  /** `feeds` is the caller's. `isGraph`: whether programs are TensorFlow's graphs, else they execute at once. */
  constructor(tf: Tf, feeds: GroupFeeds, isGraph: boolean) {
    this.#tf = tf;
    this.#feeds = feeds;
    this.#isGraph = isGraph;
  }

  /** A trainer of this group; undefined once stopped. If making it fails, for instance for lack of memory, its program is not kept. */
  async trainer(group: Group, yielder: Yielder): Promise<Trainer | undefined> {
    const feed = await this.#feeds.feed(group, yielder);
    if (feed === undefined) return undefined;
    const shape = trainingShape(group);
    const key = JSON.stringify(shape);
    const program = this.#programs.get(key) ?? this.#programOf(shape);
    this.#programs.delete(key);
    try {
      const trainer = new GroupTrainer(this.#tf, program, group, feed);
      this.#keep(key, program);
      return trainer;
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  #programOf(shape: TrainingShape): Program {
    const spec = trainingProgram(this.#tf, shape);
    return this.#isGraph ? new GraphProgram(this.#tf, spec) : new AtOnceProgram(this.#tf, spec);
  }

  #keep(key: string, program: Program): void {
    this.#programs.set(key, program);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size <= MOST || oldest === undefined) return;
    this.#programs.get(oldest)?.dispose();
    this.#programs.delete(oldest);
  }

  /** Frees what is kept on the device for later groups. */
  free(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }
}

/**
 * Trains models of the family, many steps in a call of a program's loops: `train` gives `losses` [steps, N, K], and `heldout/errors`
 * and `train/errors` give `sums` [chunks, N, K] of rows of the sets. Sets, parameters and optimizer state stay on the device.
 */
class GroupTrainer implements Trainer {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #group: Group;
  readonly #shape: TrainingShape;
  /** Unit of each replica's parameters: its learning rate as a multiple of the first replica's, [R]. */
  readonly #units: readonly number[];
  readonly #feed: StepFeed;
  readonly #steps: CallLength;
  readonly #chunks = new CallLength(Number.POSITIVE_INFINITY);
  readonly labelCorrelations: readonly (readonly number[])[];
  /** The held-out rows of all sources. */
  readonly #heldout: Rows;

  /** `program` is that of the group's shape; it serves one trainer at a time. */
  constructor(tf: Tf, program: Program, group: Group, feed: GroupFeed) {
    this.#tf = tf;
    this.#program = program;
    this.#group = group;
    this.#shape = trainingShape(group);
    const { lr: first } = group.runs[0].training;
    this.#units = group.runs
      .slice(0, this.#shape.R)
      .map(({ training: { lr } }) => (this.#shape.ownRates ? lr / first : 1));
    this.labelCorrelations = feed.labelCorrelations;
    const { "heldout/x": x, "heldout/y": y } = feed.sets as Record<string, Float32Array>;
    this.#heldout = { x, y };
    this.#feed = feed.steps;
    this.#steps = new CallLength(CALL_BYTES / feed.steps.bytes);
    tf.tidy(() => {
      this.#describeReplicas();
      for (const m of group.models.keys()) program.assign(initialState(tf, this.#shape, m, this.#initial(m)));
    });
    const { inputs, tasks } = this.#shape;
    for (const [name, rows] of Object.entries(feed.sets))
      program.assignTable(name, rows as Float32Array, name.endsWith("/y") ? tasks : inputs);
  }

  /** The initial parameters of each replica of model number m, in its units. */
  #initial(m: number): Float32Array[] {
    const { R } = this.#shape;
    const runs = this.#group.runs.slice(m * R, (m + 1) * R);
    return runs.map((run, r) => initialParameters(run).map((value) => value / this.#units[r]));
  }

  #describeReplicas(): void {
    const { R, tasks, kinds, sharedFeed, ownRates } = this.#shape;
    const { runs, places } = this.#group;
    if (kinds) {
      const units = runs.slice(0, R).flatMap(lossUnits);
      this.#program.assign({ lossUnits: this.#tf.tensor2d(units, [R, tasks]) });
    }
    if (sharedFeed) this.#program.assign({ places: this.#tf.tensor1d([...places], "int32") });
    if (ownRates) this.#program.assign({ units: this.#tf.tensor1d([...this.#units]) });
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
    const { training } = this.#group.runs[0];
    const rates = Array.from({ length: steps }, (_, i) => ratesOf(training, from + i));
    const entries = rateNames({ ...training, kinds: training.taskKinds }).map((name) => [
      name,
      this.#tf.tensor1d(rates.map((of) => of[name])),
    ]);
    return Object.fromEntries(entries);
  }

  async lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const chunks = Math.min(Math.ceil((to - from) / EVALUATED_ROWS), this.#chunks.steps);
    const end = Math.min(to, from + chunks * EVALUATED_ROWS);
    const rows = this.#program.takesAnySize && chunks === 1 ? end - from : EVALUATED_ROWS;
    const call = () => this.#program.run(`${set}/errors`, chunks, this.#chunkRows(set, from, end, [chunks, rows]));
    const errors = this.#timed(this.#chunks, chunks, call, "sums");
    const sums = new Float64Array(this.#group.runs.length * this.#shape.tasks);
    for (const [at, error] of errors.entries()) sums[at % sums.length] += error;
    return { sums, to: end };
  }

  /** An output of a call as numbers. */
  #timed(length: CallLength, steps: number, call: () => Tensors, output: string): Float32Array {
    const began = performance.now();
    let values = new Float32Array();
    this.#tf.tidy(() => {
      values = call()[output].dataSync<"float32">() as Float32Array<ArrayBuffer>;
    });
    length.took(steps, performance.now() - began);
    return values;
  }

  /** The numbers of rows `from` to `to` of each replica, in chunks; the last is padded with rows that don't count. */
  #chunkRows(set: RowSet, from: number, to: number, [chunks, rows]: readonly [number, number]): Tensors {
    const { trainRows, heldoutRows } = this.#group.runs[0].training;
    const N = set === "heldout" ? heldoutRows : (trainRows as number);
    const { places } = this.#group;
    const R = places.length;
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

  heldout(from = 0): Predictions[] {
    const { sources, places } = this.#group;
    const parameters = this.parameters();
    return this.#shape.models.flatMap((model, m) =>
      places.map((place, r) => {
        const [x, y] = [this.#heldout.x, this.#heldout.y].map((all) => partAt(all, place, sources.length));
        const rows = x.subarray(from * model.inputs);
        return {
          outputs: this.#predicted(model, parameters[m * places.length + r], rows),
          y: y.subarray(from * model.tasks),
        };
      }),
    );
  }

  /** A run's predictions of rows x [N, D], a few at a time: outside of the program, as they are seldom measured. */
  #predicted(model: ModelSpec, parameters: Float32Array, x: Float32Array): Float32Array {
    const tf = this.#tf;
    const D = model.inputs;
    return tf.tidy(() => {
      const packed = pack(tf, model, [parameters]);
      const parts: Tensor[] = [];
      for (let from = 0; from < x.length; from += EVALUATED_ROWS * D) {
        const rows = x.subarray(from, from + EVALUATED_ROWS * D);
        parts.push(tf.tidy(() => predictReplica(tf, model, packed, 0, tf.tensor(rows, [rows.length / D, D]))));
      }
      return tf.concat(parts).dataSync<"float32">();
    });
  }

  parameters(): Float32Array[] {
    return this.#shape.models.flatMap((model, m) => {
      const tensors = this.#program.read(...parameterNames(model, m));
      const held = unpack(model, tensors);
      this.#tf.dispose(tensors);
      return held.map((parameters, r) => parameters.map((value) => value * this.#units[r]));
    });
  }

  /** Frees the program's variables; it is the caller's. */
  dispose(): void {
    this.#program.clear();
  }
}

/** How many steps a native call takes, so that it blocks the event loop no longer than a signal may wait. */
export class CallLength {
  readonly #most: number;
  #steps = 1;

  /** `most`: a limit for other reasons, such as the memory of its inputs. */
  constructor(most: number) {
    this.#most = Math.max(1, Math.floor(most));
  }

  get steps(): number {
    return this.#steps;
  }

  /** A call of `steps` steps took `ms`. The first calls build kernels: the length grows by no more than four times. */
  took(steps: number, ms: number): void {
    const fitting = Math.floor((steps * HELD_MS) / ms);
    this.#steps = Math.max(1, Math.min(fitting, 4 * this.#steps, this.#most));
  }
}
