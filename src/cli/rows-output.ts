import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { TASKS } from "../data/settings.ts";
import type { Rows } from "../data/task-set.ts";
import { isSystemError, systemReason, UsageError } from "../errors.ts";
import { Correlation } from "../stats/moments.ts";
import type { Output } from "./effects.ts";

export const ROW_FORMATS = ["csv", "parquet"] as const;

/** Rows made and written at a time: memory does not grow with the file. */
const CHUNK = 4096;

interface RowsOutput {
  /** Makes `count` rows from number `first` on. */
  readonly chunk: (first: number, count: number) => Rows;
  readonly rows: number;
  /** D. */
  readonly inputs: number;
  readonly format: (typeof ROW_FORMATS)[number];
  /** Undefined for stdout (CSV only). */
  readonly file: string | undefined;
  readonly stdout: Output;
}

interface RowWriter {
  write(rows: Rows, count: number): void;
  finish(): void;
}

/** Writes columns x1 ... xD, y1, y2 in float32; the file appears whole or not at all. Gives the labels' correlation. */
export function writeRows({ chunk, rows, inputs, format, file, stdout }: RowsOutput): number {
  const labels = new Correlation();
  const partial = `${file}.partial`;
  try {
    const names = columnNames(inputs);
    const writer = format === "parquet" ? parquetWriter(partial, names) : csvWriter(file && partial, names, stdout);
    for (let first = 0; first < rows; first += CHUNK) {
      const count = Math.min(CHUNK, rows - first);
      const made = chunk(first, count);
      for (let n = 0; n < count; n++) labels.add(made.y[TASKS * n] as number, made.y[TASKS * n + 1] as number);
      writer.write(made, count);
    }
    writer.finish();
    if (file !== undefined) renameSync(partial, file);
  } catch (error) {
    if (file !== undefined && existsSync(partial)) rmSync(partial);
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file ?? "stdout"}: can't be written: ${systemReason(error)}`);
  }
  return labels.value;
}

function columnNames(D: number): string[] {
  return [...numbered("x", D), ...numbered("y", TASKS)];
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
}

/** Values of row n in the order of the columns. */
function rowValues({ x, y }: Rows, n: number, D: number): number[] {
  return [...x.subarray(n * D, (n + 1) * D), ...y.subarray(n * TASKS, (n + 1) * TASKS)];
}

function csvWriter(path: string | undefined, names: readonly string[], stdout: Output): RowWriter {
  const D = names.length - TASKS;
  const file = path === undefined ? undefined : openSync(path, "w");
  const emit = (text: string) => (file === undefined ? stdout.write(text) : writeSync(file, text));
  emit(`${names.join(",")}\n`);
  return {
    write: (rows, count) => {
      const lines = Array.from({ length: count }, (_, n) => rowValues(rows, n, D).map(float32Text).join(","));
      emit(`${lines.join("\n")}\n`);
    },
    finish: () => file !== undefined && closeSync(file),
  };
}

/** The fewest of 6 to 9 digits that give the float32 number back. */
function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

function parquetWriter(path: string, names: readonly string[]): RowWriter {
  const D = names.length - TASKS;
  const columns = names.map((name) => ({ name, type: "FLOAT" as const, repetition_type: "REQUIRED" as const }));
  const writer = fileWriter(path);
  const parquet = new ParquetWriter({ writer, schema: [{ name: "rows", num_children: names.length }, ...columns] });
  return {
    write: (rows, count) => {
      const columnData = names.map((name, c) => {
        const [values, width, at] = c < D ? [rows.x, D, c] : [rows.y, TASKS, c - D];
        return { name, data: Float32Array.from({ length: count }, (_, n) => values[n * width + at] as number) };
      });
      parquet.write({ columnData, rowGroupSize: count });
    },
    finish: () => parquet.finish(),
  };
}
