import { HELD_MS } from "../../pace.ts";

/** How many steps a native call takes, so that it blocks the event loop no longer than a signal may wait. */
export class CallLength {
  readonly #most: number;
  #steps = 1;

  /** `most`: a limit for other reasons, such as the memory of its inputs. */
  constructor(most: number) {
    this.#most = Math.max(1, Math.floor(most));
  }

  get steps(): number {
    return this.#steps;
  }

  /** A call of `steps` steps took `ms`. The first calls build kernels: the length grows by no more than four times. */
  took(steps: number, ms: number): void {
    const fitting = Math.floor((steps * HELD_MS) / ms);
    this.#steps = Math.max(1, Math.min(fitting, 4 * this.#steps, this.#most));
  }
}
