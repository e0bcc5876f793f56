import { readFileSync } from "node:fs";
import { parse as parseCsv } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { correlationSds } from "../../src/fit/bars.ts";
import { GOLDEN } from "../golden/golden.ts";

const sets = ["points", "phases"].flatMap((name): Record<string, string>[] =>
  parseCsv(readFileSync(`research/results/${name}.csv`), { columns: true }),
);

describe("correlationSds(shape, noiseStd, correlations, slopes)", () => {
  test("of normal labels is 1 - r²", () => {
    const [scale, noiseStd] = [0.7, 0.4];
    const sds = correlationSds({ scale, s: [], beta: [] }, noiseStd, [-1, -0.3, 0, 0.8, 1], new Float64Array(5));
    const share = scale ** 2 / (scale ** 2 + noiseStd ** 2);
    for (const [i, p] of [-1, -0.3, 0, 0.8, 1].entries()) expect(sds[i]).toBeCloseTo(1 - (share * p) ** 2, 12);
  });

  test.each(Object.keys(GOLDEN.bars))("is that of simulated samples, of set %s", (name) => {
    const { data = "" } = sets.find(({ sines, set }) => `${sines}-${set}` === name) ?? {};
    const { scale, alpha, beta, noiseStd } = parse(data) as Record<"alpha" | "beta", number[]> & Record<string, number>;
    const s = alpha.map((a) => a * scale);
    const sds = correlationSds({ scale, s, beta }, noiseStd, [0.5, 0.98, 1], new Float64Array(3 * (1 + 2 * s.length)));
    // 2,000 trials: a relative error of 1.6 %
    for (const [i, simulated] of (GOLDEN.bars[name] as number[]).entries())
      expect(Math.abs(sds[i] / simulated - 1)).toBeLessThan(0.06);
  });

  test("has the slopes that differences have", () => {
    const at = [0.58, 0.9, 2.3, 2.6, 0.3, 1.9, 4];
    const P = at.length;
    const correlations = [-0.6, 0, 0.7, 1];
    const valuesAt = ([scale, ...rest]: number[], slopes = new Float64Array(4 * P)) =>
      correlationSds({ scale, s: rest.slice(0, 3), beta: rest.slice(3) }, 0.3, correlations, slopes);
    const slopes = new Float64Array(4 * P).fill(9);
    valuesAt(at, slopes);
    for (const i of at.keys()) {
      const [above, below] = [1e-5, -1e-5].map((step) =>
        valuesAt(at.map((value, k) => (k === i ? value + step : value))),
      );
      for (const n of correlations.keys()) expect(slopes[n * P + i]).toBeCloseTo((above[n] - below[n]) / 2e-5, 7);
    }
  });

  test("is 0 of a sine that is too fast for it", () => {
    expect(correlationSds({ scale: 1, s: [1e4], beta: [0] }, 0.1, [0.5], new Float64Array(3))).toEqual(
      Float64Array.of(0),
    );
  });
});
