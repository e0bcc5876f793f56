import { describe, expect, test } from "vitest";
import { correlationMatrix, pairsOf } from "../../src/data/correlation-matrix.ts";
import { measuredCorrelations } from "../../src/data/label-correlation.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import type { GeneratorSettings } from "../../src/data/settings.ts";
import { dot, orthonormalVectors, sine, TaskSet, taskVectors } from "../../src/data/task-set.ts";
import { keyOf } from "../../src/random/key.ts";
import { pearson } from "../../src/stats/moments.ts";
import { meanProduct } from "../support/statistics.ts";

const { settings } = GENERATOR_PRESETS.paper;
const noiseless = { ...settings, noiseStd: 0 };
const identity = { seed: 0, run: 17 };

const length = (w: Float64Array | undefined) => Math.sqrt(dot(w as Float64Array, w as Float64Array));
const cosine = (v: Float64Array | undefined, w: Float64Array | undefined) =>
  dot(v as Float64Array, w as Float64Array) / (length(v) * length(w));

describe("task vectors", () => {
  test("are orthonormal to 1e-12 before mixing, and need as many inputs as there are tasks", () => {
    for (let run = 0; run < 50; run++) {
      const vectors = orthonormalVectors(5, 100, keyOf(`test/${run}`));
      for (const [j, k] of [...pairsOf(5), [3, 3]] as const) {
        const expected = j === k ? 1 : 0;
        expect(Math.abs(dot(vectors[j] as Float64Array, vectors[k] as Float64Array) - expected)).toBeLessThan(1e-12);
      }
    }
    expect(() => orthonormalVectors(3, 2, keyOf("test"))).toThrow("orthonormalVectors: D: expected at least 3, got 2");
  });

  test.each([-1, -0.5, 0, 0.123, 0.98, 1])("have cosine %d and length c", (p) => {
    const [w1, w2] = taskVectors(settings, correlationMatrix(2, p), keyOf("test"));
    expect(cosine(w1, w2)).toBeCloseTo(p, 12);
    for (const w of [w1, w2]) expect(length(w)).toBeCloseTo(0.58, 12);
  });

  test.each([
    [3, -0.5],
    [4, -1 / 3],
    [5, 0.25],
    [7, 1],
  ])("of %d tasks that share a correlation of %d all have that cosine", (tasks, p) => {
    const vectors = taskVectors(settings, correlationMatrix(tasks, p), keyOf("test"));
    for (const [j, k] of pairsOf(tasks)) expect(cosine(vectors[j], vectors[k])).toBeCloseTo(p, 12);
    for (const w of vectors) expect(length(w)).toBeCloseTo(0.58, 12);
  });

  test("of a pattern have its cosines times the cell's correlation", () => {
    const pattern = [
      [1, 1, 0.25],
      [1, 1, 0.25],
      [0.25, 0.25, 1],
    ];
    const [w1, w2, w3] = taskVectors(settings, correlationMatrix(3, 0.8, pattern), keyOf("test"));
    expect(cosine(w1, w2)).toBeCloseTo(0.8, 12);
    expect(cosine(w1, w3)).toBeCloseTo(0.2, 12);
    expect(cosine(w2, w3)).toBeCloseTo(0.2, 12);
  });

  test("of the first two tasks are the same however many follow, others for each run, and point both ways", () => {
    const two = taskVectors(settings, correlationMatrix(2, 0.5), keyOf("test"));
    expect(taskVectors(settings, correlationMatrix(5, 0.5), keyOf("test")).slice(0, 2)).toEqual(two);
    const first = Array.from({ length: 200 }, (_, run) => orthonormalVectors(2, 7, keyOf(`test/${run}`))[0]?.[0]);
    const positive = first.filter((value) => value > 0).length;
    expect(Math.abs(positive - 100)).toBeLessThan(4 * Math.sqrt(50));
    const of = (run: number) => new TaskSet(settings, correlationMatrix(2, 0.5), { seed: 0, run }).vectors[0];
    expect(of(1)).not.toEqual(of(2));
  });

  test("w2 of two tasks is c (p u1 + sqrt(1 - p²) u2), to the last bit", () => {
    const [u1, u2] = orthonormalVectors(2, 100, keyOf("test"));
    const [, w2] = taskVectors(settings, correlationMatrix(2, 0.3), keyOf("test"));
    const expected = u1?.map((value, d) => 0.58 * (0.3 * value + Math.sqrt(1 - 0.3 ** 2) * u2?.[d]));
    expect(w2).toEqual(expected);
  });
});

describe("TaskSet.rows(set, count)", () => {
  const pair = new TaskSet(settings, correlationMatrix(2, 0.5), identity);

  test("gives a row by its number, whatever the count", () => {
    const few = pair.rows("train", 3);
    const many = pair.rows("train", 9);
    expect(many.x.subarray(0, 300)).toEqual(few.x);
    expect(many.y.subarray(0, 6)).toEqual(few.y);
  });

  test("gives labels of equation 4, z-scored by the population's moments", () => {
    const { x, y } = new TaskSet(noiseless, correlationMatrix(2, 0.5), identity).rows("train", 50);
    const { vectors, forms } = new TaskSet(noiseless, correlationMatrix(2, 0.5), identity);
    const { mean, inverseStd } = forms[1];
    for (let n = 0; n < 50; n++) {
      const projection = dot(vectors[1], x.subarray(n * 100, (n + 1) * 100));
      const sines = settings.alpha.reduce(
        (sum, a, i) => sum + Math.sin(a * projection + (settings.beta[i] as number)),
        0,
      );
      expect(y[2 * n + 1]).toBeCloseTo((projection + sines - mean) * inverseStd, 5);
    }
  });

  test("draws the same x and noise at every correlation, and gives equal labels but for noise at 1", () => {
    const other = new TaskSet(settings, correlationMatrix(2, 0.9), identity).rows("train", 20);
    const ours = pair.rows("train", 20);
    expect(other.x).toEqual(ours.x);
    const task = (y: Float32Array, k: number) => y.filter((_, i) => i % 2 === k);
    expect(task(other.y, 0)).toEqual(task(ours.y, 0));
    expect(task(other.y, 1)).not.toEqual(task(ours.y, 1));
    const { y } = new TaskSet(noiseless, correlationMatrix(2, 1), identity).rows("train", 20);
    for (let n = 0; n < 20; n++) expect(y[2 * n + 1]).toBe(y[2 * n]);
  });

  test("draws noise of standard deviation 0.1, independent between the tasks", () => {
    const N = 20_000;
    const noisy = new TaskSet({ ...settings, inputs: 3 }, correlationMatrix(2, 0.5), identity);
    const clean = new TaskSet({ ...noiseless, inputs: 3 }, correlationMatrix(2, 0.5), identity);
    const [with_, without] = [noisy.rows("train", N).y, clean.rows("train", N).y];
    const noise = (k: number) =>
      Float64Array.from({ length: N }, (_, n) => {
        const at = 2 * n + k;
        return (with_[at] / noisy.forms[k].inverseStd - without[at] / clean.forms[k].inverseStd) / 0.1;
      });
    for (const k of [0, 1]) {
      expect(Math.abs(meanProduct(noise(k), noise(k)) - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
    }
    expect(Math.abs(meanProduct(noise(0), noise(1)))).toBeLessThan(4 / Math.sqrt(N));
  });

  test("gives the first two tasks of five the labels that they have as a pair", () => {
    const five = new TaskSet(settings, correlationMatrix(5, 0.5), identity).rows("train", 20);
    const ours = pair.rows("train", 20);
    expect(five.x).toEqual(ours.x);
    for (const k of [0, 1]) {
      expect(five.y.filter((_, i) => i % 5 === k)).toEqual(ours.y.filter((_, i) => i % 2 === k));
    }
  });

  test("has held-out rows and fresh rows of their own", () => {
    const fixed = pair.rows("train", 5).x;
    expect(pair.rows("heldout", 5).x).not.toEqual(fixed);
    expect(pair.rows("train", 5, 1).x).not.toEqual(fixed);
    expect(pair.rows("train", 5, 2).x).not.toEqual(pair.rows("train", 5, 1).x);
  });
});

describe("tasks with settings of their own", () => {
  const N = 20_000;
  const few = { ...settings, inputs: 3 };
  const rowsOf = (data: GeneratorSettings) => new TaskSet(data, correlationMatrix(3, 0.4), identity).rows("train", N);
  const labelsOf = (data: GeneratorSettings, k: number) => rowsOf(data).y.filter((_, i) => i % 3 === k);
  const shareOf = (labels: Float32Array, isOne: (label: number) => boolean) => labels.filter(isOne).length / N;

  test("have the same inputs, and the labels of a task do not depend on the settings of others", () => {
    const tasks = [{ noiseStd: 1 }, {}, { labelled: 0.2, binaryLabels: true, positives: 0.03 }];
    expect(rowsOf({ ...few, tasks }).x).toEqual(rowsOf(few).x);
    expect(labelsOf({ ...few, tasks }, 1)).toEqual(labelsOf(few, 1));
    expect(labelsOf({ ...few, tasks }, 0)).toEqual(labelsOf({ ...few, noiseStd: 1 }, 0));
    expect(labelsOf({ ...few, tasks }, 2)).toEqual(
      labelsOf({ ...few, labelled: 0.2, binaryLabels: true, positives: 0.03 }, 2),
    );
  });

  test.each([0.03, 0.5, 0.8])("have a label 1 in a share of %d rows", (positives) => {
    for (const noiseStd of [0, 0.1, 2]) {
      const labels = labelsOf({ ...few, noiseStd, binaryLabels: true, positives }, 1);
      const error = Math.sqrt((positives * (1 - positives)) / N);
      expect(Math.abs(shareOf(labels, (label) => label === 1) - positives)).toBeLessThan(4 * error);
    }
  });

  test("lack labels in a share of rows, each task in others, and the same in raw labels", () => {
    const gaps = (data: GeneratorSettings, k: number) => labelsOf(data, k).map((label) => Number(Number.isNaN(label)));
    const data = { ...few, labelled: 0.7, tasks: [{}, { labelled: 0.1 }, {}] };
    for (const [k, missing] of [0.3, 0.9, 0.3].entries()) {
      const lacking = gaps(data, k);
      expect(Math.abs(shareOf(lacking, Boolean) - missing)).toBeLessThan(4 * Math.sqrt(0.21 / N));
      expect(gaps({ ...data, rawLabels: true }, k)).toEqual(lacking);
    }
    expect(Math.abs(pearson(gaps(data, 0), gaps(data, 2)))).toBeLessThan(4 / Math.sqrt(N));
    const tasks = new TaskSet(data, correlationMatrix(3, 0.4), identity);
    expect(tasks.gaps("train", 9, 0, 5).map(Number.isNaN as never)).toEqual(
      tasks.rows("train", 9, 0, 5).y.map(Number.isNaN as never),
    );
  });

  test("have raw labels in units of their own, and standardised ones that do not know them", () => {
    const scaled = { ...few, tasks: [{}, { labelScale: 8 }, {}] };
    expect(labelsOf({ ...scaled, rawLabels: true }, 1)).toEqual(
      labelsOf({ ...few, rawLabels: true }, 1).map((label) => 8 * label),
    );
    expect(rowsOf(scaled).y).toEqual(rowsOf(few).y);
  });
});

test("sine(a) is within 2e-15 of the true sine for |a| up to 1,000", () => {
  for (let i = -10_000; i <= 10_000; i++) {
    const a = i / 9.87;
    expect(Math.abs(sine(a) - Math.sin(a))).toBeLessThan(2e-15);
  }
});

test("measuredCorrelations(settings, correlations) is that of the labels that the run trains on, at each", () => {
  const few = { ...GENERATOR_PRESETS.paper.settings, inputs: 7 };
  const own = { seed: 2, run: 5 };
  const expected = [0.5, 0.9].map((p) => {
    const { y } = new TaskSet(few, correlationMatrix(2, p), own).rows("train", 40);
    const task = (k: number) => Array.from({ length: 40 }, (_, n) => y[2 * n + k]);
    return pearson(task(0), task(1));
  });
  expect(measuredCorrelations(few, [0.5, 0.9], 40, own)).toEqual(expected);
});
