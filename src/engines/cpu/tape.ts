import type { Instruction } from "./instructions.ts";

/** Code under construction: the forward pass is written in order, the backward pass in reverse order. */
export class Tape {
  readonly #forward: Instruction[] = [];
  readonly #undo: (() => Instruction[])[] = [];

  /**
   * Adds forward instructions, and a function that makes their backward ones; it is called when the forward code is
   * complete.
   */
  push(forward: readonly Instruction[], undo: () => Instruction[]): void {
    this.#forward.push(...forward);
    this.#undo.push(undo);
  }

  get forward(): readonly Instruction[] {
    return this.#forward;
  }

  backward(): Instruction[] {
    return this.#undo.toReversed().flatMap((undo) => undo());
  }
}
