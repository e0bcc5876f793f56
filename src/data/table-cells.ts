// A table's cells in memory that all threads share, row after row: a batch then reads a few pieces of memory, not one for each cell.

/**
 * Where a column is in a row, counted in words of 4 bytes: a number as float32, or as float64 at an even place if one of the column's
 * numbers needs it, with NaN for nothing. A text is the place of its value, as int32: -1 for a value of held-out rows alone,
 * NO_TEXT for nothing.
 */
export interface CellColumn {
  readonly kind: "float32" | "float64" | "text";
  readonly at: number;
}

export interface TableCells {
  /** N. */
  readonly rows: number;
  /** Words of a row; even if a column is float64. */
  readonly width: number;
  /** The columns of inputs, then those of labels. */
  readonly columns: readonly CellColumn[];
  /** [N, width]. */
  readonly words: SharedArrayBuffer;
}

export const NO_TEXT = -2;

export class CellReader {
  /** N. */
  readonly rows: number;
  readonly width: number;
  readonly words: Uint32Array;
  readonly #floats: Float32Array;
  readonly #texts: Int32Array;
  readonly #doubles: Float64Array;
  readonly columns: readonly CellColumn[];
  /** Of each column: kinds that are compared for each cell take a fifth longer to read. */
  readonly #isFloat: readonly boolean[];
  readonly #isDouble: readonly boolean[];
  readonly #at: readonly number[];

  /** From an address in `memory` on, a multiple of 8. */
  constructor({ rows, width, columns }: Omit<TableCells, "words">, memory: ArrayBufferLike, address = 0) {
    this.rows = rows;
    this.width = width;
    this.words = new Uint32Array(memory, address, rows * width);
    this.#floats = new Float32Array(memory, address, rows * width);
    this.#texts = new Int32Array(memory, address, rows * width);
    this.#doubles = new Float64Array(memory, address, Math.floor((rows * width) / 2));
    this.columns = columns;
    this.#isFloat = columns.map(({ kind }) => kind === "float32");
    this.#isDouble = columns.map(({ kind }) => kind === "float64");
    this.#at = columns.map(({ at }) => at);
  }

  /** The number of a row in a column, or the place of its text; NaN for nothing. */
  number(row: number, column: number): number {
    const word = row * this.width + this.#at[column];
    if (this.#isFloat[column]) return this.#floats[word];
    if (this.#isDouble[column]) return this.#doubles[word / 2];
    const text = this.#texts[word];
    return text === NO_TEXT ? Number.NaN : text;
  }
}

/** Rows [N, width] of numbers as cells; in columns that have values, they are places of texts. */
export function cellsOf(
  numbers: ArrayLike<number>,
  width: number,
  inputs: readonly { readonly values: number }[] = [],
): TableCells {
  const isText = (column: number) => (inputs[column]?.values ?? 0) > 0;
  const words = new SharedArrayBuffer(8 * numbers.length);
  const [doubles, texts] = [new Float64Array(words), new Int32Array(words)];
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i];
    if (!isText(i % width)) doubles[i] = number;
    else texts[2 * i] = Number.isNaN(number) ? NO_TEXT : number;
  }
  const columns = Array.from(
    { length: width },
    (_, i): CellColumn => ({ kind: isText(i) ? "text" : "float64", at: 2 * i }),
  );
  return { rows: numbers.length / width, width: 2 * width, columns, words };
}
