import type { Tensor } from "@tensorflow/tfjs-core";
import { pairCorrelations } from "../../../data/label-correlation.ts";
import type { RowSet } from "../../../data/streams.ts";
import type { Rows } from "../../../data/task-set.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Run } from "../../engine.ts";
import { type Feed, feedOf } from "../feed/eager-feed.ts";
import { heldSteps } from "../held-steps.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import { slicedRows } from "../model/batch.ts";
import type { Batch } from "../model/objective.ts";
import { initialState, ratesAt, type TrainingState, updated } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import type { LossSums, Trainer } from "../trainer.ts";
import { initialCode } from "./initial-values.ts";
import type { LoadedCode } from "./load-code.ts";
import { codeGradients, codeLosses } from "./objective.ts";

/** Trains one run of a model in JavaScript: the parameters are one tensor [P], cut up where the code reads them. */
export class CodeTrainer implements Trainer {
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly #tf: Tf;
  readonly #run: Run<CodeModel>;
  readonly #loaded: LoadedCode;
  readonly #feed: Feed;
  /** Rows of a batch; each batch overwrites them. */
  readonly #rows: Rows;
  #state: TrainingState;

  constructor(tf: Tf, run: Run<CodeModel>, loaded: LoadedCode) {
    const { model, training } = run;
    this.#tf = tf;
    this.#run = run;
    this.#loaded = loaded;
    this.#feed = feedOf(run);
    const { train, heldout } = this.#feed.sets;
    this.labelCorrelations = [pairCorrelations((train ?? heldout).y, model.tasks)];
    const { batch: B } = training;
    this.#rows = { x: new Float32Array(B * model.inputs), y: new Float32Array(B * model.tasks) };
    const values = initialCode(run, loaded);
    this.#state = tf.tidy(() => initialState(tf, training.optimizer, tf.tensor1d(values)));
  }

  train(from: number, to: number): Promise<Float32Array> {
    return heldSteps(this.#tf, from, to, (step) => this.#step(step));
  }

  /** One update; the losses before it, [K]. */
  #step(step: number): Tensor {
    const tf = this.#tf;
    const { optimizer, lr, huberDelta } = this.#run.training;
    const before = this.#state;
    this.#feed.batchInto(this.#rows.x, this.#rows.y, step);
    const [state, losses] = tf.tidy(() => {
      const parameters = separatedCode(tf, this.#loaded, before.parameters);
      const batch = this.#batchOf(this.#rows);
      const { losses, gradients } = codeGradients(tf, this.#loaded, parameters, batch, huberDelta);
      const flat = tf.concat(gradients.map((gradient) => tf.reshape(gradient, [-1])));
      return [updated(tf, before, flat, ratesAt(optimizer, lr, step)), losses] as [TrainingState, Tensor];
    });
    tf.dispose(before);
    this.#state = state;
    return losses;
  }

  /** Rows as x [B, D] and y [B, K]. */
  #batchOf({ x, y }: Rows): Batch {
    const { inputs: D, tasks: K } = this.#run.model;
    return { x: this.#tf.tensor(x, [x.length / D, D]), y: this.#tf.tensor(y, [y.length / K, K]) };
  }

  async lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const tf = this.#tf;
    const { model, training } = this.#run;
    const end = Math.min(to, from + EVALUATED_ROWS);
    const sums = tf.tidy(() => {
      const batch = this.#batchOf(slicedRows(this.#feed.sets[set] as Rows, model, from, end));
      const parameters = separatedCode(tf, this.#loaded, this.#state.parameters);
      return tf.sum(codeLosses(tf, this.#loaded, parameters, batch, training.huberDelta), 0);
    });
    const values = await sums.data<"float32">();
    sums.dispose();
    return { sums: values, to: end };
  }

  parameters(): Float32Array[] {
    return [this.#state.parameters.dataSync<"float32">().slice()];
  }

  dispose(): void {
    this.#tf.dispose(this.#state);
  }
}

/** [P] → a tensor for each parameter, of its shape. */
export function separatedCode(tf: Tf, { parameters }: LoadedCode, whole: Tensor): Tensor[] {
  const parts = tf.split(
    whole,
    parameters.map(({ size }) => size),
  );
  return parameters.map(({ shape }, i) => tf.reshape(parts[i] as Tensor, [...shape]));
}
