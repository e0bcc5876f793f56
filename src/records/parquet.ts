import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { z } from "zod";
import { columnNames, type Sheet } from "./columns.ts";
import type { CsvValue } from "./csv.ts";
import { type RunRecord, tasksOf } from "./record.ts";

/** A column of a Parquet file; a cell that is empty in CSV is null. */
interface ParquetColumn {
  readonly name: string;
  readonly type: "STRING" | "INT32" | "DOUBLE";
}

/** Most rows of a row group. */
const GROUP = 50_000;

/** The columns of a sweep's records in Parquet: those of the CSV file; all records have settings and tasks like one of them. */
export function parquetColumns({ columns, experts }: Sheet<RunRecord>, like: RunRecord): ParquetColumn[] {
  const all = columns.flatMap((column): ParquetColumn[] => {
    const type = schemaType(column.schema);
    if (column.per === "setting")
      return Object.entries(like.point).map(([name, value]) => {
        return { name, type: typeof value === "number" ? "DOUBLE" : "STRING" }; // whole in one run may not be in another
      });
    return columnNames(column, tasksOf(like), experts).map((name) => ({ name, type }));
  });
  const first = new Map(all.toReversed().map((column) => [column.name, column])); // a listed setting may have its column already
  return all.filter((column) => first.get(column.name) === column);
}

function schemaType(schema: z.ZodType): ParquetColumn["type"] {
  const { type } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  if (type === "integer") return "INT32";
  return type === "number" ? "DOUBLE" : "STRING";
}

/** A Parquet file of the rows of all `values`, piece by piece: a row group may be all that memory holds at once. */
export function* parquetOf<T>(
  columns: readonly ParquetColumn[],
  values: Iterable<T>,
  rowsOf: (value: T) => Iterable<Record<string, CsvValue>>,
): Generator<Uint8Array> {
  function* groups(): Generator<ColumnSource[]> {
    let rows: Record<string, CsvValue>[] = [];
    const group = () => columns.map(({ name, type }) => ({ name, data: rows.map((row) => cell(row[name], type)) }));
    for (const value of values) {
      for (const row of rowsOf(value)) {
        rows.push(row);
        if (rows.length < GROUP) continue;
        yield group();
        rows = [];
      }
    }
    if (rows.length > 0) yield group();
  }
  yield* parquetFile(columns.map(element), groups());
}

/** A Parquet file of row groups, each made only when the one before is written. */
export function* parquetFile(
  columns: readonly SchemaElement[],
  groups: Iterable<ColumnSource[]>,
): Generator<Uint8Array> {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: [{ name: "rows", num_children: columns.length }, ...columns] });
  const written = () => {
    const bytes = writer.getBytes();
    writer.index = 0;
    return bytes;
  };
  for (const columnData of groups) {
    parquet.write({ columnData, rowGroupSize: columnData[0].data.length });
    yield written();
  }
  parquet.finish();
  yield written();
}

function element({ name, type }: ParquetColumn) {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  if (type === "STRING") return { ...optional, type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  return { ...optional, type } as const;
}

function cell(value: CsvValue | undefined, type: ParquetColumn["type"]): CsvValue | null {
  if (type === "STRING") return value === undefined || value === "" ? null : String(value);
  return typeof value === "number" && !Number.isNaN(value) ? value : null;
}
