import { unreachable } from "../errors.ts";
import type { Key } from "../random/key.ts";
import { mulHigh, wordsInto } from "../random/philox.ts";

/** `epochs`: shuffled passes, one after the other without a gap; `replacement`: every row is drawn independently. */
export type Sampling = "epochs" | "replacement";

/** Which rows of a fixed set of `rows` rows each step trains on: the same for every model of a run. */
export class RowOrder {
  readonly #key: Key;
  readonly #rows: number;
  readonly #sampling: Sampling;
  readonly #permutation: Uint32Array;
  #epoch = -1;

  constructor(key: Key, rows: number, sampling: Sampling) {
    this.#key = key;
    this.#rows = rows;
    this.#sampling = sampling;
    this.#permutation = new Uint32Array(rows);
  }

  /** Row numbers of step `step` (from 1), into `out` [B]. With `epochs` a batch may span two of them. */
  batchInto(out: Uint32Array, step: number): void {
    switch (this.#sampling) {
      case "replacement":
        this.#drawInto(out, step);
        return;
      case "epochs":
        this.#passInto(out, step);
        return;
      default:
        unreachable(this.#sampling);
    }
  }

  #drawInto(out: Uint32Array, step: number): void {
    wordsInto(out, this.#key, 0, step);
    for (let b = 0; b < out.length; b++) out[b] = mulHigh(out[b], this.#rows);
  }

  #passInto(out: Uint32Array, step: number): void {
    const first = (step - 1) * out.length;
    for (let b = 0; b < out.length; b++) {
      const position = first + b;
      this.#shuffle(Math.floor(position / this.#rows));
      out[b] = this.#permutation[position % this.#rows];
    }
  }

  #shuffle(epoch: number): void {
    if (epoch === this.#epoch) return;
    permutationInto(this.#permutation, this.#key, epoch);
    this.#epoch = epoch;
  }
}

/** Words of the stream that a shuffle has in memory. */
const WORDS_AT_ONCE = 65_536;

/**
 * Shuffles the numbers from 0 on into `out`, which it returns. Fisher–Yates on the words of number `counter` of the
 * stream; a word picks among n by its product's high half (bias below n/2^32).
 */
export function permutationInto<T extends Uint32Array>(out: T, key: Key, counter: number): T {
  const words = new Uint32Array(Math.min(WORDS_AT_ONCE, out.length));
  for (let i = 0; i < out.length; i++) out[i] = i;
  for (let end = out.length, first: number; end > 0; end = first) {
    first = WORDS_AT_ONCE * Math.floor((end - 1) / WORDS_AT_ONCE);
    wordsInto(words.subarray(0, end - first), key, 0, counter, first);
    for (let i = end - 1; i >= first; i--) {
      const j = mulHigh(words[i - first], i + 1);
      const kept = out[i];
      out[i] = out[j];
      out[j] = kept;
    }
  }
  return out;
}
