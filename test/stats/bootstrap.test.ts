import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { xoshiroOf } from "../../src/random/xoshiro.ts";
import {
  type Bootstrapped,
  bcaInterval,
  bootstrap,
  type Columns,
  drawInto,
  estimateOf,
  onlyColumn,
  resamplesOf,
  samplerOf,
} from "../../src/stats/bootstrap.ts";
import { interquartileMean, mean, quantileSorted, standardDeviation } from "../../src/stats/moments.ts";
import { expectClose } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

const STATISTICS: Record<string, (sorted: ArrayLike<number>) => number> = {
  mean,
  sd: standardDeviation,
  q1: (sorted) => quantileSorted(sorted, 0.25),
  median: (sorted) => quantileSorted(sorted, 0.5),
  q3: (sorted) => quantileSorted(sorted, 0.75),
  iqm: interquartileMean,
};

const sample = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 30 });

/** The resamples of make.py. */
function byFormula(x: readonly number[], statistic: (sorted: ArrayLike<number>) => number): Bootstrapped {
  const n = x.length;
  const of = (values: readonly number[]) => statistic(Float64Array.from(values).sort());
  const replicates = Float64Array.from({ length: 400 }, (_, b) =>
    of(x.map((_, i) => x[(7919 * i + 104729 * b + 31 * i * i * b) % n])),
  );
  const jackknife = Float64Array.from(x, (_, i) => of(x.filter((_, j) => j !== i)));
  return { value: of(x), replicates, jackknife };
}

describe.each(GOLDEN.descriptions.map((golden) => [golden.x.length, golden] as const))("of %i values", (_, golden) => {
  test.each(Object.keys(STATISTICS))("bcaInterval(%s) is SciPy's on the same replicates", (name) => {
    const { low, high } = bcaInterval(byFormula(golden.x, STATISTICS[name]));
    expectClose([low, high], golden.sameReplicates[name as keyof typeof golden.sameReplicates], 1e-12);
  });

  test.each(["mean", "sd", "iqm"])("bootstrap gives the %s SciPy's interval, within its own chance", (name) => {
    const statistic = STATISTICS[name];
    const all = bootstrap([Float64Array.from(golden.x)], onlyColumn, { statistic });
    const { value, low, high } = estimateOf(all.statistic);
    const expected = golden.intervals[name as keyof typeof golden.intervals] as [number, number];
    expect(value).toBeCloseTo(golden.values[name as keyof typeof golden.values], 14);
    expectClose([low, high], expected, 0.03 * (expected[1] - expected[0]));
  });
});

describe("bootstrap(columns, statistics)", () => {
  test("gives the same values the same interval, whatever was drawn before", () => {
    const interval = (...x: number[]) => estimateOf(bootstrap([Float64Array.from(x)], onlyColumn, { mean }).mean);
    const first = interval(3, 1, 4, 1.5, 9);
    interval(2, 7, 1);
    expect(interval(3, 1, 4, 1.5, 9)).toEqual(first);
  });

  test("moves and stretches its intervals with the values", () => {
    fc.assert(
      fc.property(sample, (values) => {
        const interval = (x: readonly number[]) =>
          estimateOf(bootstrap([Float64Array.from(x)], onlyColumn, { mean }).mean);
        const [a, b] = [interval(values), interval(values.map((value) => 3 * value + 7))];
        expectClose(
          [b.value, b.low, b.high],
          [a.value, a.low, a.high].map((end) => 3 * end + 7),
          1e-9,
        );
      }),
      { numRuns: 5 },
    );
  });

  test("draws the columns of a run together", () => {
    const values = Float64Array.of(3, 1, 4, 1.5, 9);
    const { apart } = bootstrap([values, values.map((value) => value - 2)], (columns) => columns.map(mean), {
      apart: ([a, b]) => a - b,
    });
    const { value, low, high } = estimateOf(apart);
    expectClose([value, low, high], [2, 2, 2], 1e-12);
  });

  test("computes what resamples of few runs have in common once, and counts each of them", () => {
    let computed = 0;
    const prepare = ([column]: Columns) => {
      computed++;
      return column?.join("");
    };
    const isAll = (sample?: string) => Number(sample === "123");
    const { replicates } = bootstrap([Float64Array.of(3, 1, 2)], prepare, { isAll }).isAll;
    expect([computed, replicates.length]).toEqual([1 + 10 + 3, 10_000]); // the sample, its resamples, those without a run
    expectClose([mean(replicates)], [6 / 27], 0.02);
  });

  test("gives a wider interval for a higher level", () => {
    const { mean: all } = bootstrap([Float64Array.of(3, 1, 4, 1.5, 9, 2, 6)], onlyColumn, { mean });
    const [narrow, wide] = [bcaInterval(all, 0.9), bcaInterval(all, 0.99)];
    expect(wide.low).toBeLessThan(narrow.low);
    expect(wide.high).toBeGreaterThan(narrow.high);
  });

  test("has the interval [x, x] of values that are all x", () => {
    const { mean: all } = bootstrap([Float64Array.of(0.1, 0.1, 0.1)], onlyColumn, { mean });
    expect(bcaInterval(all)).toEqual({ low: all.value, high: all.value });
  });

  test("has no interval for one value, none, or replicates on one side of the estimate only", () => {
    const none = { low: Number.NaN, high: Number.NaN };
    const interval = (x: number[], statistic: (sorted: Float64Array) => number) =>
      bcaInterval(bootstrap([Float64Array.from(x)], onlyColumn, { statistic }).statistic);
    expect(interval([5], mean)).toEqual(none);
    expect(interval([], mean)).toEqual(none);
    const distinct = (sorted: Float64Array) => new Set(sorted).size;
    expect(interval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], distinct)).toEqual(none);
    expect(interval([1, 2], standardDeviation)).toEqual(none);
    const unlike = ([first, ...others]: Float64Array) =>
      others.every((other) => other === first) ? Number.NaN : first;
    expect(interval([1, 2, 3, 4], unlike)).toEqual(none); // some resamples have it not
  });

  test("leaves out each run in turn, and of more than a thousand runs each two neighbours", () => {
    const jackknife = (n: number) =>
      bootstrap([Float64Array.from({ length: n }, (_, i) => i)], onlyColumn, { count: ({ length }) => length }).count
        .jackknife;
    expect([...jackknife(3)]).toEqual([2, 2, 2]);
    expect([...jackknife(1000)].every((left) => left === 999)).toBe(true);
    expect([...jackknife(1003)]).toEqual([...Array(501).fill(1001), 1002]);
    expect([...jackknife(0)]).toEqual([]);
  });

  test("takes the quantiles between neighbours where nothing is skewed", () => {
    const replicates = Float64Array.from({ length: 11 }, (_, i) => i);
    const { low, high } = bcaInterval({ value: 5, replicates, jackknife: Float64Array.of(4, 4, 4) });
    expectClose([low, high], [0.25, 9.75], 1e-12);
    const jackknife = Float64Array.of(4, 4, 4);
    expect(bcaInterval({ value: 10, replicates, jackknife }, 1 - 1e-10).high).toBe(10); // at the last of them
  });

  test("refuses columns of different lengths", () => {
    expect(() => bootstrap([new Float64Array(2), new Float64Array(3)], onlyColumn, { mean })).toThrow(
      "bootstrap: expected columns of one length, got 2 and 3",
    );
  });
});

test("resamplesOf(n) is 10,000 up to 2,000 runs, then falls to 2,000", () => {
  expect([0, 1, 200, 2000, 4000, 10_000, 1e6].map(resamplesOf)).toEqual([0, 10_000, 10_000, 10_000, 5000, 2000, 2000]);
});

test("of many runs bootstrap gives the mean the interval of the normal distribution, and an exponential's median that of its density", () => {
  const n = 20_000;
  const values = Float64Array.from({ length: n }, (_, i) => -Math.log(1 - ((7919 * i) % n) / n - 0.5 / n)); // all quantiles
  const all = bootstrap([values], onlyColumn, { mean, median: (sorted) => quantileSorted(sorted, 0.5) });
  const half = 1.96 / Math.sqrt(n); // of both: 1 / sqrt(n), and 1 / (2 f(median) sqrt(n)) with f = 1/2
  for (const [name, centre] of [
    ["mean", 1],
    ["median", Math.log(2)],
  ] as const) {
    const { low, high } = estimateOf(all[name]);
    expect(Math.abs((centre - low) / half - 1)).toBeLessThan(0.1);
    expect(Math.abs((high - centre) / half - 1)).toBeLessThan(0.1);
  }
});

test("samplerOf(columns) repeats each run as often as it counts, every column ascending by itself", () => {
  const sample = samplerOf([Float64Array.of(3, 1, 2), Float64Array.of(-1, 7, 0)]);
  const counts = Uint8Array.of(0, 2, 1);
  expect(sample(counts).map((column) => [...column])).toEqual([
    [1, 1, 2],
    [0, 7, 7],
  ]);
});

test("samplerOf(columns) repeats a run more often than most resamples do", () => {
  const sample = samplerOf([Float64Array.from({ length: 9 }, (_, i) => i)]);
  const counts = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 7);
  expect([...sample(counts)[0]]).toEqual([7, 7, 8, 8, 8, 8, 8, 8, 8]);
});

test("drawInto(counts) draws as many runs as there are, each once on average", () => {
  const random = xoshiroOf("test");
  const counts = new Uint8Array(7);
  const total = new Float64Array(7);
  for (let i = 0; i < 10_000; i++) {
    drawInto(counts, random);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
    for (const [run, count] of counts.entries()) total[run] += count / 10_000;
  }
  for (const times of total) expect(Math.abs(times - 1)).toBeLessThan(0.03); // three standard errors
});
