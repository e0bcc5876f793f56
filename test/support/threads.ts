import type { Worker } from "node:worker_threads";

type Threads = typeof import("node:worker_threads");

/** Every thread that a test started, in order: where node:worker_threads is mocked by `watched`. */
export const started: Worker[] = [];

/** The module, with ears. */
export function watched(threads: Threads): Threads {
  class Watched extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      started.push(this);
    }
  }
  return { ...threads, Worker: Watched };
}
