import type { Worker } from "node:worker_threads";
import { startWorker } from "../../../start-worker.ts";
import { MachineError, machineError } from "../../../system-errors.ts";
import type { Group } from "../groups.ts";
import type { FeedArrays } from "./feed-arrays.ts";
import type { Share } from "./feed-maker.ts";
import type { FeedAnswer, FeedTask } from "./feed-worker.ts";

/** A source by its number, and the correlations of its labels, one for each pair of tasks. */
type MeasuredSource = readonly [source: number, labelCorrelations: readonly number[]];

/** Requests for data of a share. */
type Request = Exclude<FeedTask, { group: Group }>;

/**
 * Threads that make what groups are fed while TensorFlow holds this one. They start with the first group. What a thread
 * was to make that ends by itself, the others make.
 */
export class FeedPool {
  readonly #note: (line: string) => void;
  #most: number;
  #feeders: Feeder[] = [];
  #shares: readonly Share[] = [];
  readonly #asked = new Set<Promise<unknown>>();
  #ending = false;

  /** `most`: threads. `note` is told that fewer go on. */
  constructor(most: number, note: (line: string) => void = () => {}) {
    this.#most = most;
    this.#note = note;
  }

  /** Shares out the sources of the next group, when nothing of the group before is being made. */
  async begin(group: Group): Promise<void> {
    await Promise.allSettled(this.#asked);
    const F = group.sources.length;
    this.#startFeeders(F);
    const count = Math.min(this.#feeders.length, F);
    const bound = (i: number) => Math.floor((i * F) / count);
    this.#shares = Array.from({ length: count }, (_, i) => ({ first: bound(i), end: bound(i + 1) }));
    for (const feeder of this.#feeders) feeder.tell({ group });
  }

  /** Makes the sets of source number `i` of each share; returns the measured label correlations by source. */
  async sets(arrays: FeedArrays, i: number): Promise<MeasuredSource[]> {
    const made = this.#shares.map(async (share, place) => {
      const source = share.first + i;
      if (source >= share.end) return [];
      const correlations = await this.#ask(place, { share, sets: arrays, source });
      return [[source, correlations as readonly number[]] as const];
    });
    return (await Promise.all(made)).flat();
  }

  /** Makes `count` steps from step `from` on. */
  async steps(arrays: FeedArrays, from: number, count: number): Promise<void> {
    await Promise.all(this.#shares.map((share, place) => this.#ask(place, { share, steps: arrays, from, count })));
  }

  async dispose(): Promise<void> {
    this.#ending = true;
    await Promise.all(this.#feeders.splice(0).map((feeder) => feeder.end()));
  }

  /** Replaces threads that have ended, so that there is one for each of F sources, or as many as there may be. */
  #startFeeders(F: number): void {
    this.#feeders = this.#feeders.filter(({ death }) => death === undefined);
    try {
      while (this.#feeders.length < Math.min(this.#most, F)) this.#feeders.push(new Feeder());
    } catch (error) {
      this.#goOnWith(this.#feeders, error);
    }
  }

  /** The threads that are left go on. Throws if none is left, or if the fault is ours. */
  #goOnWith(left: Feeder[], cause: unknown): void {
    const trouble = machineError(cause);
    if (trouble === undefined) throw cause;
    this.#most = Math.max(1, left.length);
    if (left.length === 0) throw trouble;
    this.#feeders = left;
    this.#note(`${trouble.what}; going on with ${this.#most} to make rows`);
  }

  #ask(place: number, request: Request): Promise<FeedAnswer> {
    const answer = this.#answer(place, request).finally(() => this.#asked.delete(answer));
    this.#asked.add(answer);
    return answer;
  }

  /** The answer of the thread at this place, or of another if it ends before it answers. */
  async #answer(place: number, request: Request): Promise<FeedAnswer> {
    for (;;) {
      const feeder = this.#feeders[place % this.#feeders.length];
      try {
        return await feeder.ask(request);
      } catch (error) {
        if (this.#ending) throw error;
        if (this.#feeders.includes(feeder))
          this.#goOnWith(
            this.#feeders.filter((one) => one !== feeder),
            error,
          );
      }
    }
  }
}

interface Question {
  resolve(answer: FeedAnswer): void;
  reject(reason: Error): void;
}

/** A thread that answers in the order in which it is asked, and keeps the process alive only until then. */
export class Feeder {
  readonly #thread: Worker = startWorker(import.meta.url, "feed-worker");
  readonly #asked: Question[] = [];
  #cause: Error | undefined;
  #death: Error | undefined;
  #ending = false;

  constructor() {
    this.#thread.unref();
    this.#thread.on("message", (answer: FeedAnswer) => {
      this.#asked.shift()?.resolve(answer);
      if (this.#asked.length === 0 && !this.#ending) this.#thread.unref();
    });
    this.#thread.on("error", (error) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#thread.on("exit", (code) =>
      this.#die(this.#cause ?? new MachineError("worker", `a thread that makes rows ended: exit code ${code}`)),
    );
  }

  /** Why the thread ended; undefined for a living one. */
  get death(): Error | undefined {
    return this.#death;
  }

  tell(task: FeedTask): void {
    this.#thread.postMessage(task);
  }

  /** Rejects with its death if the thread ends before it answers. */
  ask(task: FeedTask): Promise<FeedAnswer> {
    return new Promise<FeedAnswer>((resolve, reject) => {
      if (this.#death) return reject(this.#death);
      this.#asked.push({ resolve, reject });
      this.#thread.ref();
      this.#thread.postMessage(task);
    });
  }

  #die(error: Error): void {
    this.#death = error;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }

  /** Keeps the process alive until the thread has ended, also where an answer is on its way. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#thread.terminate();
  }
}
