import { type CellColumn, NO_TEXT, type TableCells } from "../data/table-cells.ts";

interface Numbers {
  readonly values: ArrayLike<number>;
  readonly places: ArrayLike<number> | undefined;
  readonly rows: number;
}

/** The cells of a table while it is read: float32 in rows, until a column's numbers need float64. */
export class CellWriter {
  readonly #columns: number;
  #floats: Float32Array;
  /** The numbers of columns that need float64. */
  readonly #wide = new Map<number, Float64Array>();

  constructor(rows: number, columns: number) {
    this.#columns = columns;
    this.#floats = new Float32Array(new SharedArrayBuffer(4 * rows * columns));
  }

  /** Numbers of rows that follow each other: `values`, or those at some places among them. */
  setNumbers(first: number, column: number, { values, places, rows }: Numbers): void {
    if (!(values instanceof Float32Array) || this.#wide.has(column)) {
      for (let n = 0; n < rows; n++) this.set(first + n, column, values[places?.[n] ?? n]);
      return;
    }
    this.#reserve(first + rows);
    const [floats, width] = [this.#floats, this.#columns];
    for (let n = 0, at = first * width + column; n < rows; n++, at += width) floats[at] = values[places?.[n] ?? n];
  }

  /** Places of texts in rows that follow each other; -1 leaves a cell as it is. */
  setPlaces(first: number, column: number, places: Int32Array): void {
    this.#reserve(first + places.length);
    const [floats, width] = [this.#floats, this.#columns];
    for (let n = 0, at = first * width + column; n < places.length; n++, at += width)
      if (places[n] >= 0) floats[at] = places[n];
  }

  set(row: number, column: number, value: number): void {
    const at = row * this.#columns + column;
    this.#reserve(row + 1);
    const wide = this.#wide.get(column);
    if (wide) wide[row] = value;
    else this.#floats[at] = value;
    if (wide || this.#floats[at] === value || Number.isNaN(value)) return;
    this.#widen(column)[row] = value;
  }

  /** The number that was set; of a text, its place as it was set. */
  number(row: number, column: number): number {
    return this.#wide.get(column)?.[row] ?? this.#floats[row * this.#columns + column];
  }

  /** Words of a row. */
  get width(): number {
    const words = this.#columns + this.#wide.size;
    return words + (this.#wide.size > 0 ? words % 2 : 0);
  }

  get #rows(): number {
    return this.#floats.length / this.#columns;
  }

  /** Makes room for more rows than the file said. */
  #reserve(wanted: number): void {
    if (wanted * this.#columns <= this.#floats.length) return;
    const rows = 2 * wanted;
    const longer = new Float32Array(new SharedArrayBuffer(4 * rows * this.#columns));
    longer.set(this.#floats);
    this.#floats = longer;
    for (const [column, numbers] of this.#wide) {
      const more = new Float64Array(rows);
      more.set(numbers);
      this.#wide.set(column, more);
    }
  }

  #widen(column: number): Float64Array {
    const numbers = Float64Array.from({ length: this.#rows }, (_, row) => this.#floats[row * this.#columns + column]);
    this.#wide.set(column, numbers);
    return numbers;
  }

  /** The first `rows` rows. `places[column]` stand for the places of texts: p becomes `places[column][p]`. */
  cells(rows: number, places: readonly (ArrayLike<number> | undefined)[]): TableCells {
    this.#renumber(rows, places);
    const kindOf = (column: number) => (places[column] ? "text" : "float32");
    if (this.#wide.size > 0) return this.#widened(rows, kindOf);
    const words = this.#floats.buffer as SharedArrayBuffer;
    const columns = places.map((_, column): CellColumn => ({ kind: kindOf(column), at: column }));
    return { rows, width: this.#columns, columns, words };
  }

  /** Writes the places of texts as int32 over those in float32. */
  #renumber(rows: number, places: readonly (ArrayLike<number> | undefined)[]): void {
    const texts = new Int32Array(this.#floats.buffer);
    const columns = [...places.entries()].flatMap(([column, own]) => (own ? [{ column, own }] : []));
    for (let row = 0; row < rows; row++) {
      for (const { column, own } of columns) {
        const at = row * this.#columns + column;
        const place = this.#floats[at];
        texts[at] = Number.isNaN(place) ? NO_TEXT : own[place];
      }
    }
  }

  /** Rows with float64 first. */
  #widened(rows: number, kindOf: (column: number) => "text" | "float32"): TableCells {
    let [next, nextWide] = [2 * this.#wide.size, 0];
    const columns = Array.from({ length: this.#columns }, (_, column): CellColumn => {
      if (!this.#wide.has(column)) return { kind: kindOf(column), at: next++ };
      nextWide += 2;
      return { kind: "float64", at: nextWide - 2 };
    });
    const { width } = this;
    const words = new SharedArrayBuffer(4 * width * rows);
    const [from, to, doubles] = [new Int32Array(this.#floats.buffer), new Int32Array(words), new Float64Array(words)];
    for (const [column, { at }] of columns.entries()) {
      const wide = this.#wide.get(column);
      for (let row = 0; row < rows; row++) {
        if (wide) doubles[(row * width + at) / 2] = wide[row];
        else to[row * width + at] = from[row * this.#columns + column];
      }
    }
    return { rows, width, columns, words };
  }
}
