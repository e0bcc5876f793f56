import type { Matrix } from "../../data/correlation-matrix.ts";
import { dataIdentity } from "../../data/streams.ts";
import { TaskSet } from "../../data/task-set.ts";
import type { AnyRun, Generated } from "../engine.ts";
import { type Arena, roundUp } from "./arena.ts";
import { columnBytes, type Layout } from "./panels.ts";
import { record } from "./records.ts";

/** Rows of a fixed set that are drawn at a time: whole panels. */
export const SLICE_ROWS = 256;

/** Bytes of a panel of K labels. */
export function labelPanelBytes(K: number, layout: Layout): number {
  return K * columnBytes(layout);
}

/** Bytes of a panel of K tasks' noise: whole blocks of four columns. */
export function noisePanelBytes(K: number, layout: Layout): number {
  return roundUp(K, 4) * columnBytes(layout);
}

/** The address of the generator of the labels of K tasks with these correlations [K, K]. */
export function putGenerator(run: AnyRun & Generated, correlations: Matrix, arena: Arena): number {
  const { data } = run;
  const { vectors, mean, inverseStd } = new TaskSet(data, correlations, dataIdentity(run));
  const { alpha, beta, inputs, noiseStd } = data;
  const all = arena.put(Float64Array.from(vectors.flatMap((vector) => [...vector])));
  const sines = arena.put(Float64Array.from(alpha.flatMap((a, i) => [a, beta[i]])));
  const binary = Number(data.binaryLabels ?? false);
  const sizes = { D: inputs, m: alpha.length, K: vectors.length };
  return arena.put(record("Generator", { vectors: all, sines, ...sizes, binary, noiseStd, mean, inverseStd }));
}
