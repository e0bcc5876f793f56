import type { Tensor } from "@tensorflow/tfjs";
import type { RowOrder } from "../../data/order.ts";
import { TASKS } from "../../data/settings.ts";
import type { Run } from "../engine.ts";
import { type Mask, MaskSource, masksOf } from "./dropout.ts";
import type { Feed } from "./feed.ts";
import { ratesInPlace } from "./in-place.ts";
import { ratesAt } from "./optimizer.ts";
import type { Tf } from "./tf.ts";
import type { Tensors } from "./trace/step.ts";

/** What the steps of a training program are fed: rows or their numbers, rates, masks. */
export class StepFeed {
  readonly #tf: Tf;
  readonly #run: Run;
  readonly #R: number;
  readonly #rows: (from: number, steps: number) => Tensors;
  readonly #masks: readonly Mask[];
  readonly #maskSource: MaskSource;

  constructor(tf: Tf, runs: readonly Run[], feeds: readonly Feed[]) {
    const run = runs[0] as Run;
    this.#tf = tf;
    this.#run = run;
    this.#R = runs.length;
    const orders = feeds.flatMap(({ order }) => order ?? []);
    const batches = feeds.map(({ batchInto }) => batchInto);
    const fresh = run.training.trainRows === "fresh";
    this.#rows = fresh ? (...range) => this.#batches(batches, ...range) : (...range) => this.#numbers(orders, ...range);
    this.#masks = masksOf(run.model, runs.length, run.training.batch);
    this.#maskSource = new MaskSource(runs);
  }

  /** Bytes of a step, about. */
  get bytes(): number {
    const { model, training } = this.#run;
    const perRow = training.trainRows === "fresh" ? model.inputs + TASKS : 1;
    return 4 * (this.#R * training.batch * perRow + this.#masks.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  }

  /** Tensors [steps, ...] for `steps` steps from step `from` on; the caller disposes of them. */
  tensors(from: number, steps: number): Tensors {
    return { ...this.#rows(from, steps), ...this.#rates(from, steps), ...this.#dropped(from, steps) };
  }

  /** Numbers [steps, R, B] of rows where all replicas' sets lie one after the other. */
  #numbers(orders: readonly RowOrder[], from: number, steps: number): Tensors {
    const { batch: B, trainRows } = this.#run.training;
    const numbers = new Int32Array(steps * this.#R * B);
    const unsigned = new Uint32Array(numbers.buffer);
    for (const [r, order] of orders.entries()) {
      for (let step = 0; step < steps; step++) {
        const at = (step * this.#R + r) * B;
        order.batchInto(unsigned.subarray(at, at + B), from + step);
        for (let b = at; b < at + B; b++) numbers[b] = (numbers[b] as number) + r * (trainRows as number);
      }
    }
    return { numbers: this.#tf.tensor(numbers, [steps, this.#R, B], "int32") };
  }

  /** Rows x [steps, R, B, D], y [steps, R, B, K]. */
  #batches(batches: readonly Feed["batchInto"][], from: number, steps: number): Tensors {
    const { model, training } = this.#run;
    const [R, B, D] = [this.#R, training.batch, model.inputs];
    const x = new Float32Array(steps * R * B * D);
    const y = new Float32Array(steps * R * B * TASKS);
    for (let step = 0; step < steps; step++) {
      for (const [r, batchInto] of batches.entries()) {
        const row = (step * R + r) * B;
        batchInto(x.subarray(row * D, (row + B) * D), y.subarray(row * TASKS, (row + B) * TASKS), from + step);
      }
    }
    return { x: this.#tf.tensor(x, [steps, R, B, D]), y: this.#tf.tensor(y, [steps, R, B, TASKS]) };
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
    const tensors = this.#masks.map((mask): [string, Tensor] => {
      const size = sizeOf(mask.shape);
      const factors = new Float32Array(steps * size);
      for (let step = 0; step < steps; step++)
        this.#maskSource.fill(factors.subarray(step * size, (step + 1) * size), mask, from + step);
      return [mask.name, this.#tf.tensor(factors, [steps, ...mask.shape])];
    });
    return Object.fromEntries(tensors);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
