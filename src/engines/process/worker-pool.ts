import type { CodeModel } from "../../models/code.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Most processes that wait for the next run of their model: each holds some 150 MB. */
const MOST_IDLE = 4;

interface PoolOptions {
  /** Processes that are busy at once. */
  readonly places: number;
  /** Starts a process. */
  start(model: CodeModel): WorkerProcess;
  /** Has a new process begin its work, before it is used. */
  begin(worker: WorkerProcess): Promise<void>;
}

/** Processes of models, kept for the next run of their model. */
export class WorkerPool {
  readonly #options: PoolOptions;
  /** Alive and without work, the one used last at the end. */
  #idle: { readonly key: string; readonly worker: WorkerProcess }[] = [];
  readonly #busy = new Set<WorkerProcess>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Calls `use` with a process of this model, which may serve again unless it threw. */
  async use<T>(model: CodeModel, use: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    const key = JSON.stringify(model);
    const { places, start, begin } = this.#options;
    const taken = this.#taken(key);
    const worker = taken ?? start(model);
    this.#busy.add(worker);
    try {
      if (taken === undefined) await begin(worker);
      const result = await use(worker);
      this.#idle.push({ key, worker });
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

  #taken(key: string): WorkerProcess | undefined {
    const found = this.#idle.findLast((one) => one.key === key && !one.worker.isDead);
    this.#idle = this.#idle.filter((one) => one !== found);
    return found?.worker;
  }

  async #endIdle(most: number): Promise<void> {
    const ended = this.#idle.splice(0, Math.max(0, this.#idle.length - most));
    await Promise.all(ended.map(({ worker }) => worker.kill()));
  }

  /** Ends those that work: what they are asked is then refused. */
  killBusy(): void {
    for (const worker of this.#busy) worker.kill();
  }

  async dispose(): Promise<void> {
    await this.#endIdle(0);
  }
}
