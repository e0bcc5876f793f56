import type { Tensor } from "@tensorflow/tfjs";
import { TASKS } from "../../data/settings.ts";
import type { Rows } from "../../data/task-pair.ts";
import { initialParameters, type Run } from "../engine.ts";
import { dropoutOf } from "./dropout.ts";
import type { Dropout } from "./forward.ts";
import { type Batch, lossesAndGradients, taskLosses } from "./objective.ts";
import { initialState, type TrainingState, updated } from "./optimizer.ts";
import { pack, unpack } from "./pack.ts";
import type { Tf } from "./tf.ts";

/** Parameters and optimizer state of R runs of one model and one setting, and the losses not read back yet. */
export class Group {
  readonly #tf: Tf;
  readonly #run: Run;
  readonly #R: number;
  readonly #dropout: (step: number) => Dropout | undefined;
  #state: TrainingState;
  #losses: Tensor[] = [];

  constructor(tf: Tf, runs: readonly Run[]) {
    this.#tf = tf;
    this.#run = runs[0] as Run;
    this.#R = runs.length;
    this.#dropout = dropoutOf(tf, runs);
    const { model, training } = this.#run;
    this.#state = tf.tidy(() => initialState(tf, training.optimizer, pack(tf, model, runs.map(initialParameters))));
  }

  /** One update on x [R, B, D], y [R, B, K]. */
  step({ x, y }: Rows, step: number): void {
    const tf = this.#tf;
    const { model, training } = this.#run;
    const before = this.#state;
    const [state, losses] = tf.tidy(() => {
      const batch = this.#batch(x, y, training.batch);
      const { losses, gradients } = lossesAndGradients(tf, model, before.parameters, batch, this.#dropout(step));
      return [updated(tf, before, gradients, { ...training, step }), losses] as [TrainingState, Tensor];
    });
    tf.dispose(before);
    this.#state = state;
    this.#losses.push(losses);
  }

  /** Losses of the steps since it was last called, before their updates: [steps, R, K]. */
  async takeLosses(): Promise<Float32Array> {
    const stacked = this.#tf.stack(this.#losses);
    this.#tf.dispose(this.#losses);
    this.#losses = [];
    const values = await stacked.data<"float32">();
    stacked.dispose();
    return values;
  }

  /** Sums over rows [from, to) of each replica's set of the squared errors by task, [R, K]. */
  async squaredErrors(sets: readonly Rows[], from: number, to: number): Promise<Float32Array> {
    const tf = this.#tf;
    const { model } = this.#run;
    const x = joined(sets.map((set) => set.x.subarray(from * model.inputs, to * model.inputs)));
    const y = joined(sets.map((set) => set.y.subarray(from * TASKS, to * TASKS)));
    const sums = tf.tidy(() =>
      tf.mul(taskLosses(tf, model, this.#state.parameters, this.#batch(x, y, to - from)), to - from),
    );
    const values = await sums.data<"float32">();
    sums.dispose();
    return values;
  }

  /** Parameters of each replica in canonical order. */
  parameters(): Float32Array[] {
    return unpack(this.#run.model, this.#state.parameters);
  }

  dispose(): void {
    this.#tf.dispose([this.#state, this.#losses]);
  }

  #batch(x: Float32Array, y: Float32Array, rows: number): Batch {
    return {
      x: this.#tf.tensor(x, [this.#R, rows, this.#run.model.inputs]),
      y: this.#tf.tensor(y, [this.#R, rows, TASKS]),
    };
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
