import { describe, expect, test } from "vitest";
import { leastSquares, type Residuals } from "../../src/fit/least-squares.ts";

/** The slopes of a line through five points. */
const line: Residuals = (x, r, J) => {
  const [a, b] = x as unknown as [number, number];
  for (const [n, y] of [1, 3, 2, 5, 4].entries()) {
    r[n] = a + b * n - y;
    J.set([1, n], 2 * n);
  }
};

/** Rosenbrock's valley: 10 (y - x²) and 1 - x, both 0 at (1, 1). */
const valley: Residuals = (at, r, J) => {
  const [x, y] = at as unknown as [number, number];
  r.set([10 * (y - x ** 2), 1 - x]);
  J.set([-20 * x, 10, -1, 0]);
};

describe("leastSquares(residuals, N, start)", () => {
  test("fits a line as the closed form does, and gives the sum of squares that is left", () => {
    const { x, squares } = leastSquares(line, 5, Float64Array.of(40, -7));
    expect(x[0]).toBeCloseTo(1.4, 6);
    expect(x[1]).toBeCloseTo(0.8, 6);
    expect(squares).toBeCloseTo(3.6, 10);
  });

  test("follows a bent valley to its end", () => {
    const { x, squares } = leastSquares(valley, 2, Float64Array.of(-1.2, 1));
    expect(squares).toBeLessThan(1e-15);
    expect([...x].map((value) => value.toFixed(5))).toEqual(["1.00000", "1.00000"]);
  });

  test("ends at a point of the curve that fits, with fewer residuals than parameters", () => {
    const circle: Residuals = (at, r, J) => {
      const [x, y, z] = at as unknown as [number, number, number];
      r[0] = x ** 2 + y ** 2 + z ** 2 - 4;
      J.set([2 * x, 2 * y, 2 * z]);
    };
    const { x } = leastSquares(circle, 1, Float64Array.of(3, -1, 2));
    expect(Math.hypot(...x)).toBeCloseTo(2, 8);
  });

  test("does not take a step to where the residuals are no numbers", () => {
    const logarithm: Residuals = ([x = 0], r, J) => {
      r[0] = Math.log(x) + 3;
      J[0] = 1 / x;
    };
    const { x, squares } = leastSquares(logarithm, 1, Float64Array.of(5)); // the first step of Newton's goes below 0
    expect(x[0]).toBeCloseTo(Math.exp(-3), 8);
    expect(squares).toBeLessThan(1e-12);
  });

  test("leaves the start alone", () => {
    const start = Float64Array.of(40, -7);
    leastSquares(line, 5, start);
    expect([...start]).toEqual([40, -7]);
  });
});
