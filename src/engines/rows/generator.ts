import { correlationMatrix } from "../../data/correlation-matrix.ts";
import { TASKS } from "../../data/settings.ts";
import { TaskSet } from "../../data/task-set.ts";
import type { Run } from "../engine.ts";
import { type Arena, recordBytes } from "./arena.ts";
import { LINE } from "./panels.ts";

/** Fixed sets are drawn by as many panels at a time. */
export const SLICE_PANELS = 32;
/** Bytes of a panel of labels, of noise: whole blocks of four columns. */
export const LABEL_PANEL = TASKS * LINE;
export const NOISE_PANEL = 4 * LINE;

/** The address of the generator of one correlation's labels. */
export function putGenerator({ data, seed, index }: Run, correlation: number, arena: Arena): number {
  const matrix = correlationMatrix(TASKS, correlation);
  const { vectors, mean, inverseStd } = new TaskSet(data, matrix, { seed, run: index });
  const { alpha, beta, inputs, noiseStd } = data;
  const both = arena.put(Float64Array.from(vectors.flatMap((vector) => [...vector])));
  const sines = arena.put(Float64Array.from(alpha.flatMap((a, i) => [a, beta[i] as number])));
  return arena.put(recordBytes([both, sines, inputs, alpha.length], [noiseStd, mean, inverseStd]));
}
