import { pairsOf } from "../../../data/correlation-matrix.ts";
import { UsageError } from "../../../errors.ts";
import { MachineError } from "../../../machine-error.ts";
import type { CodeModel } from "../../../models/code.ts";
import type { CodeFiles } from "../../../models/code-files.ts";
import type { Hooks, Run, RunResult } from "../../engine.ts";
import { ChildPool } from "./child-pool.ts";
import type { CodeChild } from "./code-child.ts";
import { loadedBy, PATIENCE, type Patience, unchanged } from "./describe-code.ts";
import type { CodeTrainingOptions, Described, Order } from "./messages.ts";

interface CodeCrewOptions {
  readonly training: CodeTrainingOptions;
  /** Runs that train at once, each in a process. */
  readonly places: number;
  readonly patience?: Partial<Patience> | undefined;
  readonly note: (line: string) => void;
}

/** A model that was loaded and tried. */
interface Prepared extends Described {
  readonly code: CodeFiles;
}

/** After as many runs in a row that a model itself ended, its others are not begun. */
const MOST_BROKEN = 3;
/** A run is given up when this many processes have died of it. */
const MOST_DEATHS = 3;

/** Processes that train models in JavaScript: one runs the code of one model, one run after the other. */
export class CodeCrew {
  readonly #options: CodeCrewOptions;
  readonly #patience: Patience;
  readonly #prepared = new Map<string, Prepared>();
  readonly #pool: ChildPool;

  constructor(options: CodeCrewOptions) {
    this.#options = options;
    this.#patience = { ...PATIENCE, ...options.patience };
    this.#pool = new ChildPool(options, this.#patience);
  }

  /** Loads models and tries them, each once. Throws UsageError for one that is none, or whose files have changed. */
  async prepare(models: readonly CodeModel[], signal?: AbortSignal): Promise<void> {
    await this.#until(signal, async () => {
      for (const model of models) {
        const key = JSON.stringify(model);
        if (this.#prepared.has(key) || signal?.aborted) continue;
        const code = unchanged(model);
        await this.#pool.use(model, code, async (child) => {
          const described = await loadedBy(child, this.#patience);
          await child.ask({ try: true }, { doing: "is tried", silentMs: this.#patience.try });
          this.#prepared.set(key, { ...described, code });
        });
      }
    });
  }

  /** What a prepared model declares. */
  described(model: CodeModel): Described {
    return this.#of(model);
  }

  /** Trains runs of prepared models. What a model does wrong fails its run. */
  async train(runs: readonly Run<CodeModel>[], hooks: Hooks): Promise<void> {
    const queue = [...runs];
    const broken = new Map<string, number>();
    const work = async () => {
      while (!hooks.signal?.aborted && !hooks.noMore?.aborted) {
        const run = queue.shift();
        if (run === undefined) return;
        hooks.onBegin?.([run]);
        if (hooks.signal?.aborted) return; // by that hook
        await this.#trainOne(run, broken, hooks);
      }
    };
    const places = Math.min(this.#options.places, runs.length);
    await this.#until(hooks.signal, async () => {
      const ends = await Promise.allSettled(Array.from({ length: places }, work));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    });
  }

  /** Does `work`; when the signal aborts, its processes end at once, and what it throws then is no error. */
  async #until(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    const stop = () => this.#pool.killBusy();
    signal?.addEventListener("abort", stop);
    try {
      if (!signal?.aborted) await work();
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async #trainOne(run: Run<CodeModel>, broken: Map<string, number>, hooks: Hooks): Promise<void> {
    const began = performance.now();
    const { name } = run.model;
    const fail = (failure: string) => hooks.onResult(this.#failed(run, failure, performance.now() - began));
    const before = broken.get(name) ?? 0;
    if (before >= MOST_BROKEN) return fail(`not begun: its model broke in ${MOST_BROKEN} runs before`);
    let result: RunResult | undefined;
    try {
      result = await this.#result(run, hooks);
    } catch (error) {
      if (hooks.signal?.aborted) return;
      if (!(error instanceof UsageError)) throw error;
      broken.set(name, before + 1);
      return fail(error.message.replace(`model ${name}: `, ""));
    }
    broken.set(name, 0);
    hooks.onResult(result);
  }

  /** By another process if one is ended from outside. */
  async #result(run: Run<CodeModel>, hooks: Hooks): Promise<RunResult> {
    const { model } = run;
    const { code } = this.#of(model);
    for (let deaths = 1; ; deaths++) {
      try {
        return await this.#pool.use(model, code, (child) => this.#trainedBy(child, run, hooks));
      } catch (error) {
        const died = error instanceof MachineError && error.trouble === "worker" && !hooks.signal?.aborted;
        if (!died || deaths === MOST_DEATHS) throw error;
        this.#options.note(`${error.what}; training its run again`);
      }
    }
  }

  async #trainedBy(child: CodeChild, run: Run<CodeModel>, hooks: Hooks): Promise<RunResult> {
    const { keepParameters = false } = hooks;
    const sent = withoutTable(run, child);
    const order: Order = { train: sent, keepParameters };
    const answer = await child.ask(order, {
      doing: "trains",
      silentMs: this.#patience.train,
      onProgress: (step, loss, processorMs) => hooks.onProgress?.(run, step, loss, processorMs),
    });
    return { ...(answer as Omit<RunResult, "run">), run };
  }

  #failed(run: Run<CodeModel>, failure: string, elapsedMs: number): RunResult {
    return {
      ...{ run, failure, elapsedMs, device: this.#options.training.device },
      curve: { steps: [], train: [], heldout: [] },
      labelCorrelations: pairsOf(run.model.tasks).map(() => Number.NaN),
      parameterCount: this.#of(run.model).size,
    };
  }

  #of(model: CodeModel): Prepared {
    const prepared = this.#prepared.get(JSON.stringify(model));
    if (prepared === undefined) throw new RangeError(`model ${model.name}: expected a prepared model`);
    return prepared;
  }

  async dispose(): Promise<void> {
    await this.#pool.dispose();
  }
}

/** Rows of a table are told once to a process. */
function withoutTable(run: Run<CodeModel>, child: CodeChild): Run<CodeModel> {
  if (run.correlation !== null || run.data.values === undefined) return run;
  const { values, ...data } = run.data;
  child.tellTable(data.sha256, values);
  return { ...run, data };
}
