import { describe, expect, test } from "vitest";
import { correlationMatrix, mixtureOf, pairsOf } from "../../src/data/correlation-matrix.ts";

/** A matrix by its rows. */
const matrixOf = (rows: string) => rows.split("; ").map((row) => row.split(" ").map(Number));
const PATTERN = matrixOf("1 0.5 -0.25; 0.5 1 0; -0.25 0 1");

describe("correlationMatrix(tasks, p, pattern)", () => {
  test("gives every pair p, times the pattern's element if there is one", () => {
    expect(correlationMatrix(3, 0.4)).toEqual(matrixOf("1 0.4 0.4; 0.4 1 0.4; 0.4 0.4 1"));
    expect(correlationMatrix(3, 0.5, PATTERN)).toEqual(matrixOf("1 0.25 -0.125; 0.25 1 0; -0.125 0 1"));
  });

  test.each([
    [2, -1],
    [3, -0.5],
    [4, -1 / 3],
    [7, -1 / 6],
    [9, 1],
  ])("lets %d tasks share a correlation of %d, the end of what they can", (tasks, p) => {
    expect(correlationMatrix(tasks, p)).toHaveLength(tasks);
  });

  test("refuses a correlation that so many tasks can't share, and a pattern whose correlations exclude each other", () => {
    expect(() => correlationMatrix(3, -0.51)).toThrow(
      "correlation: expected from -0.5 to 1 for 3 tasks that share it, got -0.51",
    );
    expect(() => correlationMatrix(2, 1.1)).toThrow("expected from -1 to 1 for 2 tasks that share it, got 1.1");
    expect(() => correlationMatrix(3, Number.NaN)).toThrow("got NaN");
    const impossible = matrixOf("1 1 1; 1 1 -1; 1 -1 1");
    expect(() => correlationMatrix(3, 1, impossible)).toThrow("no 3 tasks have these correlations");
    expect(correlationMatrix(3, 0.5, impossible)).toHaveLength(3);
  });

  test.each([
    ["1 0.5", "expected 3 x 3 correlations, one row a task, got 1 x 2"],
    ["1 0.5 0; 0.5 1 0; 0 0", "expected 3 x 3"],
    ["1 0.5 0; 0.4 1 0; 0 0 1", "[0][1]: expected 0.4, as in [1][0], got 0.5"],
    ["1 0 0; 0 0.9 0; 0 0 1", "[1][1]: expected 1, a task with itself, got 0.9"],
    ["1 0 2; 0 1 0; 2 0 1", "[0][2]: expected a number from -1 to 1, got 2"],
  ])("refuses the pattern %s", (rows, message) => {
    expect(() => correlationMatrix(3, 0.5, matrixOf(rows))).toThrow(message);
  });
});

test("mixtureOf(matrix) gives L with L Lᵀ = matrix, also where tasks are mixtures of others", () => {
  for (const matrix of [correlationMatrix(3, 0.5, PATTERN), correlationMatrix(5, -0.25), correlationMatrix(4, 1)]) {
    const L = mixtureOf(matrix);
    for (const [j, row] of matrix.entries()) {
      for (const [k, expected] of row.entries()) {
        const product = L[j]?.reduce((sum, value, i) => sum + value * (L[k]?.[i] ?? 0), 0);
        expect(product).toBeCloseTo(expected, 12);
      }
    }
  }
});

test("pairsOf(4) counts each pair once, in order", () => {
  expect(pairsOf(4)).toEqual(matrixOf("0 1; 0 2; 0 3; 1 2; 1 3; 2 3"));
});
