import type { Instruction } from "./instructions.ts";

/** Code in the making: what is written forwards is undone backwards, the last first. */
export class Tape {
  readonly #forward: Instruction[] = [];
  readonly #undo: (() => Instruction[])[] = [];

  /** Adds forward instructions with what makes their backward ones, called once all of the forward code stands. */
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
