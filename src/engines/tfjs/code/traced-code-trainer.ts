import type { Tensor } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import type { Rows } from "../../../data/task-set.ts";
import type { Quantities } from "../../../diagnostics/quantities.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Diagnosing, Predictions } from "../../diagnosing.ts";
import type { Run } from "../../engine.ts";
import { lossUnits } from "../../task-losses.ts";
import type { LossSums, Trainer } from "../../trainer.ts";
import type { Group } from "../groups.ts";
import { heldoutPredictions } from "../model/heldout.ts";
import type { Tf } from "../tf.ts";
import type { Program } from "../trace/program.ts";
import type { GroupFeed } from "../traced/group-feeds.ts";
import { stateNames } from "../traced/in-place.ts";
import { TracedLoops } from "../traced/traced-loops.ts";
import { declaredVariables, LOSS_UNITS } from "./code-program.ts";
import { namedTensors } from "./code-trainer.ts";
import { initialCode } from "./initial-values.ts";
import type { Kind, LoadedCode } from "./load-code.ts";
import { predictCode } from "./predict.ts";
import { codeDiagnosing, codeQuantities, MEASURED_ROWS } from "./quantities.ts";

/** Trains one run of a model in JavaScript by traced steps. Sets, parameters and optimizer state stay on the device. */
export class TracedCodeTrainer implements Trainer {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #loaded: LoadedCode;
  readonly #loops: TracedLoops;
  readonly #heldout: Rows;
  readonly labelCorrelations: readonly (readonly number[])[];
  readonly diagnosing: Diagnosing | undefined;

  /** `program` is that of the run's shape; it serves one trainer at a time. */
  constructor(tf: Tf, program: Program, group: Group<CodeModel>, loaded: LoadedCode, feed: GroupFeed) {
    this.#tf = tf;
    this.#program = program;
    this.#loaded = loaded;
    this.labelCorrelations = feed.labelCorrelations;
    const run = group.runs[0] as Run<CodeModel>;
    this.diagnosing = codeDiagnosing(run, loaded, () => this.#quantities());
    const [x, y] = [feed.sets["heldout/x"], feed.sets["heldout/y"]].map((set) => (set as Float32Array).slice());
    this.#heldout = { x: x as Float32Array, y: y as Float32Array };
    this.#begin(run);
    this.#describeLosses(run, feed.sets["train/y"] as Float32Array | undefined);
    this.#loops = new TracedLoops(tf, program, group, feed);
  }

  #describeLosses(run: Run<CodeModel>, labels: Float32Array | undefined): void {
    if (!run.training.taskKinds) return;
    const units = this.#tf.tensor2d(lossUnits(run, labels), [1, run.model.tasks]);
    this.#program.assign({ [LOSS_UNITS]: units });
    units.dispose();
  }

  /** Sets the parameters, the optimizer's moments to 0, and the model's state. */
  #begin(run: Run<CodeModel>): void {
    const tf = this.#tf;
    tf.tidy(() => {
      for (const [name, tensor] of this.#initial(run, "parameters")) {
        const [, ...moments] = stateNames(run.training.optimizer, name);
        const zeros = moments.map((moment) => [moment, tf.zeros(tensor.shape)] as const);
        this.#program.assign({ [name]: tensor, ...Object.fromEntries(zeros) });
      }
      for (const [name, tensor] of this.#initial(run, "state")) this.#program.assign({ [name]: tensor });
    });
  }

  /** Values by the names of variables. */
  #initial(run: Run<CodeModel>, kind: Kind): [string, Tensor][] {
    const values = namedTensors(this.#tf, this.#loaded[kind], initialCode(run, this.#loaded, kind));
    return declaredVariables(this.#loaded, kind).map((name, i) => [name, values[i] as Tensor]);
  }

  train(from: number, to: number): Promise<Float32Array> {
    return this.#loops.train(from, to);
  }

  lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    return this.#loops.lossSums(set, from, to);
  }

  /** Operation by operation: it is seldom measured. */
  #quantities(): Quantities {
    const tf = this.#tf;
    return tf.tidy(() => {
      const D = this.#loaded.model.inputs;
      const measured = this.#heldout.x.subarray(0, MEASURED_ROWS * D);
      const x = tf.tensor(measured, [measured.length / D, D]);
      return codeQuantities(tf, this.#loaded, x, { parameters: this.#read("parameters"), state: this.#read("state") });
    });
  }

  /** Operation by operation, as quantities. */
  heldout(): Predictions[] {
    const values = { parameters: this.#read("parameters"), state: this.#read("state") };
    const predict = (x: Tensor) => predictCode(this.#tf, this.#loaded, x, values).outputs;
    const predictions = heldoutPredictions(this.#tf, this.#heldout, this.#loaded.model, predict);
    this.#tf.dispose([values.parameters, values.state]);
    return [predictions];
  }

  #read(kind: Kind): Tensor[] {
    const names = declaredVariables(this.#loaded, kind);
    return names.length > 0 ? this.#program.read(...names) : [];
  }

  parameters(): Float32Array[] {
    const tf = this.#tf;
    const tensors = this.#read("parameters");
    const whole = new Float32Array(this.#loaded.size);
    let at = 0;
    for (const tensor of tensors) {
      whole.set(tensor.dataSync<"float32">(), at);
      at += tensor.size;
    }
    tf.dispose(tensors);
    return [whole];
  }

  /** Frees the sets; the program is the caller's. */
  dispose(): void {
    this.#loops.dispose();
  }
}
