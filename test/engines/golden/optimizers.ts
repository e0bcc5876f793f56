// What PyTorch gives for 100 steps of each optimizer: optimizers.py makes it and says how.
import { readFileSync } from "node:fs";
import type { OptimizerSettings } from "../../../src/engines/training-settings.ts";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { range } from "../../support/reference.ts";
import { plainBottom } from "../../support/specs.ts";

interface Case {
  readonly settings: OptimizerSettings;
  /** The tasks' losses before some of the steps, [K]. */
  readonly losses: Readonly<Record<number, readonly number[]>>;
}

export const CASES: [string, Case][] = Object.entries(
  JSON.parse(readFileSync("test/engines/golden/optimizers.json", "utf8")),
);

/** How far losses of about 1 may be from it. */
export const APART = 2e-6;

export const B = 6;
const D = 5;
const K = 2;

export const BOTTOM: ModelSpec = plainBottom(D, K, 7);

/** 58 parameters in canonical order. */
export const INITIAL = Float32Array.from({ length: D * 7 + 7 + K * (7 + 1) }, (_, i) => 0.6 * Math.sin(1.7 * i + 1));

/** The rows of a step, from 1. */
export function rowsAt(step: number): { x: number[][]; y: number[][] } {
  const x = range(B).map((b) => range(D).map((d) => Math.fround(Math.sin(0.7 * step + 1.3 * b + 2.1 * d * (b + 1)))));
  const label = (row: number[], k: number) => Math.sin(3 * row[k]) + row[2] * row[3 + k];
  return { x, y: x.map((row) => range(K).map((k) => Math.fround(label(row, k)))) };
}
