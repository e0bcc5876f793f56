import { permutationInto } from "./order.ts";
import { type DataIdentity, dataIdentity, dataKey, type RowSet, type RunNames } from "./streams.ts";
import { heldoutCount, NO_TEXT, numberAt, type TableColumn, type TableSettings, type TableValues } from "./table.ts";
import { hotInput, otherVector, type PlacedColumn, placedColumns, vectorOf } from "./table-inputs.ts";
import type { Rows } from "./task-set.ts";

/** Rows whose inputs are written column by column: they stay in a core's cache meanwhile. */
const BLOCK = 64;

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
  readonly #values: readonly TableColumn[];
  /** What becomes of the columns of inputs. */
  readonly #columns: readonly PlacedColumn[];
  /** D. */
  readonly #inputs: number;
  /** Of inputs that say which value a column has, or that it has none: 1 for those that a training row has, [D]. */
  readonly #known: Uint8Array;
  /** Of each embedded column, 1 for the vectors that a training row has. */
  readonly #trained: ReadonlyMap<PlacedColumn, Uint8Array>;
  /** Of each column of texts: what stands for a place, from NO_TEXT on: the number of its vector, or its input, or -1 for none. */
  readonly #texts: readonly (Int32Array | undefined)[];
  /** Places in the table of each set's rows. */
  readonly #places: Readonly<Record<RowSet, Uint32Array>>;
  /** Of each column in the table. */
  readonly #moments: readonly Moments[];
  /** Of each label, the places of its numbers among its classes; undefined for one that is a number. */
  readonly #classes: readonly (ReadonlyMap<number, number> | undefined)[];

  constructor(table: TableSettings, identity: DataIdentity, counts: Counts) {
    const { inputs, tasks, standardise, rawLabels, classes = [], values } = table;
    if (values === undefined) throw new RangeError(`TableSet: expected the rows of ${table.file} in memory, got none`);
    this.#values = values.columns;
    this.#inputs = inputs;
    this.#columns = placedColumns(table.columns, inputs);
    this.#places = placesOf(table, values, values.columns[0]?.length ?? 0, identity, counts);
    this.#classes = Array.from({ length: tasks }, (_, k) => {
      const numbers = classes[k];
      return numbers ? new Map(numbers.map((number, place) => [number, place])) : undefined;
    });
    this.#moments = values.columns.map((_, column) => {
      const input = this.#columns[column];
      if (input) return input.values > 0 ? AS_IT_IS : this.#inputMoments(column, standardise);
      return rawLabels || this.#classes[column - this.#columns.length] ? AS_IT_IS : this.#momentsOf(column);
    });
    this.#known = this.#knownInputs();
    this.#trained = this.#trainedVectors();
    this.#texts = this.#columns.map((column) => (column.values > 0 ? this.#inputsOf(column) : undefined));
  }

  /** A value that no training row has would meet weights that nothing has trained: it gets the vector of all such values, or no input. */
  #inputsOf(column: PlacedColumn): Int32Array {
    const trained = this.#trained.get(column);
    return Int32Array.from({ length: column.values - NO_TEXT }, (_, at) => {
      const value = at === 0 ? Number.NaN : at + NO_TEXT;
      if (trained) return trained[vectorOf(column, value)] === 1 ? vectorOf(column, value) : otherVector(column);
      const hot = hotInput(column, value);
      return hot !== undefined && this.#known[hot] === 1 ? hot : -1;
    });
  }

  /** A set's rows, in float32. A label that a row does not have is NaN. */
  rows(set: RowSet): Rows {
    const places = this.#places[set];
    const x = new Float32Array(places.length * this.#inputs);
    this.inputsInto(x, places, this.#inputs);
    return { x, y: this.labels(set) };
  }

  /** The inputs of the rows at some places in the table, row after row, each `stride` numbers behind the one before. */
  inputsInto(x: Float32Array, places: Uint32Array, stride: number): void {
    for (let n = 0; n < places.length; n += BLOCK)
      this.#blockInto(x.subarray(n * stride, (n + BLOCK) * stride), places.subarray(n, n + BLOCK), stride);
  }

  #blockInto(x: Float32Array, places: Uint32Array, stride: number): void {
    x.fill(0);
    for (const [i, column] of this.#columns.entries()) {
      if (column.values > 0) this.#textsInto(x, places, stride, i);
      else {
        this.#numbersInto(x, places, stride, i);
        if (column.gaps) this.#gapsInto(x, places, stride, i);
      }
    }
  }

  #numbersInto(x: Float32Array, places: Uint32Array, stride: number, i: number): void {
    const numbers = this.#values[i] as TableColumn;
    const { mean, std, fill } = this.#moments[i] as Moments;
    for (let n = 0, at = (this.#columns[i] as PlacedColumn).first; n < places.length; n++, at += stride) {
      const number = numbers[places[n] as number] as number;
      x[at] = Number.isNaN(number) ? fill : (number - mean) / std;
    }
  }

  #gapsInto(x: Float32Array, places: Uint32Array, stride: number, i: number): void {
    const numbers = this.#values[i] as TableColumn;
    const hot = hotInput(this.#columns[i] as PlacedColumn, Number.NaN) as number;
    for (let n = 0; n < places.length; n++)
      if (Number.isNaN(numbers[places[n] as number] as number)) x[n * stride + hot] = this.#known[hot] as number;
  }

  #textsInto(x: Float32Array, places: Uint32Array, stride: number, i: number): void {
    const texts = this.#values[i] as TableColumn;
    const { first, embedding } = this.#columns[i] as PlacedColumn;
    const known = this.#texts[i] as Int32Array;
    for (let n = 0, at = 0; n < places.length; n++, at += stride) {
      const text = texts[places[n] as number] as number;
      const input = known[Number.isNaN(text) ? 0 : text - NO_TEXT] as number;
      if (embedding !== undefined) x[at + first] = input;
      else if (input >= 0) x[at + input] = 1;
    }
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
    const K = this.#values.length - this.#columns.length;
    const y = new Float32Array(places.length * K);
    for (let k = 0; k < K; k++)
      for (let n = 0; n < places.length; n++) y[n * K + k] = this.labelAt(places[n] as number, k);
    return y;
  }

  /** The labels [N] of one task. */
  labelsOf(set: RowSet, k: number): Float32Array {
    return Float32Array.from(this.#places[set], (place) => this.labelAt(place, k));
  }

  /** The standard deviation of each label by which it is divided, [K]: 1 for one that is as in the file, or a class. */
  get labelScales(): number[] {
    return this.#moments.slice(this.#columns.length).map(({ std }) => std);
  }

  #trainedVectors(): Map<PlacedColumn, Uint8Array> {
    const embedded = [...this.#columns.entries()].filter(([, { embedding }]) => embedding !== undefined);
    return new Map(
      embedded.map(([i, column]) => {
        const trained = new Uint8Array(otherVector(column) + 1);
        for (const place of this.#places.train) trained[vectorOf(column, this.#number(place, i))] = 1;
        return [column, trained];
      }),
    );
  }

  /** A label of the row at a place in the table; NaN for none. */
  labelAt(place: number, k: number): number {
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
    return numberAt(this.#values[column] as TableColumn, place);
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
  const [training, test, validation] = [0, 1, 2].map((part) => partIn(shuffled, part, partOf)) as Parts;
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

type Parts = [training: Uint32Array, test: Uint32Array, validation: Uint32Array];

/** Those of the rows that are of a part: counted first, since a filter of typed arrays fills a list. */
function partIn(rows: Uint32Array, part: number, partOf: (place: number, i: number) => number): Uint32Array {
  let count = 0;
  for (let i = 0; i < rows.length; i++) count += Number(partOf(rows[i] as number, i) === part);
  const own = new Uint32Array(count);
  for (let i = 0, next = 0; next < count; i++)
    if (partOf(rows[i] as number, i) === part) own[next++] = rows[i] as number;
  return own;
}

function joined(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
