import { describe, expect, test } from "vitest";
import { firstEigenvector } from "../../src/diagnostics/matrix.ts";
import { range } from "../support/reference.ts";

/** Q diag(values) Qᵀ of the reflection Q = 1 - 2 v vᵀ along v, whose columns are the eigenvectors. */
function withEigenvalues(values: readonly number[]) {
  const N = values.length;
  const raw = range(N).map((n) => Math.sin(2.7 * n + 0.4));
  const length = Math.hypot(...raw);
  const v = raw.map((one) => one / length) as number[];
  const q = (i: number, j: number) => Number(i === j) - 2 * v[i] * v[j];
  const entry = (i: number, j: number) => values.reduce((sum, value, k) => sum + value * q(i, k) * q(j, k), 0);
  return { matrix: Float64Array.from({ length: N * N }, (_, at) => entry(Math.floor(at / N), at % N)), q };
}

describe("firstEigenvector(matrix, N)", () => {
  test.each([
    ["far from", [0.3, 5, 1, 0, 2, 0.1, 0.7]],
    ["1 in 1,000 from", [4.995, 5, 1, 0, 2, 4.99, 0.7]],
    ["1 in 100 million from", [4.99999995, 5, 1, 0, 2, 4.9, 0.7]],
  ])("is that of the largest eigenvalue, %s the next", (_, values) => {
    const { matrix, q } = withEigenvalues(values);
    const found = firstEigenvector(matrix, values.length);
    const length = Math.hypot(...found);
    const along = found.reduce((sum, value, n) => sum + (value / length) * q(n, 1), 0);
    expect(Math.abs(along)).toBeCloseTo(1, 12);
  });

  test("is of the space of the largest where two are equal", () => {
    const { matrix, q } = withEigenvalues([5, 5, 1, 0]);
    const found = firstEigenvector(matrix, 4);
    for (const other of [2, 3])
      expect(found.reduce((sum, value, n) => sum + value * q(n, other), 0)).toBeCloseTo(0, 12);
    expect(Math.hypot(...found)).toBeGreaterThan(0.1);
  });

  test("is zero of zeros", () => {
    expect([...firstEigenvector(new Float64Array(9), 3)]).toEqual([0, 0, 0]);
  });
});
