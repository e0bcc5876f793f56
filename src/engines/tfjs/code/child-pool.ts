import type { CodeModel } from "../../../models/code.ts";
import type { CodeFiles } from "../../../models/code-files.ts";
import { CodeChild } from "./code-child.ts";
import { begin, type Patience } from "./describe-code.ts";
import type { CodeTrainingOptions } from "./messages.ts";

/** Most processes that wait for the next run of their model: each holds some 150 MB. */
const MOST_IDLE = 4;

interface PoolOptions {
  readonly training: CodeTrainingOptions;
  /** Processes that are busy at once. */
  readonly places: number;
  readonly note: (line: string) => void;
}

/** Processes of models, kept for the next run of their model. */
export class ChildPool {
  readonly #options: PoolOptions;
  readonly #patience: Patience;
  /** Alive and without work, the one used last at the end. */
  #idle: { readonly key: string; readonly child: CodeChild }[] = [];
  readonly #busy = new Set<CodeChild>();

  constructor(options: PoolOptions, patience: Patience) {
    this.#options = options;
    this.#patience = patience;
  }

  /** Calls `use` with a process of this model, which may serve again unless it threw. */
  async use<T>(model: CodeModel, code: CodeFiles, use: (child: CodeChild) => Promise<T>): Promise<T> {
    const key = JSON.stringify(model);
    const { training, note, places } = this.#options;
    const setUp = { model, code, training };
    const taken = this.#taken(key);
    const child = taken ?? new CodeChild(setUp, note);
    this.#busy.add(child);
    try {
      if (taken === undefined) await begin(child, this.#patience);
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

  #taken(key: string): CodeChild | undefined {
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
