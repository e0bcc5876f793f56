import { NO_TEXT, type TableColumn } from "../data/table.ts";

/** The numbers of a column while it is read: float32 until one of them needs float64. */
export class PackedColumn {
  #values: Float32Array | Float64Array;

  constructor(rows: number) {
    this.#values = new Float32Array(new SharedArrayBuffer(4 * rows));
  }

  set(row: number, value: number): void {
    if (row >= this.#values.length) this.#copyTo(sameKind(this.#values, 2 * row + 1));
    this.#values[row] = value;
    if (this.#values[row] === value || Number.isNaN(value)) return;
    this.#copyTo(new Float64Array(new SharedArrayBuffer(8 * this.#values.length)));
    this.#values[row] = value;
  }

  #copyTo(values: Float32Array | Float64Array): void {
    values.set(this.#values);
    this.#values = values;
  }

  /** The first `rows` numbers. */
  numbers(rows: number): TableColumn {
    return this.#values.subarray(0, rows);
  }

  /** The first `rows` places of texts, `places[p]` in place of p: in the same memory. */
  texts(rows: number, places: ArrayLike<number>): TableColumn {
    const values = this.#values;
    const texts = new Int32Array(values.buffer, 0, rows);
    for (let row = 0; row < rows; row++) {
      const place = values[row] as number;
      texts[row] = Number.isNaN(place) ? NO_TEXT : (places[place] as number);
    }
    return texts;
  }
}

function sameKind(values: Float32Array | Float64Array, length: number): Float32Array | Float64Array {
  const buffer = new SharedArrayBuffer(values.BYTES_PER_ELEMENT * length);
  return values instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer);
}
