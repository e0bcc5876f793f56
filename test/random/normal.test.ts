import { describe, expect, test } from "vitest";
import { keyOf } from "../../src/random/key.ts";
import { log, normals, normalsInto } from "../../src/random/normal.ts";
import { wordsInto } from "../../src/random/philox.ts";
import { normalCdf } from "../../src/stats/normal.ts";
import { kolmogorovSmirnov, meanProduct } from "../support/statistics.ts";

const N = 400_000;
const sample = normals(keyOf("test/normal"), N);

/** Box–Muller in float64 on the words that `normals` uses. */
function float64Normals(words: Uint32Array): number[] {
  const open = (word: number) => ((word >>> 9) + 0.5) * 2 ** -23;
  return Array.from(words, (word, i) => {
    const second = i % 2 === 0 ? words[i + 1] : word;
    const first = i % 2 === 0 ? word : words[i - 1];
    const radius = Math.sqrt(-2 * Math.log(open(first)));
    const angle = (Math.PI / 2) * open(second << 2);
    const sign = second & (i % 2 === 0 ? 0x80000000 : 0x40000000) ? -1 : 1;
    return sign * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

describe("normals(key)", () => {
  test("have the standard normal's first six moments", () => {
    const moment = (power: number) => sample.reduce((sum, z) => sum + z ** power, 0) / N;
    const expected = [0, 1, 0, 3, 0, 15];
    const variances = [1, 2, 15, 96, 945, 10_170]; // of z, z², z³, ...
    expected.forEach((value, i) => {
      const sigma = Math.sqrt(variances[i] / N);
      expect(Math.abs(moment(i + 1) - value)).toBeLessThan(4 * sigma);
    });
  });

  test("follow the standard normal: Kolmogorov–Smirnov at 1 in 1,000", () => {
    expect(kolmogorovSmirnov(sample, normalCdf)).toBeLessThan(1.95);
  });

  test.each([1, 2, 3, 4])("lie beyond %d standard deviations as often as they should, on both sides", (bound) => {
    const expected = N * (1 - normalCdf(bound));
    for (const side of [1, -1]) {
      const beyond = sample.reduce((count, z) => count + (side * z > bound ? 1 : 0), 0);
      expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
  });

  test("equal float64 Box–Muller on the same words within 1e-6", () => {
    const words = new Uint32Array(100_000);
    wordsInto(words, [11, 12]);
    const exact = float64Normals(words);
    const ours = normals([11, 12], words.length);
    expect(Math.max(...exact.map((z, i) => Math.abs(z - ours[i])))).toBeLessThan(1e-6);
  });

  test("of two columns, rows, steps, purposes or runs are uncorrelated, and so are their squares", () => {
    const other = {
      column: normals(keyOf("test/normal"), N + 1).subarray(1),
      row: normals(keyOf("test/normal"), N, 1),
      step: new Float32Array(N),
      purpose: normals(keyOf("test/normal/other"), N),
    };
    normalsInto(other.step, keyOf("test/normal"), 0, 1);
    for (const values of Object.values(other)) {
      expect(Math.abs(meanProduct(sample, values))).toBeLessThan(4 / Math.sqrt(N));
      const centred = (z: number) => (z ** 2 - 1) / Math.SQRT2;
      expect(Math.abs(meanProduct(sample.map(centred), values.map(centred)))).toBeLessThan(4 / Math.sqrt(N));
    }
  });

  test("are the same whatever else was drawn, and whatever the row's length", () => {
    const before = normals([5, 6], 10);
    normals([5, 7], 1000);
    expect(normals([5, 6], 7)).toEqual(before.subarray(0, 7));
  });
});

test("log(u) is within 2e-7 relative of the true logarithm, at both ends too", () => {
  for (const u of [2 ** -24, 1 - 2 ** -24, 0.5, Math.fround(Math.SQRT1_2), 0.7, 0.99, 1e-4]) {
    const exact = Math.log(Math.fround(u));
    expect(Math.abs(log(Math.fround(u)) / exact - 1)).toBeLessThan(2e-7);
  }
});
