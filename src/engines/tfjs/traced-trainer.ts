import type { Tensor } from "@tensorflow/tfjs";
import { TASKS } from "../../data/settings.ts";
import type { RowSet } from "../../data/streams.ts";
import type { Rows } from "../../data/task-pair.ts";
import { initialParameters, type Run } from "../engine.ts";
import { CallLength } from "./call-length.ts";
import type { Feed } from "./feed.ts";
import { stateNames } from "./in-place.ts";
import { EVALUATED_ROWS } from "./memory.ts";
import { pack, unpack } from "./pack.ts";
import { tableOf } from "./rows.ts";
import { StepFeed } from "./step-feed.ts";
import type { Tf } from "./tf.ts";
import type { Program } from "./trace/program.ts";
import type { Tensors } from "./trace/step.ts";
import type { SquaredErrors, Trainer } from "./trainer.ts";
import { parameterNames } from "./training-program.ts";

/** Bytes that a call is fed at the most. */
const FED_BYTES = 64e6;

/** Runs the loops of a training program, many steps a call. Sets, parameters and optimizer state stay on the device. */
export class TracedTrainer implements Trainer {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #run: Run;
  readonly #R: number;
  readonly #feed: StepFeed;
  readonly #sets: RowSet[];
  readonly #steps: CallLength;
  readonly #chunks = new CallLength(Number.POSITIVE_INFINITY);

  /** `program` is that of the runs' shape; it serves one trainer at a time. */
  constructor(tf: Tf, program: Program, runs: readonly Run[], feeds: readonly Feed[]) {
    this.#tf = tf;
    this.#program = program;
    this.#run = runs[0] as Run;
    this.#R = runs.length;
    this.#feed = new StepFeed(tf, runs, feeds);
    this.#steps = new CallLength(FED_BYTES / this.#feed.bytes);
    this.#sets = this.#run.training.trainRows === "fresh" ? ["heldout"] : ["heldout", "train"];
    tf.tidy(() => {
      this.#begin(pack(tf, this.#run.model, runs.map(initialParameters)));
      for (const set of this.#sets)
        this.#place(
          set,
          feeds.map(({ sets }) => sets[set] as Rows),
        );
    });
  }

  /** Sets parameters, and what the optimizer keeps of them to 0. */
  #begin(parameters: readonly Tensor[]): void {
    const { model, training } = this.#run;
    for (const [i, name] of parameterNames(model).entries()) {
      const tensor = parameters[i] as Tensor;
      const [, ...others] = stateNames(training.optimizer, name);
      const zeros = others.map((other) => [other, this.#tf.zerosLike(tensor)] as const);
      this.#program.assign({ [name]: tensor, ...Object.fromEntries(zeros) });
    }
  }

  /** Puts the rows of all replicas on the device, one after the other. */
  #place(set: RowSet, rows: readonly Rows[]): void {
    const { x, y } = tableOf(this.#tf, rows);
    this.#program.assign({ [`${set}/x`]: x, [`${set}/y`]: y });
  }

  async train(from: number, to: number): Promise<Float32Array> {
    const steps = Math.min(to - from + 1, this.#steps.steps);
    const call = () => this.#program.run("train", steps, this.#feed.tensors(from, steps));
    return this.#timed(this.#steps, steps, call, "losses");
  }

  async squaredErrors(set: RowSet, from: number, to: number): Promise<SquaredErrors> {
    const chunks = Math.min(Math.ceil((to - from) / EVALUATED_ROWS), this.#chunks.steps);
    const end = Math.min(to, from + chunks * EVALUATED_ROWS);
    const call = () => this.#program.run(`${set}/errors`, chunks, this.#chunkRows(set, from, end, chunks));
    const errors = this.#timed(this.#chunks, chunks, call, "sums"); // [chunks, R, K]
    const sums = new Float64Array(this.#R * TASKS);
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

  /** The numbers of rows `from` to `to` of each replica, in chunks; the last is filled up with rows that don't count. */
  #chunkRows(set: RowSet, from: number, to: number, chunks: number): Tensors {
    const { trainRows, heldoutRows } = this.#run.training;
    const N = set === "heldout" ? heldoutRows : (trainRows as number);
    const R = this.#R;
    const rows = EVALUATED_ROWS;
    const numbers = Int32Array.from({ length: chunks * R * rows }, (_, at) => {
      const [chunk, r, i] = [Math.floor(at / (R * rows)), Math.floor(at / rows) % R, at % rows];
      return r * N + Math.min(from + chunk * rows + i, N - 1);
    });
    const weights = Float32Array.from({ length: chunks * rows }, (_, i) => (from + i < to ? 1 : 0));
    return {
      numbers: this.#tf.tensor(numbers, [chunks, R, rows], "int32"),
      weights: this.#tf.tensor(weights, [chunks, rows, 1]),
    };
  }

  parameters(): Float32Array[] {
    const { model } = this.#run;
    const tensors = this.#program.read(...parameterNames(model));
    const parameters = unpack(model, tensors);
    this.#tf.dispose(tensors);
    return parameters;
  }

  /** Lets go of the sets; the program is the caller's. */
  dispose(): void {
    const tf = this.#tf;
    const { inputs } = this.#run.model;
    tf.tidy(() => {
      for (const set of this.#sets)
        this.#program.assign({ [`${set}/x`]: tf.zeros([0, inputs]), [`${set}/y`]: tf.zeros([0, TASKS]) });
    });
  }
}
