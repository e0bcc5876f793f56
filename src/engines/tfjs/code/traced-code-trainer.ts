import type { RowSet } from "../../../data/streams.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Run } from "../../engine.ts";
import type { Group } from "../groups.ts";
import type { Tf } from "../tf.ts";
import type { Program } from "../trace/program.ts";
import type { GroupFeed } from "../traced/group-feeds.ts";
import { stateNames } from "../traced/in-place.ts";
import { TracedLoops } from "../traced/traced-loops.ts";
import type { LossSums, Trainer } from "../trainer.ts";
import { parameterNames } from "./code-program.ts";
import { separatedCode } from "./code-trainer.ts";
import { initialCode } from "./initial-values.ts";
import type { LoadedCode } from "./load-code.ts";

/** Trains one run of a model in JavaScript by traced steps. Sets, parameters and optimizer state stay on the device. */
export class TracedCodeTrainer implements Trainer {
  readonly #tf: Tf;
  readonly #program: Program;
  readonly #loaded: LoadedCode;
  readonly #loops: TracedLoops;
  readonly labelCorrelations: readonly (readonly number[])[];

  /** `program` is that of the run's shape; it serves one trainer at a time. */
  constructor(tf: Tf, program: Program, group: Group<CodeModel>, loaded: LoadedCode, feed: GroupFeed) {
    this.#tf = tf;
    this.#program = program;
    this.#loaded = loaded;
    this.labelCorrelations = feed.labelCorrelations;
    this.#begin(group.runs[0] as Run<CodeModel>);
    this.#loops = new TracedLoops(tf, program, group, feed);
  }

  /** Sets the parameters, and the optimizer's moments to 0. */
  #begin(run: Run<CodeModel>): void {
    const tf = this.#tf;
    const values = initialCode(run, this.#loaded);
    tf.tidy(() => {
      const parameters = separatedCode(tf, this.#loaded, tf.tensor1d(values));
      for (const [i, tensor] of parameters.entries()) {
        const [name, ...others] = stateNames(run.training.optimizer, parameterNames(this.#loaded)[i] as string);
        const zeros = others.map((other) => [other, tf.zeros(tensor.shape)] as const);
        this.#program.assign({ [name as string]: tensor, ...Object.fromEntries(zeros) });
      }
    });
  }

  train(from: number, to: number): Promise<Float32Array> {
    return this.#loops.train(from, to);
  }

  lossSums(set: RowSet, from: number, to: number): Promise<LossSums> {
    return this.#loops.lossSums(set, from, to);
  }

  parameters(): Float32Array[] {
    const tf = this.#tf;
    const tensors = this.#program.read(...parameterNames(this.#loaded));
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
