import { pairsOf } from "../data/correlation-matrix.ts";
import type { RowSet } from "../data/streams.ts";
import type { Rows } from "../data/task-set.ts";
import type { AnyRun } from "../engines/engine.ts";
import { RowMaker } from "../engines/rows/row-maker.ts";
import { type FeedRows, feedOf } from "../engines/rows/row-source.ts";
import { UsageError } from "../errors.ts";
import { writeWhole } from "../files.ts";
import type { ParameterBlock } from "../models/program.ts";
import { parquetFile } from "../records/parquet.ts";
import { Correlation } from "../stats/moments.ts";
import { isSystemError, systemReason } from "../system-errors.ts";
import type { Output } from "./command.ts";
import { writeOut } from "./options.ts";
import { rowsPreview } from "./text/rows-preview.ts";

export const ROW_FORMATS = ["csv", "parquet", "npy"] as const;
type RowFormat = (typeof ROW_FORMATS)[number];

interface RowsOutput extends RunRows {
  readonly format: RowFormat;
  /** Undefined for stdout (CSV alone). */
  readonly file: string | undefined;
  readonly stdout: Output;
}

type Columns = Pick<RunRows, "shape" | "inputs" | "tasks">;

type Chunk = readonly [rows: Rows, count: number];

/**
 * Writes columns x1 ... xD, y1 ... yK in float32, or NumPy's records of x [D] and y [K]; a file is written completely or
 * not at all, and a terminal gets the first rows as a table. Returns the correlation of each pair's labels; undefined if
 * the reader of stdout left before the end.
 */
export async function writeRows({ format, file, stdout, ...rows }: RowsOutput): Promise<number[] | undefined> {
  const { tasks } = rows;
  const pairs = pairsOf(tasks).map(([j, k]) => ({ j, k, labels: new Correlation() }));
  function* chunks(): Generator<Chunk> {
    for (const made of rows.chunks) {
      const count = made.y.length / tasks;
      for (const { j, k, labels } of pairs) {
        for (let n = 0; n < count; n++) labels.add(made.y[n * tasks + j], made.y[n * tasks + k]);
      }
      yield [made, count];
    }
  }
  try {
    if (file === undefined && stdout.isTTY) preview(chunks(), rows, stdout);
    else if (file === undefined) {
      for (const text of csv(rows, chunks())) if (!(await writeOut(stdout, text))) return undefined;
    } else await writeWhole(file, WRITERS[format](rows, chunks()));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file ?? "stdout"}: can't be written: ${systemReason(error)}`);
  }
  return pairs.map(({ labels }) => labels.value);
}

/** Shows the first of the rows; the others are made too, for their labels. */
function preview(chunks: Iterable<Chunk>, { shape, ...sizes }: Columns, stdout: Output): void {
  let first = true;
  for (const [rows] of chunks) {
    if (first) stdout.write(rowsPreview(rows, { rows: rowCount(shape), ...sizes }));
    first = false;
  }
}

/** N, of rows or of batches of rows. */
export function rowCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function namesOf({ inputs, tasks }: Columns): string[] {
  return [...numbered("x", inputs), ...numbered("y", tasks)];
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
}

function* csv(columns: Columns, chunks: Iterable<Chunk>): Generator<string> {
  const { inputs: D, tasks: K } = columns;
  yield `${namesOf(columns).join(",")}\n`;
  for (const [{ x, y }, count] of chunks) {
    const values = (n: number) => [...x.subarray(n * D, (n + 1) * D), ...y.subarray(n * K, (n + 1) * K)];
    const lines = Array.from({ length: count }, (_, n) => values(n).map(float32Text).join(","));
    yield `${lines.join("\n")}\n`;
  }
}

/** A float32 number with as few of 6 to 9 digits as give it back; nothing for a label that is missing. */
function float32Text(value: number): string {
  if (Number.isNaN(value)) return "";
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** One row group for each chunk. */
function parquet(of: Columns, chunks: Iterable<Chunk>): Iterable<Uint8Array> {
  const { inputs: D, tasks: K } = of;
  const names = namesOf(of);
  const columns = names.map((name) => ({ name, type: "FLOAT" as const, repetition_type: "REQUIRED" as const }));
  function* groups() {
    for (const [rows, count] of chunks) {
      yield names.map((name, c) => {
        const [values, width, at] = c < D ? [rows.x, D, c] : [rows.y, K, c - D];
        return { name, data: Float32Array.from({ length: count }, (_, n) => values[n * width + at]) };
      });
    }
  }
  return parquetFile(columns, groups());
}

/** Records of a row each: x [D], then y [K]. */
function* npy({ shape, inputs: D, tasks: K }: Columns, chunks: Iterable<Chunk>): Generator<Uint8Array> {
  const fields = [
    { name: "x", shape: [D] },
    { name: "y", shape: [K] },
  ];
  yield npyHeader(fields, shape);
  for (const [{ x, y }, count] of chunks) {
    const records = new Float32Array(count * (D + K));
    for (let n = 0; n < count; n++) {
      records.set(x.subarray(n * D, (n + 1) * D), n * (D + K));
      records.set(y.subarray(n * K, (n + 1) * K), n * (D + K) + D);
    }
    yield new Uint8Array(records.buffer);
  }
}

const WRITERS = { csv, parquet, npy } satisfies Record<RowFormat, unknown>;

/** Rows that are made at a time: memory does not grow with the file. */
const CHUNK = 4096;

/** Rows of a run, made while they are read. */
export interface RunRows {
  /** [N], or for batches [S, B]. */
  readonly shape: readonly number[];
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  readonly chunks: Iterable<Rows>;
}

/** N = `count` rows of a set from row `from` on, at `step` (0 for a fixed set, the step itself for fresh rows). */
export function setRows(run: AnyRun, set: RowSet, count: number, step: number, from = 0): RunRows {
  const { inputs, tasks } = run.model;
  function* chunks(): Generator<Rows> {
    if (run.correlation === null) {
      const { sets } = feedOf(run);
      const { inputs: inputsOf, y } = sets[set] as FeedRows;
      for (let first = from; first < from + count; first += CHUNK) {
        const to = Math.min(first + CHUNK, from + count);
        yield { x: inputsOf(first, to), y: y.subarray(first * tasks, to * tasks) };
      }
      return;
    }
    const maker = new RowMaker(run);
    for (let first = from; first < from + count; first += CHUNK) {
      const rows = emptyRows(run, Math.min(CHUNK, from + count - first));
      maker.fill(rows, set, step, first);
      yield rows;
    }
  }
  return { shape: [count], inputs, tasks, chunks: chunks() };
}

/** The batches that the run trains on from step `first` to `last`, in their order. */
export function batchRows(run: AnyRun, [first, last]: readonly [number, number]): RunRows {
  const { inputs, tasks } = run.model;
  const { batch } = run.training;
  function* chunks(): Generator<Rows> {
    const { batchInto } = feedOf(run);
    for (let step = first; step <= last; step++) {
      const rows = emptyRows(run, batch);
      batchInto(rows.x, rows.y, step);
      yield rows;
    }
  }
  return { shape: [last - first + 1, batch], inputs, tasks, chunks: chunks() };
}

function emptyRows({ model: { inputs, tasks } }: AnyRun, count: number): Rows {
  return { x: new Float32Array(count * inputs), y: new Float32Array(count * tasks) };
}

const MAGIC = "\x93NUMPY";
/** Bytes that a header is a multiple of. */
const ALIGNED = 64;
/** The longest header text of version 1. */
const LONGEST = 65_535;

/**
 * What comes before the bytes of an array [...shape] of records, whose fields are float32 numbers of a shape, row-major, one after the other, in NumPy's file format:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(
  fields: readonly Pick<ParameterBlock, "name" | "shape">[],
  shape: readonly number[],
): Uint8Array {
  const types = fields.map(({ name, shape }) => `('${name}', '<f4', ${tuple(shape)})`);
  const text = `{'descr': [${types.join(", ")}], 'fortran_order': False, 'shape': ${tuple(shape)}, }`;
  const isShort = padded(text, 10).length <= LONGEST;
  const before = isShort ? 10 : 12;
  const line = padded(text, before);
  const header = Buffer.alloc(before + line.length);
  header.write(MAGIC, "latin1");
  header[6] = isShort ? 1 : 2;
  if (isShort) header.writeUInt16LE(line.length, 8);
  else header.writeUInt32LE(line.length, 8);
  header.write(line, before, "latin1");
  return header;
}

function padded(text: string, before: number): string {
  const length = Math.ceil((before + text.length + 1) / ALIGNED) * ALIGNED - before;
  return `${text.padEnd(length - 1)}\n`;
}

/** As Python writes a tuple. */
function tuple(values: readonly number[]): string {
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(", ")})`;
}
