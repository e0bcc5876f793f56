import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { baseRate } from "../../src/data/label-form.ts";
import { lackText, ladderLosses, lossOfMean, rungName, rungOf } from "../../src/data/ladder-loss.ts";
import { labelMean, labelVariance, ladder } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS, generatorSettings } from "../../src/data/presets.ts";
import { classShares, entropy } from "../../src/data/task-kinds.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { normalCdf } from "../../src/stats/normal.ts";

const settings = generatorSettings("four-sines");
const raw = { ...settings, rawLabels: true };
const variance = labelVariance(settings);

describe("ladderLosses(settings, huberDelta)", () => {
  test("is the ladder for squared errors, half of it for Huber's loss with a wide delta, and begins with the noise alone", () => {
    expect(ladderLosses(settings, null)).toEqual(ladder(settings));
    for (const [j, loss] of ladderLosses(raw, null).entries())
      expect(loss).toBeCloseTo(variance * ladder(settings)[j], 12);
    for (const [j, loss] of ladderLosses(settings, 50).entries()) expect(loss).toBeCloseTo(ladder(settings)[j] / 2, 5);
    for (const [j, loss] of ladderLosses(raw, 50).entries())
      expect(loss).toBeCloseTo((variance * ladder(settings)[j]) / 2, 5);
    const tens = { ...raw, labelScale: 10 };
    const inTens = ladderLosses(raw, 0.15).map((loss) => expect.closeTo(100 * loss, 4));
    expect(ladderLosses(tens, 1.5)).toEqual(inTens);
    const mirrored = { ...tens, beta: tens.beta.map((b) => -b) }; // of -z its sines and their best constants are the negatives
    expect(ladderLosses(mirrored, 1.5)).toEqual(inTens);
    const [s, delta] = [settings.noiseStd, 0.15];
    const a = delta / s;
    const density = Math.exp(-(a ** 2) / 2) / Math.sqrt(2 * Math.PI);
    const within = (s ** 2 / 2) * (2 * normalCdf(a) - 1 - 2 * a * density);
    const beyond = 2 * (delta * s * density - (delta ** 2 / 2) * (1 - normalCdf(a)));
    expect(ladderLosses(raw, delta)[0]).toBeCloseTo(within + beyond, 5);
  });

  test("is the least mean over drawn labels, and no constant of them does better", () => {
    const [delta, n] = [0.5, 200_000];
    const [z, noise] = [normals(keyOf("test/ladder/z"), n), normals(keyOf("test/ladder/noise"), n)];
    const fast = [3, 2]; // alpha rises: the two fastest sines are the last
    const rest = z.map((value, i) => {
      const sines = fast.map((k) => Math.sin(settings.alpha[k] * settings.scale * value + settings.beta[k]));
      return sines.reduce((a, b) => a + b) + settings.noiseStd * noise[i];
    });
    const meanOf = (c: number) => {
      const loss = (e: number) => (Math.abs(e) <= delta ? e ** 2 / 2 : delta * (Math.abs(e) - delta / 2));
      return rest.reduce((sum, y) => sum + loss(y - c), 0) / n;
    };
    const least = Math.min(...Array.from({ length: 41 }, (_, i) => meanOf(-1 + i / 20)));
    expect(ladderLosses(raw, delta)[2]).toBeLessThan(least + 0.002);
    expect(ladderLosses(raw, delta)[2]).toBeGreaterThan(least - 0.002);
  });
});

const PAPER = GENERATOR_PRESETS.paper.settings;

test("lossOfMean(settings, delta) is the mean over 100,000 labels within its sampling error", () => {
  for (const rawLabels of [false, true]) {
    const settings = { ...PAPER, inputs: 2, rawLabels };
    const rows = 100_000;
    const { y } = new TaskSet(settings, correlationMatrix(2, 0), { seed: 1, run: 0 }).rows("train", rows);
    const mean = rawLabels ? labelMean(settings) : 0;
    for (const delta of [null, 0.3, 1]) {
      const losses = Float64Array.from({ length: rows }, (_, n) => {
        const error = Math.abs(y[2 * n] - mean);
        if (delta === null) return error ** 2;
        return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
      });
      const average = losses.reduce((sum, loss) => sum + loss, 0) / rows;
      expect(Math.abs(lossOfMean(settings, delta) / average - 1)).toBeLessThan(0.02);
    }
  }
  expect(lossOfMean({ ...PAPER, rawLabels: true }, null)).toBe(labelVariance(PAPER));
});

test("lossOfMean(settings, delta) is half the variance where no error is beyond delta", () => {
  const settings = { ...PAPER, rawLabels: true, alpha: [0.7, 1.1], beta: [0.5, -0.2] };
  expect(lossOfMean(settings, 1e6)).toBeCloseTo(labelVariance(settings) / 2, 6);
  expect(lossOfMean({ ...settings, rawLabels: false }, 1e6)).toBeCloseTo(0.5, 6);
});

const LADDER = { rungs: [0.1, 0.3, 0.7], ofMean: 1 };

describe("rungOf(loss, ladder)", () => {
  test("is the nearest rung, the lower one halfway, also where cancelling sines make a rung lower than the one before", () => {
    const losses = [0, 0.1, 0.2, 0.201, 0.3, 0.5, 0.51, 0.7, 0.85, 0.86, 1, 9];
    expect(losses.map((loss) => rungOf(loss, LADDER))).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    const ladder = { rungs: [0.1, 0.5, 0.2], ofMean: 1 };
    expect([0.1, 0.14, 0.16, 0.34, 0.36, 0.74, 0.76].map((loss) => rungOf(loss, ladder))).toEqual([
      0, 0, 2, 2, 1, 1, 3,
    ]);
  });

  test("has a name, and what a task there lacks", () => {
    expect([0, 1, 2, 3].map((rung) => rungName(rung, LADDER))).toEqual(["rung 0", "rung 1", "rung 2", "above"]);
    expect([0, 1, 2, 3].map((rung) => lackText(rung, LADDER))).toEqual([
      "lacks no sine",
      "lacks the fastest sine",
      "lacks all 2 sines",
      "no better than the mean",
    ]);
    expect(lackText(2, { ...LADDER, rungs: [0.1, 0.2, 0.3, 0.4] })).toBe("lacks the 2 fastest sines");
  });
});

describe("baseRate(settings) is the share of labels that are 1", () => {
  const paper = { ...GENERATOR_PRESETS.paper.settings, inputs: 4, binaryLabels: true };
  test.each([
    ["of standardised labels", paper],
    ["of raw labels", { ...paper, rawLabels: true }],
    ["of labels without noise", { ...paper, noiseStd: 0 }],
    ["of noisy labels", { ...paper, noiseStd: 2 }],
    ["of rare labels", { ...paper, positives: 0.07 }],
  ])("%s", (_, settings) => {
    const { y } = new TaskSet(settings, correlationMatrix(2, 0), { seed: 0, run: 0 }).rows("train", 20_000);
    const share = y.reduce((sum, label) => sum + label, 0) / y.length;
    expect(Math.abs(baseRate(settings) - share)).toBeLessThan(4 * Math.sqrt(0.25 / y.length));
  });
});

test("classShares(N, labelOf, C) counts each class; entropy(shares) is -sum p ln p, without classes that never occur", () => {
  expect(classShares(6, (n) => [2, 0, 2, Number.NaN, 1, 2][n], 4)).toEqual([0.2, 0.2, 0.6, 0]);
  expect(entropy([0.5, 0.5])).toBeCloseTo(Math.LN2, 12);
  expect(entropy([0.25, 0, 0.75])).toBeCloseTo(0.25 * Math.log(4) + 0.75 * Math.log(4 / 3), 12);
  expect(entropy([1, 0])).toBe(0);
});
