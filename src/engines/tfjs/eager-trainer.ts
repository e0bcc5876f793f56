import type { Tensor } from "@tensorflow/tfjs-core";
import { pairCorrelations } from "../../data/label-correlation.ts";
import type { RowSet } from "../../data/streams.ts";
import type { Rows } from "../../data/task-set.ts";
import type { Predictions, Run } from "../engine.ts";
import { initialParameters } from "../initial-parameters.ts";
import { type Feed, feedOf } from "../rows/row-source.ts";
import { lossUnits } from "../task-losses.ts";
import type { LossSums, Trainer } from "../trainer.ts";
import { HELD_MS, type Yielder } from "../yielder.ts";
import type { Group } from "./groups.ts";
import { EVALUATED_ROWS } from "./memory.ts";
import { predictReplica } from "./model/forward.ts";
import { batchOf, heldoutPredictions, slicedRows } from "./model/heldout.ts";
import type { LossRule } from "./model/losses.ts";
import { chanceBy, type Mask, MaskSource, masksOf } from "./model/masks.ts";
import type { Method, MethodState } from "./model/method.ts";
import { initialMethodState, methodRatesAt, methodStep } from "./model/method-step.ts";
import { methodOf } from "./model/methods.ts";
import { type Batch, batchLosses, lossesAndGradients, type Objective, predictionLosses } from "./model/objective.ts";
import { followed, initialState, type TrainingState } from "./model/optimizer.ts";
import { joined, pack, separated, unpack } from "./model/pack.ts";
import type { Tf } from "./tf.ts";

/**
 * A trainer of a group of one model at one learning rate; undefined once stopped. Lets the event loop run after each
 * run's rows.
 */
export async function eagerTrainer(tf: Tf, { runs }: Group, yielder: Yielder): Promise<EagerTrainer | undefined> {
  const feeds: Feed[] = [];
  for (const run of runs) {
    if (yielder.stopped) return undefined;
    feeds.push(feedOf(run));
    await yielder.rest();
  }
  return yielder.stopped ? undefined : new EagerTrainer(tf, runs, feeds);
}

/** Calls tfjs's operations one by one, on any backend, for runs of one model. */
class EagerTrainer implements Trainer {
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly #tf: Tf;
  readonly #run: Run;
  readonly #feeds: readonly Feed[];
  readonly #masks: readonly Mask[];
  readonly #maskSource: MaskSource;
  /** Rows of a batch; each batch overwrites them. */
  readonly #rows: Rows;
  readonly #rule: LossRule;
  readonly #method: Method | undefined;
  #state: TrainingState;
  #methodState: MethodState;

  /** `feeds`: one for each run. */
  constructor(tf: Tf, runs: readonly Run[], feeds: readonly Feed[]) {
    const run = runs[0];
    const { model, training } = run;
    this.#tf = tf;
    this.#run = run;
    this.#feeds = feeds;
    this.labelCorrelations = feeds.map(({ sets: { train, heldout } }) =>
      pairCorrelations((train ?? heldout).y, model.tasks),
    );
    const { huberDelta, taskKinds: tasks } = training;
    const units = tasks && runs.flatMap(lossUnits);
    this.#rule = { huberDelta, tasks, lossUnits: units && tf.tensor2d(units, [runs.length, model.tasks]) };
    this.#masks = masksOf(model, runs.length, training.batch, 0, training.method);
    this.#maskSource = new MaskSource(runs);
    const rows = runs.length * training.batch;
    this.#rows = { x: new Float32Array(rows * model.inputs), y: new Float32Array(rows * model.tasks) };
    this.#state = tf.tidy(() => {
      const parameters = joined(tf, pack(tf, model, runs.map(initialParameters)));
      return initialState(tf, training.optimizer, parameters);
    });
    this.#method = methodOf(training.method);
    this.#methodState = this.#method
      ? initialMethodState(tf, this.#method, training.optimizer, [runs.length, model.tasks])
      : {};
  }

  train(from: number, to: number): Promise<Float32Array> {
    return heldSteps(this.#tf, from, to, (step) => this.#step(step));
  }

  /** One update; the losses before it, [R, K]. */
  #step(step: number): Tensor {
    const before = [this.#state, this.#methodState];
    const [state, methodState, losses] = this.#tf.tidy(() => this.#after(step));
    this.#tf.dispose(before);
    this.#state = state;
    this.#methodState = methodState;
    return losses;
  }

  /** The states after an update, and the losses before it. */
  #after(step: number): [TrainingState, MethodState, Tensor] {
    const tf = this.#tf;
    const { model: spec, training } = this.#run;
    const objective = this.#objectiveAt(step);
    const parameters = separated(tf, spec, this.#state.parameters);
    const batch = this.#batchAt(step);
    const follow = (gradients: readonly Tensor[]) => followed(tf, this.#state, joined(tf, gradients), training, step);
    if (!this.#method) {
      const { losses, gradients } = lossesAndGradients(tf, spec, parameters, batch, objective);
      return [follow(gradients), {}, losses];
    }
    const ofMethod = { state: this.#methodState, rates: methodRatesAt(this.#method, training, step) };
    const { losses, gradients, next } = methodStep(tf, this.#method, {
      spec,
      parameters,
      batch,
      objective,
      ...ofMethod,
    });
    const state = follow(gradients);
    const methodState = next(() => batchLosses(tf, spec, separated(tf, spec, state.parameters), batch, objective));
    return [state, methodState, losses];
  }

  #batchAt(step: number): Batch {
    const { x, y } = this.#rows;
    const [xSize, ySize] = [x.length / this.#feeds.length, y.length / this.#feeds.length];
    for (const [r, feed] of this.#feeds.entries())
      feed.batchInto(x.subarray(r * xSize, (r + 1) * xSize), y.subarray(r * ySize, (r + 1) * ySize), step);
    return batchOf(this.#tf, [this.#rows], this.#run.model, this.#feeds.length);
  }

  #objectiveAt(step: number): Objective {
    const masks = this.#masks.map((mask) => {
      const values = new Float32Array(mask.shape.reduce((product, n) => product * n, 1));
      this.#maskSource.fill(values, mask, step);
      return [mask.name, this.#tf.tensor(values, [...mask.shape])] as const;
    });
    return { ...this.#rule, ...chanceBy(this.#tf, Object.fromEntries(masks), this.#run.model) };
  }

  lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    const tf = this.#tf;
    const { model } = this.#run;
    const end = Math.min(to, from + EVALUATED_ROWS);
    const rows = this.#feeds.map(({ sets }) => slicedRows(sets[set] as Rows, model, from, end));
    const sums = tf.tidy(() => {
      const batch = batchOf(tf, rows, model, rows.length);
      const parameters = separated(tf, model, this.#state.parameters);
      return tf.sum(predictionLosses(tf, model, parameters, batch, this.#rule), 1);
    });
    return readSums(sums, end);
  }

  heldout(): Predictions[] {
    const tf = this.#tf;
    const { model } = this.#run;
    const all = tf.tidy(() => separated(tf, model, this.#state.parameters));
    const predictions = this.#feeds.map(({ sets }, r) =>
      heldoutPredictions(tf, sets.heldout, model, (x) => predictReplica(tf, model, all, r, x)),
    );
    tf.dispose(all);
    return predictions;
  }

  parameters(): Float32Array[] {
    const { model } = this.#run;
    const tensors = separated(this.#tf, model, this.#state.parameters);
    const parameters = unpack(model, tensors);
    this.#tf.dispose(tensors);
    return parameters;
  }

  dispose(): void {
    this.#tf.dispose([this.#state, this.#methodState, this.#rule.lossUnits ?? []]);
  }
}

/**
 * Takes the steps `from` to `to`, or fewer if they hold the event loop for long. Gives the losses that `step` returns, and
 * disposes of them: [steps taken, ...].
 */
async function heldSteps(tf: Tf, from: number, to: number, step: (step: number) => Tensor): Promise<Float32Array> {
  const began = performance.now();
  const losses: Tensor[] = [];
  try {
    for (let at = from; at <= to; at++) {
      losses.push(step(at));
      if (performance.now() - began > HELD_MS) break;
    }
    const stacked = tf.stack(losses);
    const values = await stacked.data<"float32">();
    stacked.dispose();
    return values;
  } finally {
    tf.dispose(losses);
  }
}

/** Reads the sums of the losses up to row `to`, and frees them. */
async function readSums(sums: Tensor, to: number): Promise<LossSums> {
  const values = await sums.data<"float32">();
  sums.dispose();
  return { sums: values, to };
}
