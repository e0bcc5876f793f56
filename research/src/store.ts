// All that the search trained, as two Parquet files: `curves` (one row per point of a cell's mean curve) and `runs` (how each run
// ended). Column `sweep` is empty, or names a sweep that answers another question and is in no ranking.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { parquetReadObjects, type SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { eachLoss, LOSS_SETS } from "../../src/config/losses.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import type { CurvePoint } from "./curves.ts";
import type { RunFinal } from "./finals.ts";

/** What was trained of the settings of the search, or by a sweep of its own. */
export interface Stored {
  /** The mean curve of every cell. */
  readonly curves: readonly CurvePoint[];
  /** How each run ended. */
  readonly finals: readonly RunFinal[];
}

type Row = Readonly<Record<string, string | number>>;
type ColumnType = "STRING" | "INT32" | "DOUBLE";
type Columns = Readonly<Record<string, ColumnType>>;

const FOLDER = "research/results";
const CELL: Columns = {
  ...{ sweep: "STRING", constants: "STRING", loss: "STRING", initializer: "STRING", rows: "STRING", batch: "INT32" },
  ...{ lr: "DOUBLE", model: "STRING", correlation: "DOUBLE" },
};
/** Significant digits of a loss. As two integers, `digits * 10^power`, it takes half of the room of a float64. */
const DIGITS = 6;
const CURVES: Columns = {
  ...CELL,
  runs: "INT32",
  step: "INT32",
  ...inDigits(LOSS_SETS.flatMap((set) => [set, `${set}Error`])),
};
const RUNS: Columns = {
  ...CELL,
  run: "INT32",
  steps: "INT32",
  ...inDigits(["running1", "running2", "late1", "late2"]),
};

function inDigits(names: readonly string[]): Columns {
  return Object.fromEntries(names.flatMap((name) => [`${name}Digits`, `${name}Power`].map((key) => [key, "INT32"])));
}

/** What is stored, by sweep. */
export async function readStored(folder = FOLDER): Promise<Map<string, Stored>> {
  const [curves, finals] = [
    groupBy(await readParquet(`${folder}/curves.parquet`), sweepOf),
    groupBy(await readParquet(`${folder}/runs.parquet`), sweepOf),
  ];
  return new Map(
    [...curves].map(([sweep, points]) => [
      sweep,
      { curves: points.map(pointIn), finals: (finals.get(sweep) ?? []).map(finalIn) },
    ]),
  );
}

const sweepOf = ({ sweep }: Row): string => sweep as string;

function pointIn(row: Row): CurvePoint {
  const { runs, step } = row;
  const losses = eachLoss((set) => ({ mean: numberIn(row, set), error: numberIn(row, `${set}Error`) }));
  return { ...cellIn(row), runs, step, losses } as unknown as CurvePoint;
}

function finalIn(row: Row): RunFinal {
  const each = (name: string) => [1, 2].map((k) => numberIn(row, `${name}${k}`));
  const { run, steps } = row;
  return { ...cellIn(row), run, steps, running: each("running"), late: each("late") } as unknown as RunFinal;
}

function cellIn({ constants, loss, initializer, rows, batch, lr, model, correlation }: Row): Row {
  return { constants, loss, initializer, rows, batch, lr, model, correlation };
}

/** Writes this in place of what was stored. */
export function writeStored(stored: ReadonlyMap<string, Stored>, folder = FOLDER): void {
  const all = [...stored];
  const curves = all.flatMap(([sweep, own]) =>
    own.curves.map(({ losses, ...rest }) => {
      const each = LOSS_SETS.map((set) => ({
        ...digitsOf(losses[set].mean, set),
        ...digitsOf(losses[set].error, `${set}Error`),
      }));
      return Object.assign({ sweep, ...rest }, ...each);
    }),
  );
  const runs = all.flatMap(([sweep, own]) =>
    own.finals.map(({ running, late, ...rest }) => {
      const each = [0, 1].map((k) => ({
        ...digitsOf(running[k] as number, `running${k + 1}`),
        ...digitsOf(late[k] as number, `late${k + 1}`),
      }));
      return Object.assign({ sweep, ...rest }, ...each);
    }),
  );
  writeParquet(`${folder}/curves.parquet`, CURVES, curves);
  writeParquet(`${folder}/runs.parquet`, RUNS, runs);
}

function digitsOf(loss: number, name: string): Row {
  const [digits, power] = loss.toExponential(DIGITS - 1).split("e") as [string, string];
  return { [`${name}Digits`]: Number(digits.replace(".", "")), [`${name}Power`]: Number(power) - (DIGITS - 1) };
}

function numberIn(row: Row, name: string): number {
  return Number(`${row[`${name}Digits`]}e${row[`${name}Power`]}`);
}

/** A file of columns, gzipped: digits byte by byte, since the first ones of neighbours are much alike. */
function writeParquet(path: string, columns: Columns, rows: readonly Row[]): void {
  const names = Object.keys(columns);
  const schema = [{ name: "rows", num_children: names.length }, ...names.map((key) => element(key, columns[key]))];
  const columnData = names.map((key) => {
    const data = rows.map((row) => row[key]);
    return { name: key, data, ...(key.endsWith("Digits") && { encoding: "BYTE_STREAM_SPLIT" as const }) };
  });
  const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes, { level: 9 })) };
  const bytes = parquetWriteBuffer({ columnData, schema, codec: "GZIP", compressors, rowGroupSize: rows.length });
  writeFileSync(path, new Uint8Array(bytes));
}

function element(name: string, type: ColumnType): SchemaElement {
  const field = { name, repetition_type: "REQUIRED" as const };
  return type === "STRING" ? { ...field, type: "BYTE_ARRAY", converted_type: "UTF8" } : { ...field, type };
}

async function readParquet(path: string): Promise<Row[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return (await parquetReadObjects({ file, compressors: { GZIP: (input) => gunzipSync(input) } })) as Row[];
}
