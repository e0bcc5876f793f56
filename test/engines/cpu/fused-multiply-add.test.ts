import { expect, test } from "vitest";
import { fusedMultiplyAdd } from "./fused-multiply-add.ts";

const ulp = 2 ** -23;

test("fusedMultiplyAdd(a, b, c) rounds once", () => {
  expect(fusedMultiplyAdd(1 + ulp, 1 - ulp, -1)).toBe(-(ulp ** 2));
  expect(fusedMultiplyAdd(3, 5, -2)).toBe(13);
});

test("fusedMultiplyAdd(a, b, c) does not round to float64 before", () => {
  expect(fusedMultiplyAdd(ulp / 2, 1, 1 + ulp)).toBe(1 + 2 * ulp); // a tie goes to even
  const [a, b] = [2 ** -12 * (1 + 2 ** -18), 2 ** -12 * (1 - 2 ** -18)]; // their product is 2^-60 below half a ulp
  expect(fusedMultiplyAdd(a, b, 1 + ulp)).toBe(1 + ulp);
  expect(fusedMultiplyAdd(-a, b, 1 + 2 * ulp)).toBe(1 + 2 * ulp);
});
