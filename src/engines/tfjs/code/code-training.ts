import { MachineError, machineError } from "../../../machine-error.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Hooks, Run } from "../../engine.ts";
import type { Pace } from "../pace.ts";
import type { Tf } from "../tf.ts";
import { trainGroup } from "../train-group.ts";
import { isOutOfMemory } from "../train-in-groups.ts";
import { checkCode } from "./check-code.ts";
import { CodeTrainer } from "./code-trainer.ts";
import { type LoadedCode, loadCode } from "./load-code.ts";

/** Trains models in JavaScript: run after run, each alone, so that none can touch another's numbers. */
export class CodeTraining {
  readonly #tf: Tf;
  readonly #loaded = new Map<string, LoadedCode>();

  constructor(tf: Tf) {
    this.#tf = tf;
  }

  /** Loads models and tries them, each once. */
  async prepare(models: readonly CodeModel[]): Promise<void> {
    for (const model of models) {
      const key = JSON.stringify(model);
      if (this.#loaded.has(key)) continue;
      const loaded = await loadCode(model);
      checkCode(this.#tf, model, loaded);
      this.#loaded.set(key, loaded);
    }
  }

  /** The number of a prepared model's parameters. */
  size(model: CodeModel): number {
    return this.#of(model).size;
  }

  async train(runs: readonly Run<CodeModel>[], hooks: Hooks, device: string): Promise<void> {
    for (const run of runs) {
      if (hooks.signal?.aborted || hooks.noMore?.aborted) return;
      hooks.onBegin?.([run]);
      await this.#trainOne(run, hooks, device);
    }
  }

  async #trainOne(run: Run<CodeModel>, hooks: Hooks, device: string): Promise<void> {
    const loaded = this.#of(run.model);
    const create = async (_: unknown, pace: Pace) => {
      await pace.rest();
      return pace.stopped ? undefined : new CodeTrainer(this.#tf, run, loaded);
    };
    const onResult: Hooks["onResult"] = (result) => hooks.onResult({ ...result, parameterCount: loaded.size });
    try {
      await trainGroup(create, { runs: [run], places: [0] }, { ...hooks, onResult }, device);
    } catch (error) {
      if (isOutOfMemory(error)) throw new MachineError("memory", `run ${run.id} alone does not fit in it`);
      throw machineError(error) ?? error;
    }
  }

  #of(model: CodeModel): LoadedCode {
    const loaded = this.#loaded.get(JSON.stringify(model));
    if (loaded === undefined) throw new RangeError(`model ${model.name}: expected a prepared model`);
    return loaded;
  }
}
