import { expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../src/stats/normal.ts";
import { expectRelative } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("normalCdf(z) agrees with SciPy, far out in its tail too", () => {
  const [z, expected] = GOLDEN.normalCdf as [number[], number[]];
  expectRelative(z.map(normalCdf), expected, 1e-13);
});

// python3 -c "import math; print([0.5 * math.erfc(z / math.sqrt(2)) for z in [3.5, 3.9]])"
test("normalCdf(z) keeps its digits where the fraction takes over from the series", () => {
  expectRelative([-3.5, -3.9].map(normalCdf), [0.00023262907903552504, 4.809634401760275e-5], 1e-14);
});

test("normalQuantile(p) agrees with SciPy, and is infinite at 0 and 1", () => {
  const [p, expected] = GOLDEN.normalQuantile as [number[], number[]];
  expectRelative(p.map(normalQuantile), expected, 1e-14);
  expect([0, 1].map(normalQuantile)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

// python3 -c "from statistics import NormalDist as N; print([N().inv_cdf(p) for p in [1e-11, 1e-13, 1e-15, 3e-16]])"
test("normalQuantile(p) agrees with Python where its far tail begins", () => {
  const expected = [-6.706023155495136, -7.3487961028006765, -7.941345326170995, -8.089317461780272];
  expectRelative([1e-11, 1e-13, 1e-15, 3e-16].map(normalQuantile), expected, 1e-15);
});
