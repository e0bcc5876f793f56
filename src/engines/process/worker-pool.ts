import { isDeepStrictEqual } from "node:util";
import { type CodeModel, languageOf } from "../../models/code.ts";
import { modelError } from "./model-error.ts";
import { LostWorker, type WorkerProcess } from "./worker-process.ts";

/** Most processes that wait for the next run of their model: each holds some 150 MB. */
const MOST_IDLE = 4;
/** What a model is asked is given up when this many processes have died of it. */
const MOST_DEATHS = 3;

interface PoolOptions {
  /** Processes that are busy at once. */
  readonly places: number;
  /** Starts a process. */
  start(model: CodeModel): WorkerProcess;
  /** Has a new process begin its work, before it is used. */
  begin(worker: WorkerProcess): Promise<void>;
  /** Has a process go on with another model of the same code; without it each model has processes of its own. */
  change?(worker: WorkerProcess, model: CodeModel): Promise<void>;
}

/** What models have in common that one process can run: those in Python may differ in names and options. */
export function codeKey(model: CodeModel): string {
  const { file, sha256, class: made, env } = model;
  return JSON.stringify(languageOf(model) === "Python" ? [file, sha256, made, env] : model);
}

/** Processes of models, kept for the next run of their model, or of another of the same code. */
export class WorkerPool {
  readonly #options: PoolOptions;
  /** Alive and without work, the one used last at the end. */
  #idle: WorkerProcess[] = [];
  readonly #busy = new Set<WorkerProcess>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Calls `use` with a process of this model, which may serve again unless it threw. */
  async use<T>(model: CodeModel, use: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    const { places, start, begin, change } = this.#options;
    const taken = this.#taken(model);
    const worker = taken ?? start(model);
    this.#busy.add(worker);
    try {
      if (taken === undefined) await begin(worker);
      else if (!isDeepStrictEqual(taken.model, model)) await change?.(worker, model);
      const result = await use(worker);
      this.#idle.push(worker);
      return result;
    } catch (error) {
      await worker.kill();
      throw error;
    } finally {
      this.#busy.delete(worker);
      await this.#endIdle(Math.max(MOST_IDLE, places));
    }
  }

  /** Calls `use` with a process that has not begun, and ends it. */
  async once<T>(worker: WorkerProcess, use: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    this.#busy.add(worker);
    try {
      return await use(worker);
    } finally {
      this.#busy.delete(worker);
      await worker.kill();
    }
  }

  #taken(model: CodeModel): WorkerProcess | undefined {
    const alive = this.#idle.filter((worker) => !worker.isDead);
    const isAble = (worker: WorkerProcess) => this.#options.change && codeKey(worker.model) === codeKey(model);
    const found = alive.findLast((worker) => isDeepStrictEqual(worker.model, model)) ?? alive.findLast(isAble);
    this.#idle = this.#idle.filter((one) => one !== found);
    return found;
  }

  async #endIdle(most: number): Promise<void> {
    const ended = this.#idle.splice(0, Math.max(0, this.#idle.length - most));
    await Promise.all(ended.map((worker) => worker.kill()));
  }

  /** Ends those that work: what they are asked is then refused. */
  killBusy(): void {
    for (const worker of this.#busy) worker.kill();
  }

  async dispose(): Promise<void> {
    await this.#endIdle(0);
  }
}

interface Outliving {
  /** Such as "training its run". */
  readonly doing: string;
  readonly note: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Does `work` by another process if one is lost; if all are, it is the model's own doing. */
export async function outliving<T>(
  model: CodeModel,
  { doing, note, signal }: Outliving,
  work: () => Promise<T>,
): Promise<T> {
  for (let deaths = 1; ; deaths++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LostWorker) || signal?.aborted) throw error;
      if (deaths === MOST_DEATHS) throw modelError(model, `${MOST_DEATHS} times ${error.message}`);
      note(`${error.what}; ${doing} again`);
    }
  }
}
