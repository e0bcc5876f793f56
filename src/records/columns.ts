import { z } from "zod";
import { pairsOf } from "../data/correlation-matrix.ts";
import type { Cell, GridPoint } from "../identity/cell.ts";
import { mean, quantileSorted } from "../stats/moments.ts";
import type { CsvValue } from "./csv.ts";
import { number, RUN_FIELDS } from "./fields.ts";

/** Raised when the meaning of a column changes, but not when a column is added. */
export const CSV_VERSION = 1;

/**
 * A column of a CSV file, or one for each task, pair of tasks, or task and expert (`trainLoss1`, `labelCorrelation1-2`,
 * `gateWeight1-8`), or for each setting that the sweep lists (`lr`).
 */
export interface Column<Row> {
  readonly name: string;
  /** Type, unit and meaning of its values. */
  readonly schema: z.ZodType;
  readonly per?: "task" | "pair" | "expert" | "setting";
  /** The file lacks the column if no row has a value. */
  readonly optional?: true;
  /** Says which rows have an empty cell; missing if each row has a value. */
  readonly emptyFor?: string;
  /** A row's value, or its values per task, pair or setting; undefined if it has none: the cell is empty. */
  readonly of: (row: Row) => CsvValue | readonly CsvValue[] | GridPoint | undefined;
}

/** A file's columns, and the rows that a value gives it. */
export interface Sheet<T> {
  readonly columns: readonly Column<never>[];
  /** E of the columns for each expert. */
  readonly experts: number;
  readonly rowsOf: (value: T) => Iterable<Record<string, CsvValue>>;
}

/** The file's row of K tasks; with columns for each expert, there are as many as the sweep's largest model has. */
export function csvRow<Row>(
  columns: readonly Column<Row>[],
  row: Row,
  tasks: number,
  experts = 0,
): Record<string, CsvValue> {
  const cells: Record<string, CsvValue> = {};
  for (const column of columns) {
    const value = column.of(row);
    if (column.per === "setting") Object.assign(cells, column.of(row));
    else if (column.per === undefined) cells[column.name] = (value as CsvValue | undefined) ?? "";
    else
      for (const [i, name] of columnNames(column, tasks, experts).entries())
        cells[name] = (value as readonly CsvValue[] | undefined)?.[i] ?? "";
  }
  return cells;
}

const known = new WeakMap<Column<never>, Map<string, string[]>>();

export function correlationColumn<Row>(of: (row: Row) => number | null): Column<Row> {
  const schema = number("the cell's correlation p: the cosine of two task weight vectors");
  return { name: "correlation", schema, emptyFor: "your own rows", of };
}

/** The columns of the settings that a sweep lists. */
export function settingColumns<Row>(of: (row: Row) => GridPoint): Column<Row> {
  const description = "one column per listed setting, with its name";
  return {
    name: "SETTING",
    schema: z.union([z.string(), z.number(), z.boolean()]).meta({ description }),
    per: "setting",
    of,
  };
}

/** The names of a column's parts for K tasks and E experts, in a sweep that lists no setting. */
export function columnNames(column: Pick<Column<never>, "name" | "per">, tasks: number, experts = 0): string[] {
  const all = known.get(column as Column<never>) ?? new Map<string, string[]>();
  known.set(column as Column<never>, all);
  const key = `${tasks} ${experts}`;
  const names = all.get(key) ?? namesOf(column, tasks, experts);
  all.set(key, names);
  return names;
}

function namesOf({ name, per }: Pick<Column<never>, "name" | "per">, tasks: number, experts: number): string[] {
  if (per === "setting") return [];
  if (per === undefined) return [name];
  if (per === "task") return Array.from({ length: tasks }, (_, k) => `${name}${k + 1}`);
  if (per === "expert")
    return Array.from({ length: tasks * experts }, (_, i) => {
      return `${name}${Math.floor(i / experts) + 1}-${(i % experts) + 1}`;
    });
  // for one pair, the mean is the only column
  return tasks === 2 ? [] : pairsOf(tasks).map(([j, k]) => `${name}${j + 1}-${k + 1}`);
}

interface Described {
  readonly name: string;
  readonly meaning: string;
  readonly unit: string;
  readonly emptyFor: string;
}

/** A column for each task, and one for their mean: `gateEntropy1`, ..., `gateEntropyMean`. */
export function taskColumns<Row>(
  { name, meaning, unit, emptyFor }: Described,
  of: (row: Row) => { readonly tasks: readonly number[]; readonly mean: number } | undefined,
): Column<Row>[] {
  return [
    { name, schema: number(`${meaning}, of a task`, unit), per: "task", emptyFor, of: (row) => of(row)?.tasks },
    { name: `${name}Mean`, schema: number(`${meaning}: mean over tasks`, unit), emptyFor, of: (row) => of(row)?.mean },
  ];
}

/** The mean over pairs of tasks and, for more than two tasks, a column for each pair. */
export function pairColumns<Row>(
  { name, meaning, unit, emptyFor }: Described,
  of: (row: Row) => readonly number[] | undefined,
): Column<Row>[] {
  return [
    {
      name,
      schema: number(`${meaning}; for more than two tasks, the mean over pairs`, unit),
      emptyFor,
      of: (row) => {
        const values = of(row);
        return values && mean(values);
      },
    },
    { name, schema: number(`${meaning}, of a pair of more than two tasks`, unit), per: "pair", emptyFor, of },
  ];
}

/** What a row's cell is. */
export function cellColumns<Row extends { readonly cell: Cell }>(): Column<Row>[] {
  return [
    { name: "model", schema: RUN_FIELDS.model, of: ({ cell }) => cell.model },
    correlationColumn(({ cell }) => cell.correlation),
    settingColumns(({ cell }) => cell.point),
  ];
}

interface Statistic {
  readonly name: string;
  readonly what: string;
  readonly of: (sorted: Float64Array) => number;
}

/** Over the runs that have a value, sorted. */
export const CELL_STATISTICS: readonly Statistic[] = [
  { name: "mean", what: "mean", of: mean },
  { name: "median", what: "median", of: (sorted) => quantileSorted(sorted, 0.5) },
  { name: "q1", what: "first quartile", of: (sorted) => quantileSorted(sorted, 0.25) },
  { name: "q3", what: "third quartile", of: (sorted) => quantileSorted(sorted, 0.75) },
];
