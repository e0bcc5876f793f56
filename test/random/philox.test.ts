import { expect, test } from "vitest";
import type { Key } from "../../src/random/key.ts";
import { mulHigh, philox, uniforms, wordsInto } from "../../src/random/philox.ts";
import { kolmogorovSmirnov } from "../support/statistics.ts";

// The known-answer vectors of philox4x32-10 in Random123's kat_vectors: counter, key → words.
const VECTORS = [
  "00000000 00000000 00000000 00000000  00000000 00000000  6627e8d5 e169c58d bc57ac4c 9b00dbd8",
  "ffffffff ffffffff ffffffff ffffffff  ffffffff ffffffff  408f276d 41c83b0e a20bc7c6 6d5451fd",
  "243f6a88 85a308d3 13198a2e 03707344  a4093822 299f31d0  d16cfe09 94fdcceb 5001e420 24126ea1",
];

test.each(VECTORS)("philox gives the published words: %s", (line) => {
  const [counter, key, words] = line
    .split("  ")
    .map((part) => part.split(" ").map((word) => Number.parseInt(word, 16)));
  const [block, row, step, spare] = counter as [number, number, number, number];
  const out = new Uint32Array(4);
  philox(out, key as unknown as Key, block, row, step, spare);
  expect([...out]).toEqual(words);
});

test("mulHigh(a, b) is the high half of the exact product", () => {
  const values = [0, 1, 0xffff, 0x10000, 0xd2511f53, 0xcd9e8d57, 0x80000000, 0xffffffff];
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
