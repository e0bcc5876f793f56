import type { Instruction } from "./instructions.ts";
import type { Reach } from "./reach.ts";

/** The backward instructions of a part of a model, of a pass whose gradients have reached its outputs. */
type Undo = (reach: Reach) => Instruction[];

/** Code under construction: the forward pass is written in order, the backward pass in reverse order. */
export class Tape {
  readonly #forward: Instruction[] = [];
  readonly #undo: Undo[] = [];

  /**
   * Adds forward instructions, and a function that makes their backward ones for each pass; it is called when the forward
   * code is complete.
   */
  push(forward: readonly Instruction[], undo: Undo): void {
    this.#forward.push(...forward);
    this.#undo.push(undo);
  }

  get forward(): readonly Instruction[] {
    return this.#forward;
  }

  /** A pass from the gradients that `reach` begins with. */
  backward(reach: Reach): Instruction[] {
    return this.#undo.toReversed().flatMap((undo) => undo(reach));
  }
}
