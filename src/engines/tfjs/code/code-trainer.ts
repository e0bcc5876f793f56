import type { Tensor } from "@tensorflow/tfjs-core";
import { pairCorrelations } from "../../../data/label-correlation.ts";
import type { RowSet } from "../../../data/streams.ts";
import type { Rows } from "../../../data/task-set.ts";
import type { Quantities } from "../../../diagnostics/quantities.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Diagnosing, Predictions } from "../../diagnosing.ts";
import type { Run } from "../../engine.ts";
import { type Feed, feedOf } from "../../rows/feed.ts";
import { lossUnits } from "../../task-losses.ts";
import type { LossSums, Trainer } from "../../trainer.ts";
import type { Heeds } from "../../training-settings.ts";
import { heldSteps, readSums } from "../held-steps.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import { slicedRows } from "../model/batch.ts";
import { DrawSource } from "../model/draws.ts";
import { heldoutPredictions } from "../model/heldout.ts";
import type { LossRule } from "../model/losses.ts";
import type { Batch } from "../model/objective.ts";
import { initialState, ratesAt, type TrainingState, updated } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import { initialCode } from "./initial-values.ts";
import type { Declared, LoadedCode } from "./load-code.ts";
import { codeLosses, codeStep } from "./objective.ts";
import { type CodeValues, predictCode } from "./predict.ts";
import { codeDiagnosing, codeQuantities, MEASURED_ROWS } from "./quantities.ts";
import { drawingAt } from "./step-random.ts";

/** The settings that this path reads. */
export const HEEDS: Heeds = {
  ...{ trainRows: true, sampling: true, batch: true, steps: true, optimizer: true, lr: true, method: false },
  ...{
    huberDelta: true,
    arithmetic: false,
    initializer: true,
    evalEvery: true,
    heldoutRows: true,
    validationRows: true,
    taskKinds: true,
  },
};

/** Trains one run of a model in JavaScript: the parameters are one tensor [P], cut up where the code reads them. */
export class CodeTrainer implements Trainer {
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly diagnosing: Diagnosing | undefined;
  readonly #tf: Tf;
  readonly #run: Run<CodeModel>;
  readonly #loaded: LoadedCode;
  readonly #feed: Feed;
  /** Rows of a batch; each batch overwrites them. */
  readonly #rows: Rows;
  readonly #rule: LossRule;
  readonly #draws: DrawSource;
  #optimized: TrainingState;
  /** The model's own. */
  #state: Tensor[];

  constructor(tf: Tf, run: Run<CodeModel>, loaded: LoadedCode) {
    const { model, training } = run;
    this.#tf = tf;
    this.#run = run;
    this.#loaded = loaded;
    this.#feed = feedOf(run);
    this.#draws = new DrawSource(run);
    this.diagnosing = codeDiagnosing(run, loaded, () => this.#quantities());
    const { train, heldout } = this.#feed.sets;
    this.labelCorrelations = [pairCorrelations((train ?? heldout).y, model.tasks)];
    const { batch: B, huberDelta, taskKinds: tasks } = training;
    const units = tasks && lossUnits(run, train?.y);
    this.#rule = { huberDelta, tasks, lossUnits: units && tf.tensor2d(units, [1, model.tasks]) };
    this.#rows = { x: new Float32Array(B * model.inputs), y: new Float32Array(B * model.tasks) };
    const values = initialCode(run, loaded);
    this.#optimized = tf.tidy(() => initialState(tf, training.optimizer, tf.tensor1d(values)));
    this.#state = tf.tidy(() => namedTensors(tf, loaded.state, initialCode(run, loaded, "state")));
  }

  train(from: number, to: number): Promise<Float32Array> {
    return heldSteps(this.#tf, from, to, (step) => this.#step(step));
  }

  /** One update; the losses before it, [K]. */
  #step(step: number): Tensor {
    const tf = this.#tf;
    const { optimizer, lr } = this.#run.training;
    const before = this.#optimized;
    this.#feed.batchInto(this.#rows.x, this.#rows.y, step);
    const after = tf.tidy(() => {
      const batch = this.#batchOf(this.#rows);
      const drawing = drawingAt(tf, this.#draws, step);
      const { gradients, ...others } = codeStep(tf, this.#loaded, this.#values(), batch, { rule: this.#rule, drawing });
      const flat = tf.concat(gradients.map((gradient) => tf.reshape(gradient, [-1])));
      return { ...others, optimized: updated(tf, before, flat, ratesAt(optimizer, lr, step)) };
    });
    tf.dispose([before, this.#state]);
    this.#optimized = after.optimized;
    this.#state = after.state;
    return after.losses;
  }

  #values(): CodeValues {
    const { parameters } = this.#loaded;
    return { parameters: namedTensors(this.#tf, parameters, this.#optimized.parameters), state: this.#state };
  }

  /** Rows as x [B, D] and y [B, K]. */
  #batchOf({ x, y }: Rows): Batch {
    const { inputs: D, tasks: K } = this.#run.model;
    return { x: this.#tf.tensor(x, [x.length / D, D]), y: this.#tf.tensor(y, [y.length / K, K]) };
  }

  lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const tf = this.#tf;
    const { model } = this.#run;
    const end = Math.min(to, from + EVALUATED_ROWS);
    const sums = tf.tidy(() => {
      const batch = this.#batchOf(slicedRows(this.#feed.sets[set] as Rows, model, from, end));
      return tf.sum(codeLosses(tf, this.#loaded, this.#values(), batch, this.#rule), 0);
    });
    return readSums(sums, end);
  }

  #quantities(): Quantities {
    const tf = this.#tf;
    const { model, training } = this.#run;
    const rows = slicedRows(this.#feed.sets.heldout, model, 0, Math.min(MEASURED_ROWS, training.heldoutRows));
    return tf.tidy(() => codeQuantities(tf, this.#loaded, this.#batchOf(rows).x, this.#values()));
  }

  heldout(): Predictions[] {
    const { heldout } = this.#feed.sets;
    const predict = (x: Tensor) => predictCode(this.#tf, this.#loaded, x, this.#values()).outputs;
    return [heldoutPredictions(this.#tf, heldout, this.#run.model, predict)];
  }

  parameters(): Float32Array[] {
    return [this.#optimized.parameters.dataSync<"float32">().slice()];
  }

  dispose(): void {
    this.#tf.dispose([this.#optimized, this.#state, this.#rule.lossUnits ?? []]);
  }
}

/** All values in a row, [P] → a tensor for each name, of its shape. */
export function namedTensors(tf: Tf, declared: readonly Declared[], whole: Tensor | Float32Array): Tensor[] {
  if (declared.length === 0) return [];
  return tf.tidy(() => {
    const sizes = declared.map(({ size }) => size);
    const parts = tf.split(whole instanceof Float32Array ? tf.tensor1d(whole) : whole, sizes);
    return declared.map(({ shape }, i) => tf.reshape(parts[i] as Tensor, [...shape]));
  });
}
