import { parse } from "csv-parse/sync";
import { UsageError } from "../../../src/errors.ts";
import { readText } from "../../../src/files.ts";
import type { CorrelationPoint } from "./fit.ts";

/** Columns of results/published/fig2.csv; the last may be missing. */
const [WEIGHTS, LABELS, TWO_SD] = ["weight_cosine", "label_pearson_mean", "two_sd"] as const;
const COLUMNS = [WEIGHTS, LABELS, TWO_SD];

/** The paper's Figure 2 has 9 points. */
const MOST_BYTES = 1_000_000;
const LEAST_POINTS = 2;

interface Trials {
  /** Trials whose mean each point is. */
  readonly trials: number;
  /** Rows of each trial; without them, error bars say how exact the points are, and nothing else. */
  readonly rows?: number;
}

/**
 * Label correlations from a CSV file. Its `two_sd` are two standard deviations over `trials`: the standard error of a
 * point is sd / √trials, and with `rows` they are data themselves. Throws UsageError for the first thing wrong, by its line.
 */
export function readPoints(file: string, { trials, rows: n }: Trials): CorrelationPoint[] {
  const rows = rowsOf(file);
  const header = Object.keys(rows[0]?.record ?? {});
  const missing = [WEIGHTS, LABELS].find((column) => rows.length > 0 && !header.includes(column));
  if (missing !== undefined) {
    throw new UsageError(`${file}: expected the columns ${COLUMNS.join(", ")}, got ${header.join(", ")}`);
  }
  if (rows.length < LEAST_POINTS) {
    throw new UsageError(`${file}: expected at least ${LEAST_POINTS} points below the header, got ${rows.length}`);
  }
  if (n !== undefined && !header.includes(TWO_SD))
    throw new UsageError(`${file}: --rows: expected the column ${TWO_SD}`);
  return rows.map(({ record, line }) => {
    const cell = (column: string, [low, high]: readonly [number, number]) => {
      const text = record[column]?.trim() ?? "";
      const value = text === "" ? Number.NaN : Number(text);
      if (value >= low && value <= high) return value;
      throw new UsageError(`${file}:${line}: ${column}: expected a number from ${low} to ${high}, got '${text}'`);
    };
    const point = { correlation: cell(WEIGHTS, [-1, 1]), labelCorrelation: cell(LABELS, [-1, 1]) };
    if (!header.includes(TWO_SD)) return point;
    const sd = cell(TWO_SD, [1e-9, 2]) / 2;
    const error = sd / Math.sqrt(trials);
    return n === undefined ? { ...point, error } : { ...point, error, bar: { sd: sd * Math.sqrt(n), trials } };
  });
}

interface Row {
  readonly record: Record<string, string>;
  readonly line: number;
}

function rowsOf(file: string): Row[] {
  const text = readText(file, { most: MOST_BYTES });
  try {
    const rows = parse(text, { columns: true, bom: true, info: true, skip_empty_lines: true }) as unknown as {
      record: Record<string, string>;
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    throw new UsageError(`${file}: not readable as CSV: ${(error as Error).message}`);
  }
}
