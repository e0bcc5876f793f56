// The inputs that become of a table's columns: a number stays one. A category has an input for each of its values, or, if it
// is embedded, one input: the number of the vector that a model reads in its place; a list has one for each place in it. Such inputs are the last.

/** What becomes of one column. */
export interface InputEncoding {
  /** How many values a category has; 0 for a number. */
  readonly values: number;
  /** Whether nothing in the column is told apart: by one more input that is 1 there, or by a vector of its own. */
  readonly gaps: boolean;
  /** Numbers of the vector that stands for each value; absent if each value is an input that is 0 or 1. */
  readonly embedding?: number;
  /** Whether training rows have values that are not told apart, and whose one vector is trained. */
  readonly hasRare?: boolean;
  /** Of a column of lists, the most values of a row: so many inputs have numbers of vectors, whose mean a model reads; -1 beyond a list's end. */
  readonly slots?: number;
}

/** D, the inputs that become of these columns. */
export function inputCount(columns: readonly InputEncoding[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column), 0);
}

function widthOf({ values, gaps, embedding, slots = 1 }: InputEncoding): number {
  return embedding === undefined ? Math.max(1, values) + Number(gaps) : slots;
}

/** Tables of vectors, of rows of `size` numbers each, for the last inputs; undefined without any. */
export function embeddingsOf(
  columns: readonly InputEncoding[],
): { rows: number; size: number; slots?: number }[] | undefined {
  const embedded = columns.flatMap((column) =>
    column.embedding === undefined
      ? []
      : [
          {
            rows: otherVector(column) + 1 + Number(column.hasRare ?? false),
            size: column.embedding,
            ...(column.slots !== undefined && { slots: column.slots }),
          },
        ],
  );
  return embedded.length > 0 ? embedded : undefined;
}

/** An input column with its place among the inputs. */
export interface PlacedColumn extends InputEncoding {
  readonly first: number;
}

/** Columns in the order of the table, placed one after the other, embedded ones after all others; D numbers if none are given. */
export function placedColumns(columns: readonly InputEncoding[] | undefined, D: number): PlacedColumn[] {
  if (columns === undefined) return Array.from({ length: D }, (_, first) => ({ first, values: 0, gaps: false }));
  let next = 0;
  let embedded = inputCount(columns.filter(({ embedding }) => embedding === undefined));
  return columns.map((column) => {
    const width = widthOf(column);
    if (column.embedding !== undefined) {
      embedded += width;
      return { ...column, first: embedded - width };
    }
    next += width;
    return { ...column, first: next - width };
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

/** The number of the vector for `value` of an embedded column: one for each of its values, for nothing if it has gaps, and for others. */
export function vectorOf(column: InputEncoding, value: number): number {
  if (Number.isNaN(value)) return column.values;
  return value >= 0 ? value : otherVector(column);
}

/** The number of the vector of values that are not told apart: the last, which is not trained, or with `hasRare` the one before. */
export function otherVector({ values, gaps }: InputEncoding): number {
  return values + Number(gaps);
}
