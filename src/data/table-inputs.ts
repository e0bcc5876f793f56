// The inputs that become of a table's columns: a number stays one, a category has an input for each of its values.

/** What becomes of one column. */
export interface InputEncoding {
  /** How many values a category has, each an input that is 0 or 1; 0 for a number. */
  readonly values: number;
  /** Whether one more input is 1 where the column has nothing. */
  readonly gaps: boolean;
}

/** D, the inputs that become of these columns. */
export function inputCount(columns: readonly InputEncoding[]): number {
  return columns.reduce((sum, { values, gaps }) => sum + Math.max(1, values) + Number(gaps), 0);
}

/** An input column with its place among the inputs. */
export interface PlacedColumn extends InputEncoding {
  readonly first: number;
}

/** Columns one after the other; D numbers if none are given. */
export function placedColumns(columns: readonly InputEncoding[] | undefined, D: number): PlacedColumn[] {
  if (columns === undefined) return Array.from({ length: D }, (_, first) => ({ first, values: 0, gaps: false }));
  let next = 0;
  return columns.map((column) => {
    const first = next;
    next += inputCount([column]);
    return { ...column, first };
  });
}

/**
 * The input that is 1 for `value` of a column: that of a category's value, or the one for nothing, which is NaN. Undefined
 * if there is none: for a number, for a value that the category lacks (-1), and for nothing in a column without gaps.
 */
export function hotInput({ first, values, gaps }: PlacedColumn, value: number): number | undefined {
  if (Number.isNaN(value)) return gaps ? first + Math.max(1, values) : undefined;
  return values > 0 && value >= 0 ? first + value : undefined;
}
