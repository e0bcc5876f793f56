import type { Tensor } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import type { Run } from "../../engine.ts";
import type { LossSums } from "../../trainer.ts";
import { setSizes } from "../feed/feed-arrays.ts";
import type { StepFeed } from "../feed/step-feed.ts";
import type { Group } from "../groups.ts";
import { CALL_BYTES, EVALUATED_ROWS } from "../memory.ts";
import { methodRatesAt } from "../methods/method-step.ts";
import { methodOf } from "../methods/methods.ts";
import { decayAt, type Rates, ratesAt } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import type { Program } from "../trace/program.ts";
import type { Tensors } from "../trace/step.ts";
import { CallLength } from "./call-length.ts";
import type { GroupFeed } from "./group-feeds.ts";
import { ratesInPlace } from "./in-place.ts";
import { isDecayed, rateNames } from "./training-shape.ts";

/**
 * Calls of a program's loops, with many steps in a call: `train` gives `losses` [steps, N, K], and `heldout/errors` and
 * `train/errors` give `sums` [chunks, N, K] of rows of the sets, which stay on the device.
 */
export class TracedLoops {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #group: Group;
  readonly #first: Run;
  readonly #feed: StepFeed;
  readonly #steps: CallLength;
  readonly #chunks = new CallLength(Number.POSITIVE_INFINITY);

  /** Puts the rows of all sources on the device, one after the other. */
  constructor(tf: Tf, program: Program, group: Group, { sets, steps }: GroupFeed) {
    this.#tf = tf;
    this.#program = program;
    this.#group = group;
    this.#first = group.runs[0] as Run;
    this.#feed = steps;
    this.#steps = new CallLength(CALL_BYTES / steps.bytes);
    tf.tidy(() => {
      for (const [name, rows] of Object.entries(sets)) {
        const width = this.#widthOf(name);
        program.assign({ [name]: tf.tensor(rows, [rows.length / width, width]) });
      }
    });
  }

  #widthOf(set: string): number {
    return set.endsWith("/y") ? this.#first.model.tasks : this.#first.model.inputs;
  }

  /** As a trainer's. */
  async train(from: number, to: number): Promise<Float32Array> {
    const taken = await this.#feed.take(from, to, this.#steps.steps);
    const call = () => {
      const fed = { ...this.#feed.tensors(this.#tf, taken), ...this.#rates(from, taken.count) };
      return this.#program.run("train", taken.count, fed);
    };
    return this.#timed(this.#steps, taken.count, call, "losses");
  }

  #rates(from: number, steps: number): Tensors {
    const { training } = this.#first;
    const method = methodOf(training.method);
    const numbers = Array.from({ length: steps }, (_, step) => from + step);
    const fed = (rates: Rates[]) => [
      this.#tf.tensor1d(rates.map(({ rate }) => rate)),
      this.#tf.tensor1d(rates.map(({ epsilon }) => epsilon)),
    ];
    const ofParameters = fed(numbers.map((step) => ratesInPlace(training.optimizer, ratesAt(training, step))));
    const ofMethod = method?.learningRate ? fed(numbers.map((step) => methodRatesAt(method, training, step))) : [];
    const decays = isDecayed(training) ? [this.#tf.tensor1d(numbers.map((step) => decayAt(training, step)))] : [];
    const rates = [...ofParameters, ...ofMethod, ...decays];
    return Object.fromEntries(rateNames(training).map((name, i) => [name, rates[i] as Tensor]));
  }

  /** As a trainer's. */
  async lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const chunks = Math.min(Math.ceil((to - from) / EVALUATED_ROWS), this.#chunks.steps);
    const end = Math.min(to, from + chunks * EVALUATED_ROWS);
    const call = () => this.#program.run(`${set}/errors`, chunks, this.#chunkRows(set, from, end, chunks));
    const errors = this.#timed(this.#chunks, chunks, call, "sums");
    const sums = new Float64Array(this.#group.runs.length * this.#first.model.tasks);
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
    const { trainRows, heldoutRows } = this.#first.training;
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

  /** Frees the sets; the program is the caller's. */
  dispose(): void {
    const tf = this.#tf;
    const names = setSizes(this.#first.training).flatMap(({ set }) => [`${set}/x`, `${set}/y`]);
    tf.tidy(() => {
      for (const name of names) this.#program.assign({ [name]: tf.zeros([0, this.#widthOf(name)]) });
    });
  }
}
