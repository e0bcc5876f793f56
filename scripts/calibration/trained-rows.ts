import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Trained } from "./curves.ts";

type Row = Readonly<Record<string, string>>;

/** The rows of a CSV file about trained cells, each with what `rest` reads of it; none if there is no file. */
export function readTrained<T extends object>(file: string, rest: (row: Row) => T): (Trained & T)[] {
  if (!existsSync(file)) return [];
  const rows: Row[] = parse(readFileSync(file), { columns: true });
  return rows.map((row) => ({
    constants: row.constants as string,
    loss: row.loss as string,
    initializer: row.initializer as string,
    rows: row.rows as string,
    batch: Number(row.batch),
    lr: Number(row.lr),
    model: row.model as string,
    correlation: Number(row.correlation),
    ...rest(row),
  }));
}
