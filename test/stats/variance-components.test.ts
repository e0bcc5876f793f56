import { describe, expect, test } from "vitest";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { type CrossedTable, varianceComponents } from "../../src/stats/variance-components.ts";

/** A table of normal effects with the given variances, [R][C]. */
function made(
  name: string,
  [R, C]: readonly [number, number],
  [a, b, e]: readonly [number, number, number],
): CrossedTable {
  const draw = (what: string, n: number) => normals(keyOf(`test/${name}/${what}`), n);
  const [rows, columns, rest] = [draw("rows", R), draw("columns", C), draw("rest", R * C)];
  return Array.from({ length: R }, (_, r) =>
    Float64Array.from(
      { length: C },
      (_, c) => 3 + Math.sqrt(a) * rows[r] + Math.sqrt(b) * columns[c] + Math.sqrt(e) * rest[r * C + c],
    ),
  );
}

const values = (of: Readonly<Record<string, { value: number }>>) => Object.values(of).map(({ value }) => value);

describe("varianceComponents(table)", () => {
  test("has the estimators of the analysis of variance", () => {
    const { variance, share } = varianceComponents([Float64Array.of(1, 2, 1.5), Float64Array.of(3, 4.5, 3)]);
    // by hand: mean squares 6 of rows, .875 of columns, .125 of the rest
    const [rows, columns, rest] = [(6 - 0.125) / 3, (0.875 - 0.125) / 2, 0.125];
    expect(variance.rows.value).toBeCloseTo(rows, 12);
    expect(variance.rest.value).toBeCloseTo(rest, 12);
    expect(variance.columns.value).toBeCloseTo(columns, 12);
    expect(values(share).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test("gives rows, columns and the rest what is theirs alone", () => {
    const effects = Float64Array.from({ length: 6 }, (_, i) => i);
    const ofRows = [...effects].map((effect) => effects.map(() => effect));
    const ofColumns = [...effects].map(() => effects.slice());
    expect(values(varianceComponents(ofRows).share)).toEqual([1, 0, 0]);
    expect(values(varianceComponents(ofColumns).share)).toEqual([0, 1, 0]);
    const odd = [...effects].map((r) => effects.map((c) => (r + c) % 2)); // a chessboard has no row and column effects
    expect(values(varianceComponents(odd).share)).toEqual([0, 0, 1]);
  });

  test("finds known components, in their intervals", () => {
    const known = [1, 0.25, 0.5] as const;
    const tables = Array.from({ length: 12 }, (_, i) => varianceComponents(made(`known ${i}`, [20, 16], known)));
    for (const [k, name] of (["rows", "columns", "rest"] as const).entries()) {
      const truth = known[k] as number;
      const mean = tables.reduce((sum, { variance }) => sum + variance[name].value / 12, 0);
      expect(Math.abs(mean / truth - 1)).toBeLessThan(0.2);
      const hits = tables.filter(({ variance: { [name]: one } }) => one.low <= truth && truth <= one.high).length;
      expect(hits).toBeGreaterThanOrEqual(10);
      const shares = tables.filter(({ share: { [name]: one } }) => one.low <= truth / 1.75 && truth / 1.75 <= one.high);
      expect(shares.length).toBeGreaterThanOrEqual(10);
    }
  });

  test("is the same twice and for rows in place of columns, and has no interval of fewer than five", () => {
    const table = made("turned", [7, 5], [1, 2, 0.5]);
    const turned = Array.from({ length: 5 }, (_, c) => Float64Array.from(table, (row) => row[c]));
    const [one, other] = [varianceComponents(table), varianceComponents(turned)];
    expect(varianceComponents(table)).toEqual(one);
    expect(one.variance.rows.value).toBeCloseTo(other.variance.columns.value, 12);
    expect(one.variance.rest.value).toBeCloseTo(other.variance.rest.value, 12);
    const { variance } = varianceComponents(made("few", [4, 9], [1, 1, 1]));
    expect(variance.rows.value).toBeGreaterThan(0);
    expect([variance.rows.low, variance.rest.high]).toEqual([Number.NaN, Number.NaN]);
    expect(varianceComponents([Float64Array.of(1, 2, 3, 4, 5, 6)]).share.rows.value).toBeNaN();
    expect(varianceComponents(made("same", [6, 6], [0, 0, 0])).share.rest.value).toBeNaN();
    expect(() => varianceComponents([Float64Array.of(1, 2), Float64Array.of(1)])).toThrow(
      new RangeError("varianceComponents: expected rows of one length, got 2 and 1"),
    );
  });
});
