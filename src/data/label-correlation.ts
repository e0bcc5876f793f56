import { pearson } from "../stats/moments.ts";
import { type GeneratorSettings, TASKS } from "./settings.ts";
import type { DataIdentity } from "./streams.ts";
import { TaskPair } from "./task-pair.ts";

/** Pearson correlation of the two labels over the first rows that a run trains on, at each of the correlations. */
export function measuredCorrelations(
  settings: GeneratorSettings,
  correlations: readonly number[],
  rows: number,
  identity: DataIdentity,
): number[] {
  let x: Float32Array | undefined; // the same at every correlation
  return correlations.map((p) => {
    const pair = new TaskPair(settings, p, identity);
    x ??= pair.inputs("train", rows);
    const y = pair.labels("train", x); // [N, K]
    const task = (k: number) => y.filter((_, i) => i % TASKS === k);
    return pearson(task(0), task(1));
  });
}
