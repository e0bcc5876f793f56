import { expect, test } from "vitest";
import type { Key } from "../../src/random/key.ts";
import { mulHigh, philox, uniforms, wordsInto } from "../../src/random/philox.ts";
import { kolmogorovSmirnov } from "../support/statistics.ts";

// The known-answer vectors of philox4x32-10 in Random123's kat_vectors: counter, key → words.
const ONES = 0xffffffff;
const VECTORS: [number[], Key, number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ONES, ONES, ONES, ONES],
    [ONES, ONES],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

test.each(VECTORS)("philox of counter %j and key %j gives the published words", (counter, key, words) => {
  const [block, row, step, spare] = counter as [number, number, number, number];
  const out = new Uint32Array(4);
  philox(out, key, block, row, step, spare);
  expect([...out]).toEqual(words);
});

test("mulHigh(a, b) is the high half of the exact product", () => {
  const values = [0, 1, 0xffff, 0x10000, 0xd2511f53, 0xcd9e8d57, 0x80000000, ONES];
  for (const a of values) {
    for (const b of values) expect(mulHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
  }
});

test("wordsInto(out) gives a row the same words whatever its length", () => {
  const long = new Uint32Array(11);
  const short = new Uint32Array(6);
  wordsInto(long, [3, 4], 5, 6);
  wordsInto(short, [3, 4], 5, 6);
  expect([...short]).toEqual([...long.subarray(0, 6)]);
});

test("uniforms(key) fill (0, 1) evenly: Kolmogorov–Smirnov at 1 in 1,000", () => {
  expect(kolmogorovSmirnov(uniforms([7, 8], 100_000), (u) => u)).toBeLessThan(1.95);
});
