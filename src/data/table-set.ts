import { permutationInto } from "./order.ts";
import { type DataIdentity, dataIdentity, dataKey, type RowSet, type RunNames } from "./streams.ts";
import { heldoutCount, type TableSettings, type TableValues } from "./table.ts";
import { hotInput, otherVector, type PlacedColumn, placedColumns, vectorOf } from "./table-inputs.ts";
import type { Rows } from "./task-set.ts";

/** How many rows of each part a run uses. */
interface Counts {
  /** A table has no fresh rows. */
  readonly trainRows: number | "fresh";
  readonly heldoutRows: number;
  /** How many of the held-out rows, the last, are for validation. */
  readonly validationRows?: number;
}

/** One column's shift and scale, and what stands for an empty cell after both: the mean. */
interface Moments {
  readonly mean: number;
  readonly std: number;
  readonly fill: number;
}

const AS_IT_IS: Moments = { mean: 0, std: 1, fill: 0 };

/** Of a column without a number in the training rows: it is 0 in all rows. */
const NOTHING: Moments = { mean: 0, std: Number.POSITIVE_INFINITY, fill: 0 };

/**
 * A run's rows of a table. A shuffle of all rows decides which are held out, unless the file does, and which are used
 * if the run has fewer than there are: those of a smaller set are in every larger one. The held-out rows are the test rows,
 * then the validation rows: those that the file says, or else the last of the run's training rows.
 */
export class TableSet {
  readonly #numbers: Float64Array;
  /** Columns of inputs in the table, and all columns. */
  readonly #columns: readonly PlacedColumn[];
  readonly #width: number;
  /** D. */
  readonly #inputs: number;
  /** Of inputs that say which value a column has, or that it has none: 1 for those that a training row has, [D]. */
  readonly #known: Uint8Array;
  /** Of each embedded column, the numbers of the vectors that a training row has. */
  readonly #trained: ReadonlyMap<PlacedColumn, ReadonlySet<number>>;
  /** Places in the table of each set's rows. */
  readonly #places: Readonly<Record<RowSet, Uint32Array>>;
  /** Of each column in the table. */
  readonly #moments: readonly Moments[];
  /** Of each label, the places of its numbers among its classes; undefined for one that is a number. */
  readonly #classes: readonly (ReadonlyMap<number, number> | undefined)[];

  constructor(table: TableSettings, identity: DataIdentity, counts: Counts) {
    const { inputs, tasks, standardise, rawLabels, classes = [], values } = table;
    if (values === undefined) throw new RangeError(`TableSet: expected the rows of ${table.file} in memory, got none`);
    this.#numbers = new Float64Array(values.numbers);
    this.#inputs = inputs;
    this.#columns = placedColumns(table.columns, inputs);
    this.#width = this.#columns.length + tasks;
    this.#places = placesOf(table, values, this.#numbers.length / this.#width, identity, counts);
    this.#classes = Array.from({ length: tasks }, (_, k) => {
      const numbers = classes[k];
      return numbers ? new Map(numbers.map((number, place) => [number, place])) : undefined;
    });
    this.#moments = Array.from({ length: this.#width }, (_, column) => {
      const input = this.#columns[column];
      if (input) return input.values > 0 ? AS_IT_IS : this.#inputMoments(column, standardise);
      return rawLabels || this.#classes[column - this.#columns.length] ? AS_IT_IS : this.#momentsOf(column);
    });
    this.#known = this.#knownInputs();
    this.#trained = this.#trainedVectors();
  }

  /** A set's rows, in float32. A label that a row does not have is NaN. */
  rows(set: RowSet): Rows {
    const places = this.#places[set];
    const [N, D, K] = [places.length, this.#inputs, this.#width - this.#columns.length];
    const [x, y] = [new Float32Array(N * D), new Float32Array(N * K)];
    for (const [n, place] of places.entries()) {
      this.#putInputs(x.subarray(n * D, (n + 1) * D), place);
      for (let k = 0; k < K; k++) y[n * K + k] = this.#label(place, k);
    }
    return { x, y };
  }

  /** Places in the table of a set's rows. */
  places(set: RowSet): Uint32Array {
    return this.#places[set];
  }

  /** How many of some rows have a value that no training row has, by the place of each category that has such rows. */
  unseen(places: Uint32Array): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const [i, { values }] of this.#columns.entries()) {
      if (values === 0) continue;
      const seen = new Set(Array.from(this.#places.train, (place) => this.#number(place, i)));
      const count = places.reduce((sum, place) => sum + Number(this.#isUnseen(place, i, seen)), 0);
      if (count > 0) counts.set(i, count);
    }
    return counts;
  }

  #isUnseen(place: number, column: number, seen: ReadonlySet<number>): boolean {
    const value = this.#number(place, column);
    return !Number.isNaN(value) && !(value >= 0 && seen.has(value));
  }

  /** The labels [N, K] of a set's rows. */
  labels(set: RowSet): Float32Array {
    const places = this.#places[set];
    const K = this.#width - this.#columns.length;
    return Float32Array.from({ length: places.length * K }, (_, at) =>
      this.#label(places[Math.floor(at / K)] as number, at % K),
    );
  }

  /** The standard deviation of each label by which it is divided, [K]: 1 for one that is as in the file, or a class. */
  get labelScales(): number[] {
    return this.#moments.slice(this.#columns.length).map(({ std }) => std);
  }

  #putInputs(x: Float32Array, place: number): void {
    for (const [i, column] of this.#columns.entries()) {
      if (column.embedding !== undefined) x[column.first] = this.#vector(column, this.#number(place, i));
      if (column.values === 0) x[column.first] = this.#value(place, i);
      if (!isHot(column)) continue;
      const hot = hotInput(column, this.#number(place, i));
      if (hot !== undefined) x[hot] = this.#known[hot] as number;
    }
  }

  /** A value that no training row has would meet a vector that nothing has trained: it gets the one of all such values. */
  #vector(column: PlacedColumn, value: number): number {
    const vector = vectorOf(column, value);
    return this.#trained.get(column)?.has(vector) ? vector : otherVector(column);
  }

  #trainedVectors(): Map<PlacedColumn, Set<number>> {
    const embedded = [...this.#columns.entries()].filter(([, { embedding }]) => embedding !== undefined);
    return new Map(
      embedded.map(([i, column]) => {
        const vectors = Array.from(this.#places.train, (place) => vectorOf(column, this.#number(place, i)));
        return [column, new Set(vectors)];
      }),
    );
  }

  #label(place: number, k: number): number {
    const column = this.#columns.length + k;
    if (Number.isNaN(this.#number(place, column))) return Number.NaN;
    const value = this.#value(place, column);
    return this.#classes[k]?.get(value) ?? value;
  }

  /** A number as shifted and scaled; nothing as the mean. */
  #value(place: number, column: number): number {
    const { mean, std, fill } = this.#moments[column] as Moments;
    const number = this.#number(place, column);
    return Number.isNaN(number) ? fill : (number - mean) / std;
  }

  #number(place: number, column: number): number {
    return this.#numbers[place * this.#width + column] as number;
  }

  /** A value that no training row has would meet weights that nothing has trained: its input stays 0. */
  #knownInputs(): Uint8Array {
    const known = new Uint8Array(this.#inputs);
    for (const [i, column] of this.#columns.entries()) {
      if (!isHot(column)) continue;
      for (const place of this.#places.train) {
        const hot = hotInput(column, this.#number(place, i));
        if (hot !== undefined) known[hot] = 1;
      }
    }
    return known;
  }

  #inputMoments(column: number, standardise: boolean): Moments {
    const moments = this.#momentsOf(column);
    return standardise || moments === NOTHING ? moments : { ...AS_IT_IS, fill: moments.mean };
  }

  /** Moments over the training rows that have a number; a column that is constant there is shifted alone. */
  #momentsOf(column: number): Moments {
    const places = this.#places.train;
    let first = Number.NaN;
    let [count, sum, squares, constant] = [0, 0, 0, true];
    for (const place of places) {
      const number = this.#number(place, column);
      if (Number.isNaN(number)) continue;
      if (count === 0) first = number;
      count++;
      sum += number;
      constant &&= number === first;
    }
    if (count === 0) return NOTHING;
    if (constant) return { mean: first, std: 1, fill: 0 };
    const mean = sum / count;
    for (const place of places) {
      const number = this.#number(place, column);
      if (!Number.isNaN(number)) squares += (number - mean) ** 2;
    }
    return { mean, std: Math.sqrt(squares / count), fill: 0 };
  }
}

type RunOnTable = RunNames & { readonly data: TableSettings; readonly training: Counts };

/** The latest sets: runs of several models have the same rows, and each asks for them in its try, its training and its losses. */
const latest: { readonly key: string; readonly set: TableSet }[] = [];
const MOST_LATEST = 4;

/** The rows of a run on a table. */
export function tableSetOf(run: RunOnTable): TableSet {
  const key = run.data.values?.id === undefined ? undefined : rowsKey(run);
  const known = latest.find((one) => one.key === key);
  if (known) return known.set;
  const set = new TableSet(run.data, dataIdentity(run), run.training);
  if (key !== undefined) latest.unshift({ key, set });
  latest.splice(MOST_LATEST);
  return set;
}

/** One for all runs that have the same rows in the same parts. */
function rowsKey(run: RunOnTable): string {
  const { values, ...settings } = run.data;
  const { trainRows, heldoutRows, validationRows } = run.training;
  const { seed, run: index } = splitNames(run.data, dataIdentity(run));
  return JSON.stringify([values?.id, settings, seed, index, trainRows, heldoutRows, validationRows]);
}

/** What draws the split: the run, or the same for all runs. */
function splitNames({ reading: { split = "run" } = {} }: TableSettings, identity: DataIdentity): DataIdentity {
  return split === "run" ? identity : { seed: split, run: 0 };
}

/** Whether a column has inputs that say which value it has, or that it has none. */
function isHot({ values, gaps, embedding }: PlacedColumn): boolean {
  return embedding === undefined && (values > 0 || gaps);
}

function placesOf(
  table: TableSettings,
  { heldout }: TableValues,
  N: number,
  identity: DataIdentity,
  { trainRows, heldoutRows, validationRows = table.validates ? heldoutRows : 0 }: Counts,
): Record<RowSet, Uint32Array> {
  const { file, heldout: share } = table;
  const shuffled = permutationInto(new Uint32Array(N), dataKey(splitNames(table, identity), "split"), 0);
  const marks = heldout && new Uint8Array(heldout);
  const most = heldoutCount(N, share ?? 0);
  const partOf = (place: number, i: number) => (marks ? (marks[place] as number) : Number(i < most));
  const [training, test, validation] = [0, 1, 2].map((part) =>
    shuffled.filter((place, i) => partOf(place, i) === part),
  ) as [Uint32Array, Uint32Array, Uint32Array];
  const take = (set: RowSet, rows: Uint32Array, count: Counts["trainRows"]) => {
    if (count !== "fresh" && rows.length >= count) return rows.subarray(0, count);
    throw new RangeError(`TableSet: ${file}: expected at least ${count} ${set} rows, got ${rows.length}`);
  };
  const count = Number(trainRows);
  const ofTraining = validation.length === 0 ? validationRows : 0;
  const all = take("train", training, trainRows === "fresh" ? trainRows : count + ofTraining);
  const validated = ofTraining > 0 ? all.subarray(count) : take("heldout", validation, validationRows);
  const tested = take("heldout", test, heldoutRows - validationRows);
  return { train: all.subarray(0, count), heldout: validationRows === 0 ? tested : joined(tested, validated) };
}

function joined(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
