import type { Tensor } from "@tensorflow/tfjs";
import type { RowOrder } from "../../data/order.ts";
import { TASKS } from "../../data/settings.ts";
import type { Run } from "../engine.ts";
import { type Mask, MaskSource, masksOf } from "./dropout.ts";
import type { Feed } from "./feed.ts";
import type { Group } from "./grouping.ts";
import { ratesInPlace } from "./in-place.ts";
import { ratesAt } from "./optimizer.ts";
import type { Tf } from "./tf.ts";
import type { Tensors } from "./trace/step.ts";

/** What the steps of a training program are fed: rows or their numbers, rates, masks. */
export class StepFeed {
  readonly #tf: Tf;
  readonly #run: Run;
  readonly #places: readonly number[];
  readonly #feeds: readonly Feed[];
  readonly #masks: readonly (readonly [Mask, MaskSource])[];

  constructor(tf: Tf, { models, runs, places }: Group, feeds: readonly Feed[]) {
    const run = runs[0] as Run;
    const R = places.length;
    this.#tf = tf;
    this.#run = run;
    this.#places = places;
    this.#feeds = feeds;
    this.#masks = models.flatMap((model, m) => {
      const source = new MaskSource(runs.slice(m * R, (m + 1) * R));
      return masksOf(model, R, run.training.batch, m).map((mask) => [mask, source] as const);
    });
  }

  /** Bytes of a step, about. */
  get bytes(): number {
    const { data, training } = this.#run;
    const fresh = training.trainRows === "fresh";
    const rows = training.batch * (fresh ? this.#feeds.length * (data.inputs + TASKS) : this.#places.length);
    return 4 * (rows + this.#masks.reduce((sum, [{ shape }]) => sum + sizeOf(shape), 0));
  }

  /** Tensors [steps, ...] for `steps` steps from step `from` on; the caller disposes of them. */
  tensors(from: number, steps: number): Tensors {
    const rows = this.#run.training.trainRows === "fresh" ? this.#batches(from, steps) : this.#numbers(from, steps);
    return { ...rows, ...this.#rates(from, steps), ...this.#dropped(from, steps) };
  }

  /** Numbers [steps, R, B] of rows where the sets of all sources lie one after the other. */
  #numbers(from: number, steps: number): Tensors {
    const { batch: B, trainRows } = this.#run.training;
    const R = this.#places.length;
    const numbers = new Int32Array(steps * R * B);
    const unsigned = new Uint32Array(numbers.buffer);
    for (const [r, place] of this.#places.entries()) {
      const { order } = this.#feeds[place] as Feed;
      for (let step = 0; step < steps; step++) {
        const at = (step * R + r) * B;
        (order as RowOrder).batchInto(unsigned.subarray(at, at + B), from + step);
        for (let b = at; b < at + B; b++) numbers[b] = (numbers[b] as number) + place * (trainRows as number);
      }
    }
    return { numbers: this.#tf.tensor(numbers, [steps, R, B], "int32") };
  }

  /** Rows of each source, x [steps, F, B, D], y [steps, F, B, K]. */
  #batches(from: number, steps: number): Tensors {
    const { data, training } = this.#run;
    const [F, B, D] = [this.#feeds.length, training.batch, data.inputs];
    const x = new Float32Array(steps * F * B * D);
    const y = new Float32Array(steps * F * B * TASKS);
    for (let step = 0; step < steps; step++) {
      for (const [f, { batchInto }] of this.#feeds.entries()) {
        const row = (step * F + f) * B;
        batchInto(x.subarray(row * D, (row + B) * D), y.subarray(row * TASKS, (row + B) * TASKS), from + step);
      }
    }
    return { x: this.#tf.tensor(x, [steps, F, B, D]), y: this.#tf.tensor(y, [steps, F, B, TASKS]) };
  }

  #rates(from: number, steps: number): Tensors {
    const { optimizer, lr } = this.#run.training;
    const rates = Array.from({ length: steps }, (_, step) =>
      ratesInPlace(optimizer, ratesAt(optimizer, lr, from + step)),
    );
    return {
      rate: this.#tf.tensor1d(rates.map(({ rate }) => rate)),
      epsilon: this.#tf.tensor1d(rates.map(({ epsilon }) => epsilon)),
    };
  }

  #dropped(from: number, steps: number): Tensors {
    const tensors = this.#masks.map(([mask, source]): [string, Tensor] => {
      const size = sizeOf(mask.shape);
      const factors = new Float32Array(steps * size);
      for (let step = 0; step < steps; step++)
        source.fill(factors.subarray(step * size, (step + 1) * size), mask, from + step);
      return [mask.name, this.#tf.tensor(factors, [steps, ...mask.shape])];
    });
    return Object.fromEntries(tensors);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
