import type { TableCells } from "./table-cells.ts";
import type { InputEncoding } from "./table-inputs.ts";

/** The user's own rows, instead of the generator's. */
export interface TableSettings {
  /** Absolute path of the file. */
  readonly file: string;
  /** The columns that are labels and inputs, if their names do not say so. */
  readonly chosen?: ChosenColumns;
  /** How its cells are read, if not by what they hold. */
  readonly reading?: TableReading;
  /** SHA-256 of the file's bytes, in hexadecimal digits: it stands for the rows wherever settings are compared. */
  readonly sha256: string;
  /** D, which includes those that categories and gaps become. */
  readonly inputs: number;
  /** What becomes of each column of inputs in the file; absent if each is one number. */
  readonly columns?: readonly InputEncoding[];
  /** K. */
  readonly tasks: number;
  /** Share of the rows that are held out, drawn again in each run; null if the file says which are. */
  readonly heldout: number | null;
  /** Inputs are z-scored by the moments of the run's training rows; otherwise they are as in the file. */
  readonly standardise: boolean;
  /** Labels as in the file; otherwise z-scored as the inputs may be. */
  readonly rawLabels: boolean;
  /**
   * The numbers of each label's classes in the file, [K][C], in order: its class is the place of its number. Null for one
   * that is a number; absent if all are.
   */
  readonly classes?: readonly (readonly number[] | null)[];
  /** What losses of rows of each class count, [K]; null for a task without such weights, absent if all are. */
  readonly classWeights?: readonly (ClassWeights | null)[];
  /** Of a table whose runs have splits of different sizes, the rows that a run is asked for which has all of its own. */
  readonly whole?: { readonly trainRows: number; readonly heldoutRows: number };
  /** The rows themselves: they are there before the first step. */
  readonly values?: TableValues;
}

/** One for each class, [C]; or `balanced`: 1 / the class's share of the training rows. */
export type ClassWeights = readonly number[] | "balanced";

/** Whether rows have weights, which multiply their losses. */
export function areWeighted({ classWeights, reading }: TableSettings): boolean {
  return classWeights !== undefined || reading?.weight !== undefined;
}

/** Ways to split a table by a column: its values stay together, its last rows are the test, or parts have equal shares of its values. */
export const SPLITS = ["group", "time", "stratify"] as const;

/** A column that is used beside inputs and labels. */
export interface SideColumn {
  readonly by: (typeof SPLITS)[number] | "metricsBy" | "weight";
  readonly column: string;
}

/** How a column splits a table. */
export interface PartsBy extends SideColumn {
  readonly by: (typeof SPLITS)[number];
  /** Share of the rows that are for the test. */
  readonly heldout: number;
  /** Of the split that all runs have. */
  readonly seed: number;
}

/** Whether each run has parts of its own by a column. */
export function areDrawn({ parts, split, folds }: TableReading): boolean {
  return parts !== undefined && (split === "run" || folds !== undefined);
}

/** What the user says of a table's cells. */
export interface TableReading {
  /** Columns that are categories though their values are numbers. */
  readonly categorical?: readonly string[] | undefined;
  /** Words that stand for an empty cell. */
  readonly na?: readonly string[] | undefined;
  /** Values of a category with fewer training rows are other values, whose vector is then trained; absent for 1. */
  readonly minCount?: number | undefined;
  /**
   * The seed of the split that all runs have. Or each run draws its own: rows marked for validation are then training rows, of which it
   * draws validation rows. Absent in older sweeps, whose runs draw their own among rows that are not marked.
   */
  readonly split?: number | "run" | undefined;
  /** How many folds the rows are in: each run has another one for its test. Their seed is `split`. */
  readonly folds?: number | undefined;
  /** Columns whose cells are lists of values, such as `39,12`. */
  readonly lists?: readonly string[] | undefined;
  /** The texts of a category of more than these are hashed to as many values. */
  readonly hash?: number | undefined;
  /** Labels that follow each other: a row that lacks one has none of the later ones (docs/ids.md). */
  readonly funnel?: readonly string[] | undefined;
  /** Absent where chance splits, or a column `part`. */
  readonly parts?: PartsBy | undefined;
  /** The column in whose groups of equal values metrics are taken, beside those of all rows. */
  readonly metricsBy?: string | undefined;
  /** How many rows of each group count in NDCG. */
  readonly ndcgAt?: number | undefined;
  /** The column that says what a row's losses count. */
  readonly weight?: string | undefined;
}

/** The columns that are used beside inputs and labels. */
export function sideColumns({ parts, ...others }: TableReading): SideColumn[] {
  const named = (["metricsBy", "weight"] as const).flatMap((by) => {
    const column = others[by];
    return column === undefined ? [] : [{ by, column }];
  });
  return [...(parts ? [parts] : []), ...named];
}

export interface ChosenColumns {
  readonly labels: readonly string[];
  /** Absent for all columns that are neither labels nor `part`. */
  readonly inputs?: readonly string[];
}

/** A table's rows in memory that all threads share. */
export interface TableValues {
  /** Which table of this process it is; without it, rows are worked out again for each run. */
  readonly id?: number;
  readonly cells: TableCells;
  /** Uint8 [N]: 0 for a training row, 1 for a test row, 2 for a validation row; absent if the file does not say. */
  readonly heldout?: SharedArrayBuffer;
  /** Uint32 [N]: what each row has in the column by which each run draws its parts, as a place among its values; absent without one. */
  readonly places?: SharedArrayBuffer;
  /** Uint32 [N]: of what each row has in the column of groups of metrics, its place among the values; absent without one. */
  readonly groups?: SharedArrayBuffer;
  /** Float32 [N]: what each row's losses count; absent if all count alike. */
  readonly weights?: SharedArrayBuffer;
  /** The lists of columns of lists, as table-lists.ts has them; absent without such columns. */
  readonly lists?: SharedArrayBuffer;
}

/** How many of N rows are held out: at least one, and not all. */
export function heldoutCount(N: number, share: number): number {
  return Math.min(N - 1, Math.max(1, Math.round(share * N)));
}
