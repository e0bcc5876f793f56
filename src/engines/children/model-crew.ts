import { pairsOf } from "../../data/correlation-matrix.ts";
import { UsageError } from "../../errors.ts";
import { MachineError } from "../../machine-error.ts";
import type { CodeModel } from "../../models/code.ts";
import type { Hooks, Run, RunResult } from "../engine.ts";
import { type Child, ChildPool } from "./child-pool.ts";

/** Runs of one model that a process trains at once: mostly one. */
export type Together = readonly [Run<CodeModel>, ...Run<CodeModel>[]];

/** How processes of one kind work: what a crew leaves to an engine. */
export interface Trade<C extends Child, P extends Prepared> {
  /** Throws UsageError for a model whose files have changed. */
  check(model: CodeModel): void;
  /** Starts a process. */
  start(model: CodeModel): C;
  /** Has a new process begin. */
  begin(child: C): Promise<void>;
  /** Loads the model and tries it. Throws UsageError for what is no model. */
  prepare(child: C, model: CodeModel): Promise<P>;
  /** Those of the runs to do, of prepared models, that train with the first of them; that alone if absent. */
  together?(queue: Together, hooks: Hooks): Together;
  /**
   * Trains runs of a prepared model together; gives nothing if the signal stopped it. Throws UsageError for what its code
   * does wrong.
   */
  train(child: C, runs: Together, hooks: Hooks): Promise<readonly RunResult[]>;
}

/** What is known of a model that was loaded and tried. */
export interface Prepared {
  /** How many parameters it has. */
  readonly size: number;
  /** What computes it. */
  readonly device: string;
}

interface CrewOptions {
  /** Runs that train at once, each in a process. */
  readonly places: number;
  readonly note: (line: string) => void;
}

/** After as many runs in a row that a model itself ended, its others are not begun. */
const MOST_BROKEN = 3;
/** How long runs have to be kept when they are stopped. */
const KEEP_MS = 1000;
/** A run is given up when this many processes have died of it. */
const MOST_DEATHS = 3;

/** Processes that train models in code: one runs the code of one model, one run after the other. */
export class ModelCrew<C extends Child, P extends Prepared> {
  readonly #trade: Trade<C, P>;
  readonly #options: CrewOptions;
  readonly #prepared = new Map<string, P>();
  readonly #pool: ChildPool<C>;

  constructor(trade: Trade<C, P>, options: CrewOptions) {
    this.#trade = trade;
    this.#options = options;
    const start = (model: CodeModel) => trade.start(model);
    this.#pool = new ChildPool({ places: options.places, start, begin: (child) => trade.begin(child) });
  }

  /** Loads models and tries them, each once. Throws UsageError for one that is none, or whose files have changed. */
  async prepare(models: readonly CodeModel[], signal?: AbortSignal): Promise<void> {
    await this.#until({ signal }, async () => {
      for (const model of models) {
        const key = JSON.stringify(model);
        if (this.#prepared.has(key) || signal?.aborted) continue;
        this.#trade.check(model);
        this.#prepared.set(key, await this.#pool.use(model, (child) => this.#trade.prepare(child, model)));
      }
    });
  }

  /** What is known of a prepared model. Throws RangeError for another. */
  prepared(model: CodeModel): P {
    const prepared = this.#prepared.get(JSON.stringify(model));
    if (prepared === undefined) throw new RangeError(`model ${model.name}: expected a prepared model`);
    return prepared;
  }

  /** Trains runs of prepared models. What a model does wrong fails its run. */
  async train(runs: readonly Run<CodeModel>[], hooks: Hooks): Promise<void> {
    const queue = [...runs];
    const broken = new Map<string, number>();
    const work = async () => {
      while (!hooks.signal?.aborted && !hooks.noMore?.aborted) {
        const runs = this.#next(queue, hooks);
        if (runs === undefined) return;
        hooks.onBegin?.(runs);
        if (hooks.signal?.aborted) return; // by that hook
        if (runs.length === 1 || !(await this.#trainTogether(runs, hooks)))
          for (const run of runs) if (!hooks.signal?.aborted) await this.#trainOne(run, broken, hooks);
      }
    };
    const places = Math.min(this.#options.places, runs.length);
    await this.#until(hooks, async () => {
      const ends = await Promise.allSettled(Array.from({ length: places }, work));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    });
  }

  /**
   * Does `work`; when the signal aborts, its processes end at once, or when their runs are kept, and what it throws then is
   * no error.
   */
  async #until(
    { signal, keeping }: { readonly signal?: AbortSignal | undefined; readonly keeping?: Hooks["keeping"] },
    work: () => Promise<void>,
  ): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const stop = () => {
      if (keeping) late = setTimeout(() => this.#pool.killBusy(), KEEP_MS);
      else this.#pool.killBusy();
    };
    signal?.addEventListener("abort", stop);
    try {
      if (!signal?.aborted) await work();
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Takes runs that train together from the queue. */
  #next(queue: Run<CodeModel>[], hooks: Hooks): Together | undefined {
    const [first, ...others] = queue;
    if (first === undefined) return undefined;
    const runs = this.#trade.together?.([first, ...others], hooks) ?? ([first] as const);
    for (const run of runs) queue.splice(queue.indexOf(run), 1);
    return runs;
  }

  /** Whether several runs trained, or were stopped: if not, each is to be trained alone, to see whose fault it is. */
  async #trainTogether(runs: Together, hooks: Hooks): Promise<boolean> {
    let results: readonly RunResult[] = [];
    try {
      results = await this.#results(runs, hooks);
    } catch (error) {
      if (hooks.signal?.aborted) return true;
      if (!(error instanceof UsageError)) throw error;
      this.#options.note(`${error.message}; training its ${runs.length} runs one by one`);
      return false;
    }
    for (const result of results) hooks.onResult(result);
    return true;
  }

  async #trainOne(run: Run<CodeModel>, broken: Map<string, number>, hooks: Hooks): Promise<void> {
    const began = performance.now();
    const { name } = run.model;
    const fail = (failure: string) => hooks.onResult(this.#failed(run, failure, performance.now() - began));
    const before = broken.get(name) ?? 0;
    if (before >= MOST_BROKEN) return fail(`not begun: its model broke in ${MOST_BROKEN} runs before`);
    let results: readonly RunResult[] = [];
    try {
      results = await this.#results([run], hooks);
    } catch (error) {
      if (hooks.signal?.aborted) return;
      if (!(error instanceof UsageError)) throw error;
      broken.set(name, before + 1);
      return fail(error.message.replace(`model ${name}: `, ""));
    }
    broken.set(name, 0);
    for (const result of results) hooks.onResult(result);
  }

  /** By another process if one is ended from outside. */
  async #results(runs: Together, hooks: Hooks): Promise<readonly RunResult[]> {
    for (let deaths = 1; ; deaths++) {
      try {
        return await this.#pool.use(runs[0].model, (child) => this.#trade.train(child, runs, hooks));
      } catch (error) {
        const died = error instanceof MachineError && error.trouble === "worker" && !hooks.signal?.aborted;
        if (!died || deaths === MOST_DEATHS) throw error;
        this.#options.note(`${error.what}; training its ${runs.length === 1 ? "run" : `${runs.length} runs`} again`);
      }
    }
  }

  #failed(run: Run<CodeModel>, failure: string, elapsedMs: number): RunResult {
    const { size, device } = this.prepared(run.model);
    return {
      ...{ run, failure, elapsedMs, device },
      curve: { steps: [], train: [], heldout: [] },
      labelCorrelations: pairsOf(run.model.tasks).map(() => Number.NaN),
      parameterCount: size,
    };
  }

  dispose(): Promise<void> {
    return this.#pool.dispose();
  }
}
