import type { Tensor } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import type { Rows } from "../../../data/task-set.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import type { Predictions, Run } from "../../engine.ts";
import { initialParameters } from "../../initial-parameters.ts";
import { lossUnits } from "../../task-losses.ts";
import type { LossSums, Trainer } from "../../trainer.ts";
import { partAt } from "../feed/feed-arrays.ts";
import type { Group } from "../groups.ts";
import { methodOf } from "../methods/methods.ts";
import { predictReplica } from "../model/forward.ts";
import { heldoutPredictions } from "../model/heldout.ts";
import { pack, unpack } from "../model/pack.ts";
import type { Tf } from "../tf.ts";
import type { Program } from "../trace/program.ts";
import type { GroupFeed } from "./group-feeds.ts";
import { stateNames } from "./in-place.ts";
import { TracedLoops } from "./traced-loops.ts";
import { methodStateName, parameterNames, type TrainingShape, trainingShape } from "./training-shape.ts";

/** Trains models of the family by traced steps. Sets, parameters and optimizer state stay on the device. */
export class TracedTrainer implements Trainer {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #group: Group;
  readonly #shape: TrainingShape;
  /** Unit of each replica's parameters: its learning rate as a multiple of the first replica's, [R]. */
  readonly #units: readonly number[];
  readonly #loops: TracedLoops;
  readonly labelCorrelations: readonly (readonly number[])[];
  /** The held-out rows of all sources. */
  readonly #heldout: Rows;

  /** `program` is that of the group's shape; it serves one trainer at a time. */
  constructor(tf: Tf, program: Program, group: Group, feed: GroupFeed) {
    this.#tf = tf;
    this.#program = program;
    this.#group = group;
    this.#shape = trainingShape(group);
    const { lr: first } = (group.runs[0] as Run).training;
    this.#units = group.runs
      .slice(0, this.#shape.R)
      .map(({ training: { lr } }) => (this.#shape.ownRates ? lr / first : 1));
    this.labelCorrelations = feed.labelCorrelations;
    const { "heldout/x": x, "heldout/y": y } = feed.sets as Record<string, Float32Array>;
    this.#heldout = { x: x as Float32Array, y: y as Float32Array };
    tf.tidy(() => {
      this.#describeReplicas(feed);
      for (const m of group.models.keys()) this.#begin(m);
    });
    this.#loops = new TracedLoops(tf, program, group, feed);
  }

  #describeReplicas({ sets }: GroupFeed): void {
    const { R, tasks, kinds, sharedFeed, ownRates } = this.#shape;
    const { runs, sources, places } = this.#group;
    if (kinds) {
      const rows = sets["train/y"] as Float32Array | undefined;
      const of = sources.map((_, f) => rows && partAt(rows, f, sources.length));
      const units = places.flatMap((place, r) => lossUnits(runs[r] as Run, of[place]));
      this.#program.assign({ lossUnits: this.#tf.tensor2d(units, [R, tasks]) });
    }
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
    const ofMethod = Object.entries(methodOf(this.#shape.method)?.initial(optimizer) ?? {});
    for (const [name, value] of ofMethod)
      this.#program.assign({ [methodStateName(m, name)]: this.#tf.fill([R, this.#shape.tasks], value) });
  }

  train(from: number, to: number): Promise<Float32Array> {
    return this.#loops.train(from, to);
  }

  lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    return this.#loops.lossSums(set, from, to);
  }

  /** Operation by operation: it is seldom measured. */
  heldout(): Predictions[] {
    const tf = this.#tf;
    const { places, sources } = this.#group;
    const rowsOf = (place: number) => ({
      x: partAt(this.#heldout.x, place, sources.length),
      y: partAt(this.#heldout.y, place, sources.length),
    });
    const parameters = this.parameters();
    return this.#shape.models.flatMap((model, m) =>
      places.map((place, r) => {
        const own = pack(tf, model, [parameters[m * places.length + r] as Float32Array]);
        const predictions = heldoutPredictions(tf, rowsOf(place), model, (x) => predictReplica(tf, model, own, 0, x));
        tf.dispose(own);
        return predictions;
      }),
    );
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
    this.#loops.dispose();
  }
}
