import type { TaskSettings } from "../../../data/task-kinds.ts";
import { MachineError, machineError } from "../../../machine-error.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { Hooks, Run } from "../../engine.ts";
import type { Pace } from "../../pace.ts";
import { trainGroup } from "../../train-group.ts";
import type { Trainer } from "../../trainer.ts";
import type { Tf } from "../tf.ts";
import type { GroupFeeds } from "../traced/group-feeds.ts";
import type { ProgramOptions } from "../traced/training-program.ts";
import { isOutOfMemory } from "../train-in-groups.ts";
import { checkCode } from "./check-code.ts";
import { drawsOf } from "./code-program.ts";
import { CodeTrainer } from "./code-trainer.ts";
import { type LoadedCode, loadCode } from "./load-code.ts";
import type { DrawnNumbers } from "./messages.ts";
import { TracedCode } from "./traced-code.ts";

/** What traced steps take. */
interface CodeTracing extends ProgramOptions {
  readonly feeds: GroupFeeds;
  /** Told why a model is not traced, once. */
  readonly note: (line: string) => void;
}

/** Rows on which it is counted what a step draws. */
const [FEW, MORE] = [3, 7];

/** Trains models in JavaScript: run after run, each alone, so that none can touch another's numbers. */
export class CodeTraining {
  readonly #tf: Tf;
  readonly #traced: TracedCode | undefined;

  /** `traced`: what traced steps take; without, operations are called one by one. */
  constructor(tf: Tf, traced?: CodeTracing) {
    this.#tf = tf;
    this.#traced = traced && new TracedCode(tf, traced.feeds, traced);
  }

  /** Loads models and tries them. Throws UsageError for what is no model. */
  async prepare(models: readonly CodeModel[]): Promise<void> {
    for (const model of models) await checkCode(this.#tf, await loadCode(model));
  }

  /** What a traced step of a model is fed of random numbers; those of a step call by call are gone after their use. */
  async drawn(model: CodeModel): Promise<DrawnNumbers> {
    if (this.#traced === undefined) return { fixed: 0, perRow: 0 };
    const loaded = await loadCode(model);
    const kinds = model.outputs?.map((classes): TaskSettings => {
      return classes > 1 ? { kind: "categorical", weight: 1, classes } : { kind: "regression", weight: 1 };
    });
    const numbers = (rows: number) =>
      drawsOf(this.#tf, loaded, rows, kinds).reduce(
        (sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1),
        0,
      );
    const perRow = (numbers(MORE) - numbers(FEW)) / (MORE - FEW);
    return { fixed: numbers(FEW) - FEW * perRow, perRow };
  }

  /** Each run has a module of its own. Throws UsageError for what its code does wrong. */
  async train(runs: readonly Run<CodeModel>[], hooks: Hooks, device: string): Promise<void> {
    for (const run of runs) {
      if (hooks.signal?.aborted || hooks.noMore?.aborted) return;
      hooks.onBegin?.([run]);
      await this.#trainOne(run, await loadCode(run.model), hooks, device);
    }
  }

  async #trainOne(run: Run<CodeModel>, loaded: LoadedCode, hooks: Hooks, device: string): Promise<void> {
    const create = (_: unknown, pace: Pace) => this.#trainer(run, loaded, pace);
    const onResult: Hooks["onResult"] = (result) => hooks.onResult({ ...result, parameterCount: loaded.size });
    try {
      await trainGroup(create, { runs: [run], places: [0] }, { ...hooks, onResult }, device);
    } catch (error) {
      if (isOutOfMemory(error)) throw new MachineError("memory", `run ${run.id} alone does not fit in it`);
      throw machineError(error) ?? error;
    }
  }

  /** Undefined once stopped. */
  async #trainer(run: Run<CodeModel>, loaded: LoadedCode, pace: Pace): Promise<Trainer | undefined> {
    const traced = this.#traced ? await this.#traced.trainer(run, loaded, pace) : "untraceable";
    if (traced !== "untraceable") return traced;
    await pace.rest();
    return pace.stopped ? undefined : new CodeTrainer(this.#tf, run, loaded);
  }

  /** Frees what is kept on the device for later runs. */
  free(): void {
    this.#traced?.free();
  }
}
