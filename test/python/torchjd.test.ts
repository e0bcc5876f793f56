// Our methods beside TorchJD's aggregators (PyPI: torchjd), which are by other authors and in float64.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { allConstants } from "../../src/engines/methods.ts";
import { ALIGNED_MTL, cagrad, MGDA, NASH_MTL, PCGRAD } from "../../src/engines/tfjs/model/gradient-methods.ts";
import type { GradientMethod } from "../../src/engines/tfjs/model/method.ts";
import { loadTf, type Tf } from "../../src/engines/tfjs/tf.ts";
import {
  dot,
  length,
  mixOf,
  oneHot,
  orderOf,
  someVectors,
  type Vector,
  weightsOf,
} from "../engines/tfjs/model/vectors.ts";
import { temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { HAS_PYTHON, python } from "./python.ts";

const N = 100;

const OURS = {
  pcgrad: PCGRAD,
  mgda: MGDA,
  cagrad: cagrad(allConstants({ method: "cagrad" })),
  "nash-mtl": NASH_MTL,
  "aligned-mtl": ALIGNED_MTL,
};

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

describe.skipIf(!HAS_PYTHON).each([
  ["pairs", 2],
  ["triples", 3],
])(`of ${N} random %s of gradients`, (_, K) => {
  // those of a quarter lean against each other, another quarter's hardly at all
  const gradients = range(N).map((n) => someVectors(K, n, { size: 11, conflict: (n % 4) * 0.3 }));
  const orders = range(N).map((n) => orderOf(K, n));
  let theirs: Record<string, number[][]> = {};
  const ours: Record<string, number[][]> = {};

  beforeAll(() => {
    const file = join(temporaryFolder(), "gradients.json");
    writeFileSync(file, JSON.stringify({ gradients, orders }));
    theirs = JSON.parse(python(["test/python/torchjd_aggregators.py", file]));
    for (const [name, method] of Object.entries(OURS)) ours[name] = combined(method);
  });

  /** Our vectors, [N][D]. */
  function combined(method: GradientMethod): number[][] {
    const order = method === PCGRAD ? { order: orders.map(oneHot) } : {};
    const { shared } = weightsOf(tf, method, gradients, order);
    return gradients.map((vectors, n) => mixOf(shared[n], vectors));
  }

  /** The largest distance of ours from theirs, in lengths of theirs. */
  function farthest(name: keyof typeof OURS, from: string = name, scale = 1, among = range(N)): number {
    const distances = among.map((n) => {
      const [one, other] = [ours[name]?.[n] as Vector, theirs[from]?.[n] as Vector];
      const apart = one.map((value, i) => value - scale * other[i]);
      return length(apart) / (scale * length(other));
    });
    return Math.max(...distances);
  }

  /** Of two of theirs: the largest distance, in lengths of the second; without a scale, of directions. */
  function apart(name: string, from: string, scale?: number, among = [...(theirs[from] ?? []).keys()]): number {
    const distances = among.map((n) => {
      const [one, other] = [theirs[name]?.[n] as Vector, theirs[from]?.[n] as Vector];
      const factor = scale ?? length(one) / length(other);
      return length(one.map((value, i) => value - factor * other[i])) / (factor * length(other));
    });
    return Math.max(...distances);
  }

  const shortened = (vectors: readonly Vector[]) => vectors.map(length);

  test.each([
    ["pcgrad", "pcgrad", 1e-9],
    ["mgda", "mgda, 3000 steps", 0.02],
    ["cagrad", "cagrad", 1e-3],
    ["aligned-mtl", "aligned-mtl, of the sum", 1e-6],
    ["fairgrad, 0.5", "fairgrad, 0.5", 1e-3],
    ["fairgrad, 2", "fairgrad, 2", 1e-3],
    ["imtl-g", "imtl-g", 1e-4],
    ["config", "config", 1e-4],
    ["upgrad", "upgrad, of the sum", 1e-5],
  ])("%s for PyTorch modules is TorchJD's, too", (name, from, limit) => {
    expect(apart(`mmoe, ${name}`, from, 1)).toBeLessThan(limit);
  });

  test("a PyTorch module whose last task has no labels steps as one of the others alone", () => {
    expect(Math.max(...(theirs["without last"]?.[0] ?? [1]))).toBeLessThan(1e-5);
  });

  test("pcgrad is TorchJD's PCGrad in the same order of tasks", () => {
    expect(farthest("pcgrad")).toBeLessThan(2e-5);
  });

  /** From the shortest point d* of a convex set, every point d has |d - d*|² <= |d|² - |d*|². By how much it has more. */
  const excess = (n: number): number => {
    const [one, other] = [ours.mgda?.[n] as Vector, theirs["mgda, 3000 steps"]?.[n] as Vector];
    const apart = length(one.map((value, i) => value - other[i]));
    return (apart ** 2 - length(other) ** 2 + length(one) ** 2) / length(one) ** 2;
  };

  test("mgda is what TorchJD's MGDA comes near by Frank-Wolfe's steps, and never longer", () => {
    expect(farthest("mgda", "mgda, 3000 steps")).toBeLessThan(0.02); // they converge slowly
    expect(Math.max(...range(N).map(excess))).toBeLessThan(1e-6);
    if (K > 2) expect(farthest("mgda")).toBeGreaterThan(0.05); // after the default number of steps, at most 100
    const lengths = shortened(theirs.mgda);
    for (const [n, one] of ours.mgda.entries()) expect(length(one)).toBeLessThan(lengths[n] * 1.00001);
  });

  test("cagrad is TorchJD's CAGrad(c=0.5)", () => {
    expect(farthest("cagrad")).toBeLessThan(1e-3);
  });

  /** Which vectors d solve d = sum_k g_k / (g_k · d), the equation of Nash-MTL. */
  const solving = (vectors: readonly Vector[]) =>
    range(N).filter((n) => {
      const of = gradients[n] as Vector[];
      const one = vectors[n];
      const back = mixOf(
        of.map((g) => 1 / dot(g, one)),
        of,
      );
      return length(one.map((value, i) => value - back[i])) < 1e-3;
    });

  test("nash-mtl is TorchJD's NashMTL without its clip, where that one's solver does not fail", () => {
    expect(solving(ours["nash-mtl"])).toEqual(range(N));
    expect(solving(theirs["mmoe, nash-mtl"])).toEqual(range(N));
    const solved = solving(theirs["nash-mtl, not clipped"]);
    expect(solved.length).toBeGreaterThanOrEqual(0.9 * N);
    expect(farthest("nash-mtl", "nash-mtl, not clipped", 1, solved)).toBeLessThan(1e-4);
  });

  test("TorchJD clips NashMTL to length 1; ours has sqrt(K)", () => {
    const solved = solving(theirs["nash-mtl, not clipped"]).filter((n) => n < 20);
    expect(farthest("nash-mtl", "nash-mtl", Math.sqrt(K), solved)).toBeLessThan(1e-4);
    for (const one of ours["nash-mtl"]) expect(length(one)).toBeCloseTo(Math.sqrt(K), 4);
  });

  if (K === 2) {
    test("TorchJD's NashMTL, FairGrad(1), IMTL-G and ConFIG have one direction, and PCGrad is K times UPGrad", () => {
      for (const name of ["fairgrad", "imtl-g"]) expect(apart("config", name), name).toBeLessThan(1e-4);
      expect(
        apart("config", "nash-mtl, not clipped", undefined, solving(theirs["nash-mtl, not clipped"])),
      ).toBeLessThan(1e-4);
      expect(apart("pcgrad", "upgrad", K)).toBeLessThan(0.01); // UPGrad adds 1e-4 to the products
    });
  } else {
    test("a PyTorch module takes the other tasks in pcgrad's order, and keeps a share of its weights", () => {
      const [[ordered, reversed, smoothed, still]] = theirs.steps as [number[]];
      expect(ordered).toBeLessThan(1e-5);
      expect(reversed).toBeGreaterThan(0.05);
      expect(smoothed).toBeLessThan(1e-4);
      expect(still).toBeGreaterThan(0.05);
    });
  }

  test("aligned-mtl is TorchJD's AlignedMTL of the sum; its default, of the mean, is 1 / K of it", () => {
    expect(farthest("aligned-mtl", "aligned-mtl, of the sum")).toBeLessThan(1e-4);
    expect(farthest("aligned-mtl", "aligned-mtl", K)).toBeLessThan(1e-4);
  });
});
