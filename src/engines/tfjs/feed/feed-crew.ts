import type { Worker } from "node:worker_threads";
import { startWorker } from "../../start-worker.ts";
import type { Group } from "../groups.ts";
import type { FeedArrays } from "./feed-arrays.ts";
import type { Share } from "./feed-maker.ts";
import type { FeedAnswer, FeedTask } from "./feed-worker.ts";

/** A source by its number, and the correlations of its labels, one for each pair of tasks. */
export type MeasuredSource = readonly [source: number, labelCorrelations: readonly number[]];

/** Threads that make the groups' arrays while TensorFlow blocks this one. They start with the first group. */
export class FeedCrew {
  readonly #most: number;
  readonly #feeders: Feeder[] = [];
  #shares: readonly Share[] = [];

  /** `most`: most threads. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Shares out the sources of the next group, when nothing of the group before is being made. */
  async begin(group: Group): Promise<void> {
    await Promise.all(this.#feeders.map((feeder) => feeder.idle()));
    const F = group.sources.length;
    const feeders = Math.min(this.#most, F);
    const bound = (i: number) => Math.floor((i * F) / feeders);
    this.#shares = Array.from({ length: feeders }, (_, i) => ({ first: bound(i), end: bound(i + 1) }));
    for (const [i, share] of this.#shares.entries()) {
      if (!this.#feeders[i]?.isAlive) this.#feeders[i] = new Feeder();
      this.#feeders[i]?.tell({ group, share });
    }
  }

  /** Makes the sets of source number `i` of each share; returns the measured label correlations by source. */
  async sets(arrays: FeedArrays, i: number): Promise<MeasuredSource[]> {
    const made = this.#shares.map(async ({ first, end }, feeder) => {
      const source = first + i;
      if (source >= end) return [];
      const correlations = await (this.#feeders[feeder] as Feeder).ask({ sets: arrays, source });
      return [[source, correlations as readonly number[]] as const];
    });
    return (await Promise.all(made)).flat();
  }

  /** Makes `count` steps from step `from` on. */
  async steps(arrays: FeedArrays, from: number, count: number): Promise<void> {
    const feeders = this.#feeders.slice(0, this.#shares.length);
    await Promise.all(feeders.map((feeder) => feeder.ask({ steps: arrays, from, count })));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#feeders.splice(0).map((feeder) => feeder.end()));
  }
}

interface Question {
  resolve(answer: FeedAnswer): void;
  reject(reason: Error): void;
}

/** A thread that answers in the order in which it is asked, and keeps the process alive only until then. */
class Feeder {
  readonly #thread: Worker = startWorker(import.meta.url, "feed-worker");
  readonly #asked: Question[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #death: Error | undefined;
  #ending = false;

  constructor() {
    this.#thread.unref();
    this.#thread.on("message", (answer: FeedAnswer) => {
      this.#asked.shift()?.resolve(answer);
      if (this.#asked.length === 0 && !this.#ending) this.#thread.unref();
    });
    this.#thread.on("error", (error) => this.#die(error instanceof Error ? error : new Error(String(error))));
    this.#thread.on("exit", (code) => this.#die(new Error(`a thread that makes rows ended: exit code ${code}`)));
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Resolves when all requests have been answered, or can't be. */
  async idle(): Promise<void> {
    await this.#last.catch(() => {});
  }

  tell(task: FeedTask): void {
    this.#thread.postMessage(task);
  }

  /** Rejects if the thread ends before it answers. */
  ask(task: FeedTask): Promise<FeedAnswer> {
    const answer = new Promise<FeedAnswer>((resolve, reject) => {
      if (this.#death) return reject(this.#death);
      this.#asked.push({ resolve, reject });
      this.#thread.ref();
      this.#thread.postMessage(task);
    });
    this.#last = answer;
    return answer;
  }

  #die(error: Error): void {
    this.#death ??= error;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }

  /** Keeps the process alive until the thread has ended, also while an answer is on its way. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#thread.terminate();
  }
}
