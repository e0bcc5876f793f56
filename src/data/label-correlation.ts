import { pearson } from "../stats/moments.ts";
import { correlationMatrix, pairsOf } from "./correlation-matrix.ts";
import type { GeneratorSettings } from "./settings.ts";
import type { DataIdentity } from "./streams.ts";
import { TaskSet } from "./task-set.ts";

/** Pearson correlations of each pair of K tasks' labels, in the order of `pairsOf`, over the rows that have both. */
export function taskCorrelations(labels: readonly ArrayLike<number>[]): number[] {
  return pairsOf(labels.length).map(([j, k]) => pearson(labels[j], labels[k]));
}

/** Pearson correlations of each pair of K tasks' labels, from labels y [N, K]. */
export function pairCorrelations(y: Float32Array, K: number): number[] {
  return taskCorrelations(Array.from({ length: K }, (_, k) => y.filter((_, i) => i % K === k)));
}

/** The label correlation of a pair of tasks over the first rows that a run trains on, at each of the correlations. */
export function measuredCorrelations(
  settings: GeneratorSettings,
  correlations: readonly number[],
  rows: number,
  identity: DataIdentity,
): number[] {
  let x: Float32Array | undefined; // the same at every correlation
  return correlations.map((p) => {
    const pair = new TaskSet(settings, correlationMatrix(2, p), identity);
    x ??= pair.inputs("train", rows);
    return pairCorrelations(pair.labels("train", x), 2)[0];
  });
}
