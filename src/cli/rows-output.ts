import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { pairsOf } from "../data/correlation-matrix.ts";
import type { Rows } from "../data/task-set.ts";
import { isSystemError, systemReason, UsageError } from "../errors.ts";
import { Correlation } from "../stats/moments.ts";
import { writeWhole } from "../write-whole.ts";
import type { Output } from "./effects.ts";
import { rowsPreview } from "./text/rows-preview.ts";
import { writeOut } from "./write-out.ts";

export const ROW_FORMATS = ["csv", "parquet"] as const;

/** Rows that are made and written at a time: memory does not grow with the file. */
const CHUNK = 4096;

interface RowsOutput {
  /** Makes `count` rows from number `first` on. */
  readonly chunk: (first: number, count: number) => Rows;
  readonly rows: number;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  readonly format: (typeof ROW_FORMATS)[number];
  /** Undefined for stdout (CSV only). */
  readonly file: string | undefined;
  readonly stdout: Output;
}

/** Some rows, and their number. */
type Chunk = readonly [rows: Rows, count: number];

/**
 * Writes columns x1 ... xD, y1 ... yK in float32; a file is written completely or not at all, and a terminal gets the
 * first rows as a table. Returns the
 * correlation of each pair's labels; undefined if the reader of stdout left before the end.
 */
export async function writeRows({
  chunk,
  rows,
  inputs,
  tasks,
  format,
  file,
  stdout,
}: RowsOutput): Promise<number[] | undefined> {
  const pairs = pairsOf(tasks).map(([j, k]) => ({ j, k, labels: new Correlation() }));
  function* chunks(): Generator<Chunk> {
    for (let first = 0; first < rows; first += CHUNK) {
      const count = Math.min(CHUNK, rows - first);
      const made = chunk(first, count);
      for (const { j, k, labels } of pairs) {
        for (let n = 0; n < count; n++) labels.add(made.y[n * tasks + j] as number, made.y[n * tasks + k] as number);
      }
      yield [made, count];
    }
  }
  const names = [...numbered("x", inputs), ...numbered("y", tasks)];
  try {
    if (file === undefined && stdout.isTTY) preview(chunks(), { rows, inputs, tasks }, stdout);
    else if (file === undefined) {
      for (const text of csv(names, inputs, chunks())) if (!(await writeOut(stdout, text))) return undefined;
    } else await writeWhole(file, (format === "parquet" ? parquet : csv)(names, inputs, chunks()));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file ?? "stdout"}: can't be written: ${systemReason(error)}`);
  }
  return pairs.map(({ labels }) => labels.value);
}

/** Shows the first of the rows; the others are made too, for their labels. */
function preview(chunks: Iterable<Chunk>, sizes: Pick<RowsOutput, "rows" | "inputs" | "tasks">, stdout: Output): void {
  let first = true;
  for (const [rows] of chunks) {
    if (first) stdout.write(rowsPreview(rows, sizes));
    first = false;
  }
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
}

/** Values of row n in the order of the columns. */
function rowValues({ x, y }: Rows, n: number, D: number, K: number): number[] {
  return [...x.subarray(n * D, (n + 1) * D), ...y.subarray(n * K, (n + 1) * K)];
}

function* csv(names: readonly string[], D: number, chunks: Iterable<Chunk>): Generator<string> {
  const K = names.length - D;
  yield `${names.join(",")}\n`;
  for (const [rows, count] of chunks) {
    const lines = Array.from({ length: count }, (_, n) => rowValues(rows, n, D, K).map(float32Text).join(","));
    yield `${lines.join("\n")}\n`;
  }
}

/** A float32 number with as few of 6 to 9 digits as give it back. */
function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** One row group for each chunk. */
function* parquet(names: readonly string[], D: number, chunks: Iterable<Chunk>): Generator<Uint8Array> {
  const K = names.length - D;
  const columns = names.map((name) => ({ name, type: "FLOAT" as const, repetition_type: "REQUIRED" as const }));
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: [{ name: "rows", num_children: names.length }, ...columns] });
  const written = () => {
    const bytes = writer.getBytes();
    writer.index = 0;
    return bytes;
  };
  for (const [rows, count] of chunks) {
    const columnData = names.map((name, c) => {
      const [values, width, at] = c < D ? [rows.x, D, c] : [rows.y, K, c - D];
      return { name, data: Float32Array.from({ length: count }, (_, n) => values[n * width + at] as number) };
    });
    parquet.write({ columnData, rowGroupSize: count });
    yield written();
  }
  parquet.finish();
  yield written();
}
