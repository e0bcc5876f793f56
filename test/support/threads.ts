import type { Worker } from "node:worker_threads";

type Threads = typeof import("node:worker_threads");
type Options = ConstructorParameters<typeof Worker>[1];

/** Every thread that a test started, in order: where node:worker_threads is mocked by `watched`. */
export const started: Worker[] = [];

/** What the next threads start with beside what the program says, the first of them first. */
export const nextOptions: Options[] = [];

/** The module, with ears. */
export function watched(threads: Threads): Threads {
  class Watched extends threads.Worker {
    constructor(file: string | URL, options?: Options) {
      super(file, { ...options, ...nextOptions.shift() });
      started.push(this);
    }
  }
  return { ...threads, Worker: Watched };
}
