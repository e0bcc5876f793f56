import { expect, test } from "vitest";
import { Xoshiro, xoshiroOf } from "../../src/random/xoshiro.ts";
import { GOLDEN } from "./golden/golden.ts";

test("Xoshiro gives the words of the reference implementation", () => {
  // The test vector of Rust's rand_xoshiro, made with https://prng.di.unimi.it/xoshiro128plusplus.c
  const random = new Xoshiro([1, 2, 3, 4]);
  expect(Array.from({ length: 10 }, () => random.next())).toEqual([
    641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011, 621204420,
  ]);
});

test("below(count) gives each number as often as any other", () => {
  const random = xoshiroOf("test");
  const counts = new Uint32Array(7);
  for (let i = 0; i < 70_000; i++) {
    const drawn = random.below(7);
    counts[drawn]++;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chiSquare).toBeLessThan(22.5); // exceeded once in 1,000 streams
});

test.each(["a", "b"] as const)("xoshiroOf(%j) is the stream that an independent program has for this name", (name) => {
  const random = xoshiroOf(name);
  expect([random.next(), random.next(), random.next()]).toEqual(GOLDEN.xoshiro[name]);
});
