import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { TableSettings, TableValues } from "../../src/data/table.ts";
import { CellReader, cellsOf, type TableCells } from "../../src/data/table-cells.ts";
import type { Run } from "../../src/engines/engine.ts";
import type { TrainingSettings } from "../../src/engines/training-settings.ts";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { range } from "./reference.ts";
import { makeRun } from "./runs.ts";
import { MMOE } from "./specs.ts";

/** Rows of three inputs and two labels, of other means and sizes: [rows][5]. */
export function someRows(rows: number): number[][] {
  const random = normals(keyOf("test/table"), 4 * rows);
  return range(rows).map((n) => {
    const [a, b, c, noise] = [...random.subarray(4 * n, 4 * n + 4)] as [number, number, number, number];
    return [a, 40 * b + 1000, c / 10, 3 * Math.sin(2 * a) + b + 7, a - c + noise / 10];
  });
}

/**
 * A CSV file of such rows, in a folder of its own; with `parts`, every fourth row is held out; with `signs`, y_1 is 0 or 1; with
 * `shops`, x_a is one of seven texts.
 */
export function tableFile(rows = 60, { parts = false, signs = false, shops = false, name = "some.csv" } = {}): string {
  const file = join(mkdtempSync(join(tmpdir(), "mmoe-test-")), name);
  const header = ["x_a", "x_b", "x_c", "y_1", "y_2", ...(parts ? ["part"] : [])];
  const numbers = someRows(rows).map((row) => (signs ? row.with(3, Number(row[3] > 7)) : row));
  const lines = numbers.map(([a, ...others], n) => [
    shops ? `shop ${(n * n) % 13}` : a,
    ...others,
    ...(parts ? [n % 4 === 3 ? "heldout" : "train"] : []),
  ]);
  writeFileSync(file, `${[header, ...lines].map((line) => line.join()).join("\n")}\n`);
  return file;
}

/** A file of columns in a folder, in CSV or Parquet by its name's ending; columns of texts are texts in Parquet, too. */
export function columnsFile(
  columns: Readonly<Record<string, readonly (number | string)[]>>,
  path: string,
  rowGroupSize = 50,
): string {
  const all = Object.entries(columns);
  const lines = all[0]?.[1].map((_, n) => all.map(([, column]) => column[n]).join()) ?? [];
  const columnData = all.map(([name, data]) => {
    return { name, data: [...data], type: typeof data[0] === "string" ? ("STRING" as const) : ("DOUBLE" as const) };
  });
  const bytes = () => Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }));
  writeFileSync(path, path.endsWith(".parquet") ? bytes() : `${[Object.keys(columns), ...lines].join("\n")}\n`);
  return path;
}

/** Such rows in memory, `heldout` of them marked if given. */
export function tableOf(rows: number, changes: Partial<TableSettings> = {}, marks?: readonly number[]): TableSettings {
  const heldout = marks && new Uint8Array(new SharedArrayBuffer(rows));
  heldout?.set(marks ?? []);
  return {
    file: "/some.csv",
    sha256: "ab",
    inputs: 3,
    tasks: 2,
    heldout: marks ? null : 0.25,
    standardise: true,
    rawLabels: false,
    values: {
      cells: cellsOf(Float64Array.from(someRows(rows).flat()), 5),
      ...(heldout && { heldout: heldout.buffer }),
    },
    ...changes,
  };
}

/** All numbers of a table, row after row. */
export function numbersOf({ cells }: TableValues): number[] {
  return range(cells.rows).flatMap((row) => rowOf(cells, row));
}

function rowOf(cells: TableCells, row: number): number[] {
  return cells.columns.map((_, column) => new CellReader(cells, cells.words).number(row, column));
}

/** The numbers of a column of a table. */
export function columnOf({ cells }: TableValues, column: number): number[] {
  return range(cells.rows).map((row) => new CellReader(cells, cells.words).number(row, column));
}

/** Writes a number into a table of `tableOf`. */
export function setNumber({ cells }: TableValues, row: number, column: number, number: number): void {
  new Float64Array(cells.words)[row * cells.columns.length + column] = number;
}

/** A run on 60 such rows, of which 45 are for training. */
export function tableRun(
  { data = tableOf(60), ...changes }: Partial<Run> = {},
  training: Partial<TrainingSettings> = {},
): Run {
  const model = { ...MMOE, inputs: 3, tasks: 2 };
  const rows = { trainRows: 45, heldoutRows: 15 };
  const generated = makeRun({ model }, { batch: 7, steps: 20, evalEvery: 10, ...rows, ...training });
  return { ...generated, ...changes, id: `${model.name}/000`, data, correlation: null, correlationMatrix: null } as Run;
}
