import { MachineError, machineError } from "../../../machine-error.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Hooks, Run } from "../../engine.ts";
import type { Pace } from "../pace.ts";
import type { Tf } from "../tf.ts";
import type { GroupFeeds } from "../traced/group-feeds.ts";
import type { ProgramOptions } from "../traced/training-program.ts";
import { trainGroup } from "../train-group.ts";
import { isOutOfMemory } from "../train-in-groups.ts";
import type { Trainer } from "../trainer.ts";
import { checkCode } from "./check-code.ts";
import { CodeTrainer } from "./code-trainer.ts";
import { type LoadedCode, loadCode, sizeOf } from "./load-code.ts";
import { TracedCode } from "./traced-code.ts";

/** What traced steps take. */
interface CodeTracing extends ProgramOptions {
  readonly feeds: GroupFeeds;
  /** Told why a model is not traced, once. */
  readonly note: (line: string) => void;
}

/** Trains models in JavaScript: run after run, each alone, so that none can touch another's numbers. */
export class CodeTraining {
  readonly #tf: Tf;
  readonly #loaded = new Map<string, LoadedCode>();
  readonly #traced: TracedCode | undefined;

  /** `traced`: what traced steps take; without, operations are called one by one. */
  constructor(tf: Tf, traced?: CodeTracing) {
    this.#tf = tf;
    const loadedOf = (model: CodeModel) => this.#of(model);
    this.#traced = traced && new TracedCode(tf, traced.feeds, { loadedOf, ...traced });
  }

  /** Loads models and tries them, each once. */
  async prepare(models: readonly CodeModel[]): Promise<void> {
    for (const model of models) {
      const key = JSON.stringify(model);
      if (this.#loaded.has(key)) continue;
      const loaded = await loadCode(model);
      checkCode(this.#tf, loaded);
      this.#loaded.set(key, loaded);
    }
  }

  /** The number of a prepared model's parameters, and of what it keeps beside them. */
  size(model: CodeModel): number {
    const { parameters, state } = this.#of(model);
    return sizeOf(parameters) + sizeOf(state);
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
    const create = (_: unknown, pace: Pace) => this.#trainer(run, pace);
    const onResult: Hooks["onResult"] = (result) => hooks.onResult({ ...result, parameterCount: loaded.size });
    try {
      await trainGroup(create, { runs: [run], places: [0] }, { ...hooks, onResult }, device);
    } catch (error) {
      if (isOutOfMemory(error)) throw new MachineError("memory", `run ${run.id} alone does not fit in it`);
      throw machineError(error) ?? error;
    }
  }

  /** Undefined once stopped. */
  async #trainer(run: Run<CodeModel>, pace: Pace): Promise<Trainer | undefined> {
    const traced = this.#traced ? await this.#traced.trainer(run, pace) : "untraceable";
    if (traced !== "untraceable") return traced;
    await pace.rest();
    return pace.stopped ? undefined : new CodeTrainer(this.#tf, run, this.#of(run.model));
  }

  /** Frees what is kept on the device for later runs. */
  free(): void {
    this.#traced?.free();
  }

  #of(model: CodeModel): LoadedCode {
    const loaded = this.#loaded.get(JSON.stringify(model));
    if (loaded === undefined) throw new RangeError(`model ${model.name}: expected a prepared model`);
    return loaded;
  }
}
