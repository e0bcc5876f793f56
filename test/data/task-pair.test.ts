import { describe, expect, test } from "vitest";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { sine } from "../../src/data/sine.ts";
import { TaskPair } from "../../src/data/task-pair.ts";
import { dot, orthonormalPair, taskVectors } from "../../src/data/task-vectors.ts";
import { keyOf } from "../../src/random/key.ts";
import { meanProduct } from "../support/statistics.ts";

const { settings } = GENERATOR_PRESETS.paper;
const noiseless = { ...settings, noiseStd: 0 };
const identity = { seed: 0, run: 17 };

describe("task vectors", () => {
  test("are orthonormal to 1e-12 before mixing", () => {
    for (let run = 0; run < 50; run++) {
      const [u1, u2] = orthonormalPair(100, keyOf(`test/${run}`));
      expect(Math.abs(dot(u1, u1) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(dot(u2, u2) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(dot(u1, u2))).toBeLessThan(1e-12);
    }
  });

  test("of a single input can't be had", () => {
    expect(() => orthonormalPair(1, keyOf("test"))).toThrow("orthonormalPair: D: expected at least 2, got 1");
  });

  test.each([-1, -0.5, 0, 0.123, 0.98, 1])("have cosine %d and length c", (p) => {
    const { w1, w2 } = taskVectors(settings, p, keyOf("test"));
    const [length1, length2] = [Math.sqrt(dot(w1, w1)), Math.sqrt(dot(w2, w2))];
    expect(length1).toBeCloseTo(0.58, 12);
    expect(length2).toBeCloseTo(0.58, 12);
    expect(Math.abs(dot(w1, w2) / (length1 * length2) - p)).toBeLessThan(1e-12);
  });

  test("point both ways: no component has a sign of its own", () => {
    const first = Array.from({ length: 200 }, (_, run) => orthonormalPair(7, keyOf(`test/${run}`))[0][0] as number);
    const positive = first.filter((value) => value > 0).length;
    expect(Math.abs(positive - 100)).toBeLessThan(4 * Math.sqrt(50));
  });

  test("are drawn anew for each run", () => {
    const of = (run: number) => new TaskPair(settings, 0.5, { seed: 0, run }).vectors.w1;
    expect(of(1)).not.toEqual(of(2));
  });
});

describe("TaskPair.rows(set, count)", () => {
  const pair = new TaskPair(settings, 0.5, identity);

  test("gives a row by its number, whatever the count", () => {
    const few = pair.rows("train", 3);
    const many = pair.rows("train", 9);
    expect(many.x.subarray(0, 300)).toEqual(few.x);
    expect(many.y.subarray(0, 6)).toEqual(few.y);
  });

  test("gives labels of equation 4, z-scored by the population's moments", () => {
    const { x, y } = new TaskPair(noiseless, 0.5, identity).rows("train", 50);
    const { vectors, mean, inverseStd } = new TaskPair(noiseless, 0.5, identity);
    for (let n = 0; n < 50; n++) {
      const projection = dot(vectors.w2, x.subarray(n * 100, (n + 1) * 100));
      const sines = settings.alpha.reduce(
        (sum, a, i) => sum + Math.sin(a * projection + (settings.beta[i] as number)),
        0,
      );
      expect(y[2 * n + 1]).toBeCloseTo((projection + sines - mean) * inverseStd, 5);
    }
  });

  test("draws the same x and noise at every correlation, and the first task's labels too", () => {
    const other = new TaskPair(settings, 0.9, identity).rows("train", 20);
    const ours = pair.rows("train", 20);
    expect(other.x).toEqual(ours.x);
    const task = (y: Float32Array, k: number) => y.filter((_, i) => i % 2 === k);
    expect(task(other.y, 0)).toEqual(task(ours.y, 0));
    expect(task(other.y, 1)).not.toEqual(task(ours.y, 1));
  });

  test("gives equal labels but for noise at correlation 1", () => {
    const { y } = new TaskPair(noiseless, 1, identity).rows("train", 20);
    for (let n = 0; n < 20; n++) expect(y[2 * n + 1]).toBe(y[2 * n]);
  });

  test("draws noise of standard deviation 0.1, independent between the tasks", () => {
    const N = 20_000;
    const noisy = new TaskPair({ ...settings, inputs: 3 }, 0.5, identity);
    const clean = new TaskPair({ ...noiseless, inputs: 3 }, 0.5, identity);
    const [with_, without] = [noisy.rows("train", N).y, clean.rows("train", N).y];
    const noise = (k: number) =>
      Float64Array.from({ length: N }, (_, n) => {
        const at = 2 * n + k;
        return ((with_[at] as number) / noisy.inverseStd - (without[at] as number) / clean.inverseStd) / 0.1;
      });
    for (const k of [0, 1]) {
      expect(Math.abs(meanProduct(noise(k), noise(k)) - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
    }
    expect(Math.abs(meanProduct(noise(0), noise(1)))).toBeLessThan(4 / Math.sqrt(N));
  });

  test("has held-out rows and fresh rows of their own", () => {
    const fixed = pair.rows("train", 5).x;
    expect(pair.rows("heldout", 5).x).not.toEqual(fixed);
    expect(pair.rows("train", 5, 1).x).not.toEqual(fixed);
    expect(pair.rows("train", 5, 2).x).not.toEqual(pair.rows("train", 5, 1).x);
  });
});

test("sine(a) is within 2e-15 of the true sine for |a| up to 1,000", () => {
  for (let i = -10_000; i <= 10_000; i++) {
    const a = i / 9.87;
    expect(Math.abs(sine(a) - Math.sin(a))).toBeLessThan(2e-15);
  }
});
