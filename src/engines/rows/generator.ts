import type { Matrix } from "../../data/correlation-matrix.ts";
import { dataIdentity } from "../../data/streams.ts";
import { noiseColumns, TaskSet } from "../../data/task-set.ts";
import type { AnyRun, Generated } from "../engine.ts";
import { type Arena, roundUp } from "./arena.ts";
import { columnBytes, type Layout } from "./panels.ts";
import { record, records } from "./records.ts";

/** Rows of a fixed set that are drawn at a time: whole panels. */
export const SLICE_ROWS = 256;

export function labelPanelBytes(K: number, layout: Layout): number {
  return K * columnBytes(layout);
}

/** Bytes of a panel of so many normals a row: whole blocks of four columns. */
export function noisePanelBytes(columns: number, layout: Layout): number {
  return roundUp(columns, 4) * columnBytes(layout);
}

/** The address of the generator of the labels of K tasks with these correlations [K, K]. */
export function putGenerator(run: AnyRun & Generated, correlations: Matrix, arena: Arena): number {
  const { data } = run;
  const { vectors, forms } = new TaskSet(data, correlations, dataIdentity(run));
  const { alpha, beta, inputs } = data;
  const all = arena.put(Float64Array.from(vectors.flatMap((vector) => [...vector])));
  const sines = arena.put(Float64Array.from(alpha.flatMap((a, i) => [a, beta[i]])));
  const ofTasks = forms.map(({ isBinary, ...form }) => ({ ...form, binary: Number(isBinary) }));
  const K = vectors.length;
  const sizes = { D: inputs, m: alpha.length, K, noiseColumns: noiseColumns(data, K) };
  return arena.put(
    record("Generator", { vectors: all, sines, forms: arena.put(records("LabelForm", ofTasks)), ...sizes }),
  );
}
