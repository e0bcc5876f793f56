// xoshiro128++ 1.0: Blackman, Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47, 2021.
import { keyOf } from "./key.ts";
import { philox } from "./philox.ts";

/** Four words, not all of them zero. */
type XoshiroState = readonly [number, number, number, number];

/** A sequence of 32-bit words, ten times as fast as Philox: for draws that need no counter. */
export class Xoshiro {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  constructor([s0, s1, s2, s3]: XoshiroState) {
    this.#s0 = s0 | 0;
    this.#s1 = s1 | 0;
    this.#s2 = s2 | 0;
    this.#s3 = s3 | 0;
  }

  /** A word, 0 to 2^32 - 1. */
  next(): number {
    const sum = (this.#s0 + this.#s3) | 0;
    const word = (((sum << 7) | (sum >>> 25)) + this.#s0) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return word;
  }

  /** A whole number from 0 to `count` - 1: each as likely as any other within count / 2^32. */
  below(count: number): number {
    return Math.floor(this.next() * 2 ** -32 * count);
  }
}

/** The stream that `identity` names. */
export function xoshiroOf(identity: string): Xoshiro {
  const words = new Uint32Array(4);
  philox(words, keyOf(identity), 0, 0, 0);
  return new Xoshiro([words[0], words[1], words[2], words[3]]);
}
