// What a model predicts of rows, as the columns of a file: in the unit of each label, or as logits, probabilities and names of classes.
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { crossEntropy, probability } from "../data/task-kinds.ts";
import type { EncodedLabel } from "./encoding.ts";

/** How many outputs a model has for a label. */
function widthOf({ kind, classes }: EncodedLabel): number {
  return kind === "categorical" ? classes.length : 1;
}

/** The columns of each task, by its outputs: `outputs` is [N, O]. */
export function outputColumns(labels: readonly EncodedLabel[], outputs: Float32Array | Float64Array): ColumnSource[][] {
  const O = labels.reduce((sum, label) => sum + widthOf(label), 0);
  let next = 0;
  return labels.map((label) => {
    const first = next;
    next += widthOf(label);
    const column = (c: number) =>
      Float64Array.from({ length: outputs.length / O }, (_, n) => outputs[n * O + first + c]);
    const own = Array.from({ length: widthOf(label) }, (_, c) => column(c));
    return label.kind === "regression" ? [inUnit(label, own[0])] : ofClasses(label, own);
  });
}

/** A column that keeps float64 where a label was shifted, which may be large. */
function inUnit({ column, mean, std }: EncodedLabel, values: Float64Array): ColumnSource {
  return {
    name: `output/${column}`,
    ...numbersOf(
      values.map((value) => mean + std * value),
      mean !== 0 || std !== 1,
    ),
  };
}

/** A column's numbers, in float32 unless they need more. */
export function numbersOf(values: Float64Array, isWide: boolean): Pick<ColumnSource, "data" | "type"> {
  return isWide ? { data: values, type: "DOUBLE" } : { data: Float32Array.from(values), type: "FLOAT" };
}

/** Logits [C][N], or [1][N] of class 1 → these, the probability of each class, and the most probable one. */
function ofClasses({ column, kind, classes }: EncodedLabel, logits: readonly Float64Array[]): ColumnSource[] {
  const names = classes.map(String);
  const isBinary = kind === "binary";
  const shares = isBinary
    ? [-1, 1].map((sign) => logits[0].map((logit) => probability(sign * logit)))
    : softmax(logits);
  const best = (n: number) => shares.reduce((most, share, c) => (share[n] > shares[most][n] ? c : most), 0);
  return [
    ...logits.map((own, c) => ({
      name: isBinary ? `output/${column}` : `output/${column}/${names[c]}`,
      ...numbersOf(own, false),
    })),
    ...shares.map((share, c) => ({ name: `probability/${column}/${names[c]}`, ...numbersOf(share, false) })),
    { name: `prediction/${column}`, data: Array.from(logits[0], (_, n) => names[best(n)]), type: "STRING" },
  ];
}

/** Logits [C][N] → probabilities [C][N]. */
function softmax(logits: readonly Float64Array[]): Float64Array[] {
  const totals = logits[0].map(
    (first, n) =>
      first +
      crossEntropy(
        Float64Array.from(logits, (own) => own[n]),
        0,
      ),
  ); // of exps, their log
  return logits.map((own) => own.map((logit, n) => Math.exp(logit - totals[n])));
}

export function parquetOfColumns(columnData: ColumnSource[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
