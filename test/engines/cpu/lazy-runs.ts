// A small model with embeddings on rows that have few of their vectors, and the kernels' losses on it.
import { expect } from "vitest";
import type { KernelInstance } from "../../../src/engines/cpu/kernels.ts";
import { CONSTANT } from "../../../src/engines/learning-rate.ts";
import { type OptimizerSettings, PLAIN_TRAINING } from "../../../src/engines/training-settings.ts";
import { parameterCount } from "../../../src/models/parameters.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { range } from "../../support/reference.ts";
import { plainBottom } from "../../support/specs.ts";
import { loneRun } from "./lone-run.ts";

export const STEPS = 100;
/** More than rows of a batch, so that steps leave most vectors as they are. */
const SHOPS = 61;
const ARTICLES = 43;
/** Of which a row has up to three. */
const TAGS = 29;
const TABLES = [
  { rows: SHOPS, size: 3 },
  { rows: ARTICLES, size: 18 },
  { rows: TAGS, size: 6, slots: 3 },
];

export const SPEC: ModelSpec = plainBottom(7, 2, 7, { embeddings: TABLES });

/** In canonical order; the last vector of a table is 0. */
export const INITIAL = Float32Array.from({ length: parameterCount(SPEC) }, (_, i) => 0.6 * Math.sin(1.7 * i + 1));
let end = 0;
for (const { rows, size } of TABLES) {
  end += rows * size;
  INITIAL.fill(0, end - size, end);
}

/**
 * B rows of a step, from 1: two numbers, a shop, an article, and up to three tags, of which two may be the same. Some rows of a batch have the
 * same; some have the last vector.
 */
export function rowsAt(step: number, B: number): { x: number[][]; y: number[][] } {
  const x = range(B).map((b) => [
    ...[0, 1].map((d) => Math.fround(Math.sin(0.7 * step + 1.3 * b + 2.1 * d * (b + 1)))),
    (step * 7 + (b % 4) * (b % 4)) % SHOPS,
    (step * step + 5 * b) % ARTICLES,
    ...range(3).map((slot) => (slot < (step + b) % 4 ? (step + 2 * b + slot * (b % 3)) % TAGS : -1)),
  ]);
  const label = (row: number[], k: number) => Math.sin(3 * row[k]) + Math.cos(row[2 + k]);
  return { x, y: x.map((row) => range(2).map((k) => Math.fround(label(row, k)))) };
}

const PLAIN: OptimizerSettings = { ...PLAIN_TRAINING, lr: 0.01 };

/** Settings of Adam on vectors of a batch alone, by their name. */
export const CASES: readonly [string, OptimizerSettings][] = [
  ["adam", PLAIN],
  ["adam with other betas and epsilon", { ...PLAIN, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }],
  [
    "adam with a cosine after a warm-up",
    { ...PLAIN, schedule: { ...CONSTANT, name: "cosine", warmup: 12, steps: STEPS } },
  ],
];

/** The tasks' losses before each step, and the parameters after the last. */
export function trainedByKernels(memory: KernelInstance, settings: OptimizerSettings, B: number) {
  const run = loneRun(SPEC, B, settings.optimizer, settings.lr, {
    memory,
    settings: { ...settings, embeddingSteps: "lazy" },
  });
  run.setParameters(INITIAL);
  const losses = range(STEPS).map((i) => {
    const { x, y } = rowsAt(i + 1, B);
    run.setBatch(x, y);
    return run.train(1);
  });
  return { losses, parameters: run.parameters() };
}

/** The largest distance between numbers of two lists. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(b.length).toBe(a.length);
  return range(a.length).reduce((most, i) => Math.max(most, Math.abs(a[i] - b[i])), 0);
}
