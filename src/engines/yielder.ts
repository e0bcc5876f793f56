import { setImmediate } from "node:timers/promises";

/** How long the event loop is held at a time: timers, signals and the progress display wait no longer. */
export const HELD_MS = 100;

/** Gives the event loop its turn while tensors are computed on this thread. */
export class Yielder {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Whether it is time for `rest`. */
  get due(): boolean {
    return performance.now() - this.#since > HELD_MS;
  }

  /** Whether the work must stop: known only after a `rest`. */
  get stopped(): boolean {
    return this.#signal?.aborted ?? false;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
