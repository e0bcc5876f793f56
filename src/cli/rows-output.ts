import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { pairsOf } from "../data/correlation-matrix.ts";
import type { Rows } from "../data/task-set.ts";
import { isSystemError, systemReason, UsageError } from "../errors.ts";
import { Correlation } from "../stats/moments.ts";
import { writeWhole } from "../write-whole.ts";
import type { Output } from "./effects.ts";
import { writeOut } from "./write-out.ts";

export const ROW_FORMATS = ["csv", "parquet"] as const;

/** Rows made and written at a time: memory does not grow with the file. */
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

/** Some rows, and how many they are. */
type Part = readonly [rows: Rows, count: number];

/**
 * Writes columns x1 ... xD, y1 ... yK in float32; the file appears whole or not at all. Gives the correlation of each
 * pair's labels; undefined where the reader of stdout left before the end.
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
  function* parts(): Generator<Part> {
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
    if (file === undefined) {
      for (const text of csv(names, inputs, parts())) if (!(await writeOut(stdout, text))) return undefined;
    } else await writeWhole(file, (format === "parquet" ? parquet : csv)(names, inputs, parts()));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file ?? "stdout"}: can't be written: ${systemReason(error)}`);
  }
  return pairs.map(({ labels }) => labels.value);
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
}

/** Values of row n in the order of the columns. */
function rowValues({ x, y }: Rows, n: number, D: number, K: number): number[] {
  return [...x.subarray(n * D, (n + 1) * D), ...y.subarray(n * K, (n + 1) * K)];
}

function* csv(names: readonly string[], D: number, parts: Iterable<Part>): Generator<string> {
  const K = names.length - D;
  yield `${names.join(",")}\n`;
  for (const [rows, count] of parts) {
    const lines = Array.from({ length: count }, (_, n) => rowValues(rows, n, D, K).map(float32Text).join(","));
    yield `${lines.join("\n")}\n`;
  }
}

/** The fewest of 6 to 9 digits that give the float32 number back. */
function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** A row group a part. */
function* parquet(names: readonly string[], D: number, parts: Iterable<Part>): Generator<Uint8Array> {
  const K = names.length - D;
  const columns = names.map((name) => ({ name, type: "FLOAT" as const, repetition_type: "REQUIRED" as const }));
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: [{ name: "rows", num_children: names.length }, ...columns] });
  const written = () => {
    const bytes = writer.getBytes();
    writer.index = 0;
    return bytes;
  };
  for (const [rows, count] of parts) {
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
