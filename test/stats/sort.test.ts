import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { risingOrder, select, sortAscending } from "../../src/stats/sort.ts";

const ODD = [0, -0, 5e-324, 1.7976931348623157e308, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** -40, 1 / 3];

test.each([
  ["float64 of which none is negative", Float64Array, Math.abs, ODD.filter((value) => !Object.is(value, -0))],
  ["float64 of either sign", Float64Array, Number, [...ODD, -1]],
  ["float32 of either sign", Float32Array, Number, [...ODD, -1, 1e-45, -1e-45, Number.NEGATIVE_INFINITY]],
])("sortAscending(values) sorts many %s as sort() does, in place", (_, Values, of, odd) => {
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 50 }), fc.integer(), (some, seed) => {
      const scaled = Array.from({ length: 5003 }, (_, i) => of(some[i % some.length] * Math.sin(i * seed)));
      const values = Values.from([...odd, Number.NaN, ...scaled]);
      const expected = values.toSorted();
      expect(sortAscending(values)).toBe(values);
      expect(values).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test("risingOrder(values) is the order of values, equal ones as they came", () => {
  const values = Float32Array.from([3, -0, 0, -1e-45, 1e-45, Number.NEGATIVE_INFINITY, -2, 3, 0, -0, -2]);
  expect([...risingOrder(values)]).toEqual([5, 6, 10, 3, 1, 2, 8, 9, 4, 0, 7]);
  const many = Float32Array.from({ length: 9000 }, (_, i) => Math.sin(i) * 10 ** ((i % 40) - 20));
  expect([...risingOrder(many)]).toEqual([...many.keys()].sort((a, b) => many[a] - many[b]));
});

test.each([[Float64Array], [Float32Array]])(
  "sortAscending(values) sorts a part of a %o, and leaves the rest",
  (Values) => {
    const all = Values.from(Array.from({ length: 9000 }, (_, i) => (7919 * i) % 9001));
    const before = all.slice();
    sortAscending(all.subarray(7, 8007));
    expect(all.subarray(7, 8007)).toEqual(before.slice(7, 8007).sort());
    expect([...all.subarray(0, 7), ...all.subarray(8007)]).toEqual([
      ...before.subarray(0, 7),
      ...before.subarray(8007),
    ]);
  },
);

test.each([
  ["that differ in their last bits alone", 1, (i: number) => 1 - i * 2 ** -53],
  ["of which few are alike in their upper bits", 0, (i: number) => 1 + (i % 3000) * 2 ** -18 + (6000 - i) * 2 ** -50],
  ["that differ in their lower words alone", 0, (i: number) => 1 + ((7919 * i) % 6000) * 2 ** -36],
  ["that are all the same", 0, () => 0.25],
  ["of which one is negative", 1, (i: number) => ((7919 * i) % 6000) - 0.5],
])("sortAscending(values) sorts values %s, with %i calls of the language's sort", (_, calls, of) => {
  const values = Float64Array.from({ length: 6000 }, (_, i) => of(i));
  const sort = vi.spyOn(values, "sort");
  const expected = values.toSorted();
  expect(sortAscending(values).slice()).toEqual(expected);
  expect(sort).toHaveBeenCalledTimes(calls);
});

test("select(values, k) is the value at place k of them sorted, and parts those before it from those behind", () => {
  const sample = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(sample, fc.nat(), (some, place) => {
      const values = Float64Array.from(some, (value) => value + 0); // no -0, which is 0 to select
      const k = place % values.length;
      const sorted = values.toSorted();
      expect(select(values, k) - sorted[k] || 0).toBe(0);
      expect(Math.max(...values.subarray(0, k + 1))).toBe(Math.min(...values.subarray(k)));
      expect(values.toSorted()).toEqual(sorted);
    }),
  );
});
