import { permutationInto } from "./order.ts";
import { type DataIdentity, dataKey, type RowSet } from "./streams.ts";
import { heldoutCount, type TableSettings, type TableValues } from "./table.ts";
import type { Rows } from "./task-set.ts";

/** How many rows of each part a run uses. */
interface Counts {
  /** A table has no fresh rows. */
  readonly trainRows: number | "fresh";
  readonly heldoutRows: number;
}

/** One column's shift and scale. */
interface Moments {
  readonly mean: number;
  readonly std: number;
}

const AS_IT_IS: Moments = { mean: 0, std: 1 };

/**
 * A run's rows of a table. One shuffle of all rows decides which are held out, unless the file does, and which are used
 * if the run has fewer than there are: those of a smaller set are in every larger one.
 */
export class TableSet {
  readonly #numbers: Float64Array;
  readonly #inputs: number;
  readonly #width: number;
  /** Places in the table of each set's rows. */
  readonly #places: Readonly<Record<RowSet, Uint32Array>>;
  /** Of each column, [D + K]. */
  readonly #moments: readonly Moments[];
  /** Of each label, the places of its numbers among its classes; undefined for one that is a number. */
  readonly #classes: readonly (ReadonlyMap<number, number> | undefined)[];

  constructor(table: TableSettings, identity: DataIdentity, counts: Counts) {
    const { inputs, tasks, standardise, rawLabels, classes = [], values } = table;
    if (values === undefined) throw new RangeError(`TableSet: expected the rows of ${table.file} in memory, got none`);
    this.#numbers = new Float64Array(values.numbers);
    this.#inputs = inputs;
    this.#width = inputs + tasks;
    this.#places = placesOf(table, values, this.#numbers.length / this.#width, identity, counts);
    this.#classes = Array.from({ length: tasks }, (_, k) => {
      const numbers = classes[k];
      return numbers ? new Map(numbers.map((number, place) => [number, place])) : undefined;
    });
    this.#moments = Array.from({ length: this.#width }, (_, column) => {
      const isScaled = column < inputs ? standardise : !(rawLabels || this.#classes[column - inputs]);
      return isScaled ? this.#momentsOf(column) : AS_IT_IS;
    });
  }

  /** A set's rows, in float32. */
  rows(set: RowSet): Rows {
    const places = this.#places[set];
    const [N, D, K] = [places.length, this.#inputs, this.#width - this.#inputs];
    const [x, y] = [new Float32Array(N * D), new Float32Array(N * K)];
    for (const [n, place] of places.entries()) {
      for (let d = 0; d < D; d++) x[n * D + d] = this.#value(place, d);
      for (let k = 0; k < K; k++) y[n * K + k] = this.#label(place, k);
    }
    return { x, y };
  }

  #label(place: number, k: number): number {
    const value = this.#value(place, this.#inputs + k);
    return this.#classes[k]?.get(value) ?? value;
  }

  #value(place: number, column: number): number {
    const { mean, std } = this.#moments[column] as Moments;
    return ((this.#numbers[place * this.#width + column] as number) - mean) / std;
  }

  /** Moments over the training rows; a column that is constant there is shifted alone. */
  #momentsOf(column: number): Moments {
    const places = this.#places.train;
    const at = (place: number) => this.#numbers[place * this.#width + column] as number;
    const first = at(places[0] as number);
    let [sum, squares, constant] = [0, 0, true];
    for (const place of places) {
      sum += at(place);
      constant &&= at(place) === first;
    }
    if (constant) return { mean: first, std: 1 };
    const mean = sum / places.length;
    for (const place of places) squares += (at(place) - mean) ** 2;
    return { mean, std: Math.sqrt(squares / places.length) };
  }
}

function placesOf(
  { file, heldout: share }: TableSettings,
  { heldout }: TableValues,
  N: number,
  identity: DataIdentity,
  counts: Counts,
): Record<RowSet, Uint32Array> {
  const shuffled = permutationInto(new Uint32Array(N), dataKey(identity, "split"), 0);
  const marks = heldout && new Uint8Array(heldout);
  const most = heldoutCount(N, share ?? 0);
  const isHeldOut = (place: number, i: number) => (marks ? marks[place] === 1 : i < most);
  const take = (set: RowSet, rows: Uint32Array, count: Counts["trainRows"]) => {
    if (count !== "fresh" && rows.length >= count) return rows.subarray(0, count);
    throw new RangeError(`TableSet: ${file}: expected at least ${count} ${set} rows, got ${rows.length}`);
  };
  return {
    train: take(
      "train",
      shuffled.filter((place, i) => !isHeldOut(place, i)),
      counts.trainRows,
    ),
    heldout: take("heldout", shuffled.filter(isHeldOut), counts.heldoutRows),
  };
}
