import type { CodeModel } from "../../models/code.ts";

/** Most processes that wait for the next run of their model: each holds some 150 MB. */
const MOST_IDLE = 4;

/** A process of one model. */
export interface Child {
  readonly isDead: boolean;
  /** Ends it at once, whatever it does. */
  kill(): Promise<void>;
}

interface PoolOptions<C> {
  /** Processes that are busy at once. */
  readonly places: number;
  /** Starts a process. */
  start(model: CodeModel): C;
  /** Has a new process begin its work, before it is used. */
  begin(child: C): Promise<void>;
}

/** Processes of models, kept for the next run of their model. */
export class ChildPool<C extends Child> {
  readonly #options: PoolOptions<C>;
  /** Alive and without work, the one used last at the end. */
  #idle: { readonly key: string; readonly child: C }[] = [];
  readonly #busy = new Set<C>();

  constructor(options: PoolOptions<C>) {
    this.#options = options;
  }

  /** Calls `use` with a process of this model, which may serve again unless it threw. */
  async use<T>(model: CodeModel, use: (child: C) => Promise<T>): Promise<T> {
    const key = JSON.stringify(model);
    const { places, start, begin } = this.#options;
    const taken = this.#taken(key);
    const child = taken ?? start(model);
    this.#busy.add(child);
    try {
      if (taken === undefined) await begin(child);
      const result = await use(child);
      this.#idle.push({ key, child });
      return result;
    } catch (error) {
      await child.kill();
      throw error;
    } finally {
      this.#busy.delete(child);
      await this.#endIdle(Math.max(MOST_IDLE, places));
    }
  }

  #taken(key: string): C | undefined {
    const found = this.#idle.findLast((one) => one.key === key && !one.child.isDead);
    this.#idle = this.#idle.filter((one) => one !== found);
    return found?.child;
  }

  async #endIdle(most: number): Promise<void> {
    const ended = this.#idle.splice(0, Math.max(0, this.#idle.length - most));
    await Promise.all(ended.map(({ child }) => child.kill()));
  }

  /** Ends those that work: what they are asked is then refused. */
  killBusy(): void {
    for (const child of this.#busy) child.kill();
  }

  async dispose(): Promise<void> {
    await this.#endIdle(0);
  }
}
