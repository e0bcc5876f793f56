import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wilcoxon } from "../../src/stats/pairs.ts";
import { GOLDEN } from "./golden/golden.ts";

describe("wilcoxon(differences)", () => {
  test.each(Object.entries(GOLDEN.wilcoxon))("agrees with SciPy: %s", (_, { d, test: [statistic, p] }) => {
    const ours = wilcoxon(Float64Array.from(d));
    expect(ours.statistic).toBe(statistic);
    expect(ours.p).toBeCloseTo(p, 12);
  });

  test("counts every assignment of signs where 14 to 50 differences are tied", () => {
    const d = Float64Array.of(1, 1, 2, -2, 3, 3, 4, 5, 5, -1, 6, 7, 7, 8, 2);
    const size = d.map(Math.abs);
    const ranks = size.map(
      (one) => size.filter((other) => other < one).length + (size.filter((other) => other === one).length + 1) / 2,
    );
    const sums = Array.from({ length: 2 ** d.length }, (_, signs) =>
      ranks.reduce((sum, rank, i) => sum + ((signs >> i) & 1) * rank, 0),
    );
    const { statistic, p } = wilcoxon(d);
    expect(p).toBe((2 * sums.filter((sum) => sum <= statistic).length) / sums.length);
  });

  test("does not depend on the sign or order of all differences", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 70 }), (d) => {
        const { p } = wilcoxon(Float64Array.from(d));
        expect(wilcoxon(Float64Array.from(d, (one) => -one)).p).toBeCloseTo(p, 12);
        expect(wilcoxon(Float64Array.from(d.toReversed())).p).toBeCloseTo(p, 12);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("of nothing is no test", () => {
    expect(wilcoxon(new Float64Array(0))).toEqual({ statistic: Number.NaN, p: Number.NaN });
  });
});
