import { type CellColumn, NO_TEXT, type TableCells } from "../data/table-cells.ts";

/** Numbers of rows that follow each other. */
export type Numbers = Float32Array | Float64Array;

/** Numbers of a column, from a row on. */
interface Piece {
  readonly first: number;
  readonly column: number;
  readonly numbers: Float32Array;
}

/** What is written of a column. */
interface Column {
  readonly isText: boolean;
  /** Its numbers, if some need float64. */
  readonly wide: Float64Array | undefined;
}

/** So many numbers wait at most. It is quicker to write many columns of a few rows, which are near in memory, than all rows of a column. */
const MOST_WAITING = 2 ** 22;
/** Rows that are written at once. */
const TILE = 256;

/** The cells of a table while it is read: float32 in rows, until a column's numbers need float64. */
export class CellWriter {
  readonly #columns: number;
  #floats: Float32Array<SharedArrayBuffer>;
  /** The numbers of columns that need float64. */
  readonly #wide = new Map<number, Float64Array>();
  #pieces: Piece[] = [];
  #waiting = 0;

  constructor(rows: number, columns: number, memory = new SharedArrayBuffer(4 * rows * columns)) {
    this.#columns = columns;
    this.#floats = new Float32Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#floats.buffer;
  }

  /** Sets a column's numbers from a row on, which nobody may change. They are there after `flush`. */
  setAll(first: number, column: number, numbers: Numbers): void {
    this.#reserve(first + numbers.length);
    const floats = numbers instanceof Float32Array ? numbers : new Float32Array(numbers);
    const wide = this.#wide.get(column) ?? (areSame(floats, numbers) ? undefined : this.#widen(column));
    wide?.set(numbers, first);
    if (wide) return;
    this.#pieces.push({ first, column, numbers: floats });
    this.#waiting += floats.length;
    if (this.#waiting > MOST_WAITING) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    const pieces = this.#pieces;
    const [floats, width] = [this.#floats, this.#columns];
    const last = pieces.reduce((most, { first, numbers }) => Math.max(most, first + numbers.length), 0);
    const start = pieces.reduce((least, { first }) => Math.min(least, first), last);
    for (let from = start; from < last; from += TILE) {
      for (const { first, column, numbers } of pieces) {
        const end = Math.min(from + TILE - first, numbers.length);
        for (let n = Math.max(0, from - first), at = (first + n) * width + column; n < end; n++, at += width)
          floats[at] = numbers[n];
      }
    }
    [this.#pieces, this.#waiting] = [[], 0];
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

  /** Reads the numbers of a column as they were set and flushed; of texts, their places. */
  readerOf(column: number): (row: number) => number {
    const [wide, floats, width] = [this.#wide.get(column), this.#floats, this.#columns];
    return wide ? (row) => wide[row] : (row) => floats[row * width + column];
  }

  /** The numbers of a column that needs float64. */
  wide(column: number): Float64Array | undefined {
    return this.#wide.get(column);
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
    this.flush();
    const [numbers, numberIn] = [new Float64Array(new SharedArrayBuffer(8 * this.#rows)), this.readerOf(column)];
    for (let row = 0; row < numbers.length; row++) numbers[row] = numberIn(row);
    this.#wide.set(column, numbers);
    return numbers;
  }

  /** Writes the places of texts as int32 over those in float32: of a column, p becomes `places[p]`. */
  renumber(rows: number, columns: ReadonlyMap<number, Int32Array>): void {
    this.flush();
    const texts = new Int32Array(this.#floats.buffer);
    for (let from = 0; from < rows; from += TILE) {
      const end = Math.min(from + TILE, rows) * this.#columns;
      for (const [column, places] of columns) {
        for (let at = from * this.#columns + column; at < end; at += this.#columns) {
          const place = this.#floats[at];
          texts[at] = Number.isNaN(place) ? NO_TEXT : places[place];
        }
      }
    }
  }

  /** The first `rows` rows. Columns that need float64 are first. */
  cells(rows: number, all: readonly Column[]): TableCells {
    const wides = all.filter(({ wide }) => wide).length;
    let [next, nextWide] = [2 * wides, -2];
    const columns = all.map(({ isText, wide }): CellColumn => {
      if (wide) nextWide += 2;
      return wide ? { kind: "float64", at: nextWide } : { kind: isText ? "text" : "float32", at: next++ };
    });
    const width = widthOf(all);
    if (wides === 0) return { rows, width, columns, words: this.#floats.buffer };
    const words = new SharedArrayBuffer(4 * width * rows);
    const [from, to, doubles] = [new Int32Array(this.#floats.buffer), new Int32Array(words), new Float64Array(words)];
    for (const [column, { at }] of columns.entries()) {
      const { wide } = all[column];
      for (let row = 0; row < rows; row++) {
        if (wide) doubles[(row * width + at) / 2] = wide[row];
        else to[row * width + at] = from[row * this.#columns + column];
      }
    }
    return { rows, width, columns, words };
  }
}

/** Words of a row; even if some are float64. */
export function widthOf(columns: readonly Column[]): number {
  const wides = columns.filter(({ wide }) => wide).length;
  return columns.length + wides + (wides > 0 ? (columns.length + wides) % 2 : 0);
}

function areSame(floats: Float32Array, numbers: Numbers): boolean {
  if (floats === numbers) return true;
  for (let n = 0; n < floats.length; n++) if (floats[n] !== numbers[n] && !Number.isNaN(floats[n])) return false;
  return true;
}
