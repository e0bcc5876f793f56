import { expect, test } from "vitest";
import { bitsOf } from "./bits.ts";

test("bitsOf(parameters) tells 0 from -0, and a part from the whole", () => {
  const values = Float32Array.of(0, -0, 0);
  const [first, second, third] = [0, 1, 2].map((i) => bitsOf(values.subarray(i, i + 1)));
  expect(first).not.toBe(second);
  expect(first).toBe(third);
  expect(bitsOf(values)).not.toBe(first);
  expect(bitsOf(undefined)).toBeUndefined();
});
