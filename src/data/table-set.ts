import { UsageError } from "../errors.ts";
import { permutationInto } from "./order.ts";
import {
  AS_IT_IS,
  type ColumnCode,
  columnCodes,
  encodeInto,
  type KnownColumn,
  type Moments,
  momentsOver,
  NOTHING,
} from "./row-encoder.ts";
import { drawnMarks, foldOf, foldSpan, HELD_OUT, splitKey, tooFewText, VALIDATION } from "./split.ts";
import { type DataIdentity, dataIdentity, type RowCounts, type RowSet, type RunNames } from "./streams.ts";
import { areWeighted, heldoutCount, type TableSettings, type TableValues } from "./table.ts";
import { CellReader, NO_TEXT } from "./table-cells.ts";
import { type PlacedColumn, placedColumns } from "./table-inputs.ts";
import { listsOf, rowsOfValues } from "./table-lists.ts";
import { classShares } from "./task-kinds.ts";
import type { Rows } from "./task-set.ts";

/** Words of a line of the processor's cache. */
const LINE_WORDS = 16;
/** Rows that are fetched at once: they stay in the first-level cache until they are copied. */
const ROWS_AT_ONCE = 64;

/**
 * A run's rows of a table. A shuffle of all rows decides which are held out, unless the file does, and which are used
 * if the run has fewer than there are: those of a smaller set are in every larger one. The held-out rows are the test rows,
 * then the validation rows: those that the file says, or else the last of the run's training rows.
 */
export class TableSet {
  readonly #cells: CellReader;
  /** What becomes of the columns of inputs. */
  readonly #columns: readonly PlacedColumn[];
  /** D. */
  readonly #inputs: number;
  /** What the training rows have of each column of inputs. */
  readonly #known: readonly KnownColumn[];
  /** What becomes of the cells of each column of inputs. */
  readonly codes: readonly ColumnCode[];
  /** Places in the table of each set's rows. */
  readonly #places: Readonly<Record<RowSet, Uint32Array>>;
  /** Of each label. */
  readonly #labels: readonly Moments[];
  /** Of each label, the places of its numbers among its classes; undefined for a number, and for classes that are their places. */
  readonly #classes: readonly (ReadonlyMap<number, number> | undefined)[];
  /** Of each row of the table. */
  readonly #groups: Uint32Array | undefined;
  /** For each task, what the losses of the row at a place count that has a label; undefined if all count alike. */
  readonly #weights: readonly RowWeight[] | undefined;
  /** Of each task of classes: every run on these rows asks for them. */
  readonly #shares: (readonly number[])[] = [];

  constructor(table: TableSettings, identity: DataIdentity, counts: RowCounts) {
    const { inputs, tasks, rawLabels, classes = [], values } = table;
    if (values === undefined) throw new RangeError(`TableSet: expected the rows of ${table.file} in memory, got none`);
    this.#cells = new CellReader(values.cells, values.cells.words);
    this.#groups = values.groups && new Uint32Array(values.groups);
    this.#inputs = inputs;
    this.#columns = placedColumns(table.columns, inputs);
    this.#places = placesOf(table, values, identity, counts);
    this.#classes = Array.from({ length: tasks }, (_, k) => {
      const entries = classes[k]?.map((number, place) => [number, place] as const);
      return entries?.some(([number, place]) => number !== place) ? new Map(entries) : undefined;
    });
    const labels = this.#classes.map((_, k) => this.#columns.length + k);
    const measured = rawLabels ? [] : labels.filter((_, k) => !classes[k]);
    const numeric = [...this.#columns.keys()].filter((i) => this.#columns[i]?.values === 0);
    const moments = momentsOver(this.#cells, this.#places.train, [...numeric, ...measured]);
    this.#labels = labels.map((column) => moments.get(column) ?? AS_IT_IS);
    this.#known = this.#knownColumns(moments, listsOf(this.#columns, values.lists), table);
    this.codes = columnCodes(this.#cells, this.#known);
    this.#weights = areWeighted(table) ? this.#rowWeights(table, values) : undefined;
  }

  /** Products of a row's own weight and that of its class, over their mean in the training rows that have the task's label. */
  #rowWeights({ classWeights = [], classes = [] }: TableSettings, { weights }: TableValues): RowWeight[] {
    const own = weights && new Float32Array(weights);
    const { train } = this.#places;
    return this.#labels.map((_, k) => {
      const given = classWeights[k] ?? undefined;
      const shares = given === "balanced" ? this.#sharesOf(k, classes[k]?.length ?? 0) : [];
      const ofClasses = given === "balanced" ? shares.map((share) => 1 / (share || 1)) : given;
      const product: RowWeight = (place, label) => (own?.[place] ?? 1) * (ofClasses?.[label] ?? 1);
      let [sum, count] = [0, 0];
      for (const place of train) {
        const label = this.labelAt(place, k);
        if (Number.isNaN(label)) continue;
        sum += product(place, label);
        count++;
      }
      return (place, label) => (product(place, label) * count) / (sum || 1);
    });
  }

  #knownColumns(
    moments: ReadonlyMap<number, Moments>,
    lists: readonly (Int32Array | undefined)[],
    { standardise, reading: { minCount = 1 } = {} }: TableSettings,
  ): KnownColumn[] {
    const rows = this.#columns.map(({ values, slots = 1 }, i) => {
      const own = lists[i];
      return { values: new Uint32Array(own ? own.length / slots : values), hasGap: false };
    });
    const told = [...this.#columns.keys()].filter((i) => this.#columns[i].values > 0 || this.#columns[i].gaps);
    for (const place of this.#places.train) {
      for (const i of told) {
        const value = this.#cells.number(place, i);
        if (Number.isNaN(value)) rows[i].hasGap = true;
        else if (value >= 0 && value < rows[i].values.length) rows[i].values[value]++;
      }
    }
    return this.#columns.map((column, i) => {
      const own = moments.get(i) ?? AS_IT_IS;
      const shifted = standardise || own === NOTHING ? own : { ...AS_IT_IS, fill: own.mean };
      const counts = lists[i] ? rowsOfValues(lists[i], rows[i].values, column.values) : rows[i].values;
      return {
        column,
        moments: column.values > 0 ? AS_IT_IS : shifted,
        values: counts.map((count) => Number(count >= minCount)),
        hasGap: rows[i].hasGap,
        lists: lists[i],
      };
    });
  }

  /** A set's rows, in float32. A label that a row does not have is NaN. */
  rows(set: RowSet): Rows {
    const places = this.#places[set];
    const x = new Float32Array(places.length * this.#inputs);
    this.inputsInto(x, places);
    return { x, y: this.labels(set) };
  }

  /** The inputs of the rows at some places in the table, into x [places, D]. */
  inputsInto(x: Float32Array, places: Uint32Array): void {
    encodeInto(x, places, { cells: this.#cells, codes: this.codes });
  }

  /**
   * Copies the cells [places, width] of the rows at some places in the table. Each row is somewhere else in memory: if a word of each of its
   * lines is copied before all others, the processor waits for many rows at once, and it takes a third of the time. Returns the copies.
   */
  cellsInto(memory: ArrayBufferLike, address: number, places: Uint32Array): CellReader {
    const { words, width, columns } = this.#cells;
    const copies = new CellReader({ rows: places.length, width, columns }, memory, address);
    const out = copies.words;
    for (let first = 0; first < places.length; first += ROWS_AT_ONCE) {
      const end = Math.min(first + ROWS_AT_ONCE, places.length);
      for (let n = first; n < end; n++)
        for (let at = 0; at < width; at += LINE_WORDS) out[n * width + at] = words[places[n] * width + at];
      for (let n = first, to = first * width; n < end; n++) {
        const from = places[n] * width;
        for (let at = from; at < from + width; at++) out[to++] = words[at];
      }
    }
    return copies;
  }

  /** Places in the table of a set's rows. */
  places(set: RowSet): Uint32Array {
    return this.#places[set];
  }

  /** How many of some rows have a value that no training row has, or fewer than `minCount`, by the place of each category that has such rows. */
  unseen(places: Uint32Array): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const [i, { column, values, lists }] of this.#known.entries()) {
      if (column.values === 0) continue;
      const { slots = 1 } = column;
      const isOther = (value: number) => !Number.isNaN(value) && value !== NO_TEXT && values[value] !== 1;
      const isUnseen = (cell: number) =>
        lists ? lists.subarray(slots * cell, slots * (cell + 1)).some(isOther) : isOther(cell);
      const count = places.reduce((sum, place) => sum + Number(isUnseen(this.#cells.number(place, i))), 0);
      if (count > 0) counts.set(i, count);
    }
    return counts;
  }

  /** The group of each row of a set, [N], in which metrics are taken; undefined without groups. */
  groups(set: RowSet): Uint32Array | undefined {
    return this.#groups && this.#places[set].map((place) => (this.#groups as Uint32Array)[place]);
  }

  /** The labels [N, K] of a set's rows. */
  labels(set: RowSet): Float32Array {
    const places = this.#places[set];
    const K = this.#labels.length;
    const y = new Float32Array(places.length * K);
    for (let n = 0; n < places.length; n++) for (let k = 0; k < K; k++) y[n * K + k] = this.labelAt(places[n], k);
    return y;
  }

  /** The labels [N] of one task. */
  labelsOf(set: RowSet, k: number): Float32Array {
    const places = this.#places[set];
    const labels = new Float32Array(places.length);
    for (let n = 0; n < labels.length; n++) labels[n] = this.labelAt(places[n], k);
    return labels;
  }

  /** The share of each of `classes` classes among the labels of task `k` in the training rows, by their weights, [C]. */
  classShares(k: number, classes: number): readonly number[] {
    this.#shares[k] ??= this.#sharesOf(k, classes, this.#weights?.[k]);
    return this.#shares[k];
  }

  #sharesOf(k: number, classes: number, weightOf?: RowWeight): readonly number[] {
    const { train } = this.#places;
    const weights = weightOf && ((n: number, label: number) => weightOf(train[n], label));
    return classShares(train.length, (n) => this.labelAt(train[n], k), classes, weights);
  }

  /** What the losses of the rows of a set count, [N, K], where their labels are there; undefined if all count alike. */
  weights(set: RowSet): Float32Array | undefined {
    if (this.#weights === undefined) return undefined;
    const [places, K] = [this.#places[set], this.#labels.length];
    return Float32Array.from({ length: places.length * K }, (_, i) => {
      const [place, k] = [places[Math.floor(i / K)], i % K];
      return this.weightAt(place, k, this.labelAt(place, k));
    });
  }

  /** What the loss of the row at a place in the table counts for a task, whose label it has. */
  weightAt(place: number, k: number, label: number): number {
    return this.#weights?.[k](place, label) ?? 1;
  }

  /** What each label is shifted and scaled by, [K]: by nothing if it is as in the file, or a class. */
  get labelMoments(): readonly Moments[] {
    return this.#labels;
  }

  /** A label of the row at a place in the table; NaN for none. */
  labelAt(place: number, k: number, cells = this.#cells): number {
    const number = cells.number(place, this.#columns.length + k);
    if (Number.isNaN(number)) return Number.NaN;
    const { mean, std } = this.#labels[k];
    const value = (number - mean) / std;
    return this.#classes[k]?.get(value) ?? value;
  }
}

/** What the losses of the row at a place count for a task, by the row's label. */
type RowWeight = (place: number, label: number) => number;

type RunOnTable = RunNames & { readonly data: TableSettings; readonly training: RowCounts };

/** The latest sets: runs of several models have the same rows, and each asks for them in its try, its training and its losses. */
const latest: { readonly key: string; readonly set: TableSet }[] = [];
const MOST_LATEST = 4;
/** Of a table of more rows, only the latest: it takes 4 bytes for each. */
const MANY_ROWS = 1_000_000;

export function tableSetOf(run: RunOnTable): TableSet {
  const key = run.data.values?.id === undefined ? undefined : rowsKey(run);
  const known = latest.find((one) => one.key === key);
  if (known) return known.set;
  const set = new TableSet(run.data, dataIdentity(run), run.training);
  if (key !== undefined) latest.unshift({ key, set });
  latest.splice((run.data.values?.cells.rows ?? 0) > MANY_ROWS ? 1 : MOST_LATEST);
  return set;
}

/** One for all runs that have the same rows in the same parts. */
function rowsKey(run: RunOnTable): string {
  const { values, ...settings } = run.data;
  const { trainRows, heldoutRows, validationRows, validates } = run.training;
  return JSON.stringify([values?.id, settings, ...splitOf(run), trainRows, heldoutRows, validationRows, validates]);
}

/** What the run's split is drawn of. */
function splitOf(run: RunOnTable): number[] {
  const reading = run.data.reading ?? {};
  const identity = dataIdentity(run);
  return [...splitKey(reading, identity), foldOf(reading, identity)?.fold ?? 0];
}

/** The part of each row, [N], where a column says it: in all runs, or in this one; undefined where the order of the rows does. */
function marksOf(
  { file, reading = {} }: TableSettings,
  { heldout, places }: TableValues,
  identity: DataIdentity,
): Uint8Array | undefined {
  if (heldout !== undefined) return new Uint8Array(heldout);
  const { parts } = reading;
  if (places === undefined || parts === undefined) return undefined;
  const how = { ...parts, key: splitKey(reading, identity), fold: foldOf(reading, identity) };
  const marks = drawnMarks(new Uint32Array(places), how);
  if (marks === undefined) throw new UsageError(`${file}: ${tooFewText(parts)} in run ${identity.run}`);
  return marks;
}

/** The first rows in the order of the split that are test rows, where no column says which are. */
function testSpan({ heldout: share, reading = {} }: TableSettings, N: number, identity: DataIdentity) {
  const fold = foldOf(reading, identity);
  return fold ? foldSpan(N, fold) : { first: 0, count: heldoutCount(N, share ?? 0) };
}

/**
 * How many rows a run has whose split is of its own size: all of its training and test rows if the sweep's runs are asked for all, else
 * those that are asked for. Throws UsageError if its split has no rows of some part.
 */
export function ownCounts<Counts extends RowCounts>({
  data,
  training,
  ...run
}: RunOnTable & { training: Counts & { readonly evalRows?: number } }): Counts {
  const { whole, values } = data;
  if (whole === undefined || values === undefined) return training;
  const { trainRows, heldoutRows, validationRows = 0, evalRows = Number.POSITIVE_INFINITY } = training;
  const N = values.cells.rows;
  const identity = dataIdentity(run);
  const marks = marksOf(data, values, identity);
  const counted = (part: number) => marks?.reduce((sum, mark) => sum + Number(mark === part), 0) ?? 0;
  const marked = counted(VALIDATION);
  const validated = marks && validationRows > 0 ? Math.min(marked, evalRows) : validationRows;
  const tests = marks ? counted(HELD_OUT) : testSpan(data, N, identity).count;
  const left = N - tests - (marks ? marked : validated);
  const asked = { train: Number(trainRows), test: heldoutRows - validationRows };
  const takesAll = asked.train + (marks ? 0 : validationRows) >= whole.trainRows;
  return {
    ...training,
    trainRows: takesAll ? left : Math.min(asked.train, left),
    heldoutRows: (asked.test >= whole.heldoutRows ? tests : Math.min(asked.test, tests)) + validated,
    ...(validationRows > 0 && { validationRows: validated }),
  };
}

function placesOf(
  table: TableSettings,
  values: TableValues,
  identity: DataIdentity,
  { trainRows, heldoutRows, validates, validationRows = validates ? heldoutRows : 0 }: RowCounts,
): Record<RowSet, Uint32Array> {
  const { file, reading = {} } = table;
  const N = values.cells.rows;
  const { first, count: most } = testSpan(table, N, identity);
  const shuffled = rotated(permutationInto(new Uint32Array(N), splitKey(reading, identity), 0), first);
  const marks = marksOf(table, values, identity);
  const partOf = (place: number, i: number) => (marks ? marks[place] : Number(i < most));
  const [training, test, validation] = partsOf(shuffled, partOf);
  const take = (set: RowSet, rows: Uint32Array, count: RowCounts["trainRows"]) => {
    if (count !== "fresh" && rows.length >= count) return rows.subarray(0, count);
    throw new RangeError(`TableSet: ${file}: expected at least ${count} ${set} rows, got ${rows.length}`);
  };
  const count = Number(trainRows);
  const ofTraining = validation.length === 0 ? validationRows : 0;
  const all = take("train", training, trainRows === "fresh" ? trainRows : count + ofTraining);
  const validated = ofTraining > 0 ? all.slice(count) : take("heldout", validation, validationRows);
  const tested = take("heldout", test, heldoutRows - validationRows);
  shuffled.set(tested, count);
  shuffled.set(validated, count + tested.length);
  return { train: shuffled.subarray(0, count), heldout: shuffled.subarray(count, count + heldoutRows) };
}

/** Beginning with row number `first`: the rows before it come last. */
function rotated(rows: Uint32Array, first: number): Uint32Array {
  if (first === 0) return rows;
  const from = new Uint32Array(rows.length);
  from.set(rows.subarray(first));
  from.set(rows.subarray(0, first), rows.length - first);
  return from;
}

/**
 * The rows of each part in their order, training, test and validation: training rows, which are most, become the first of `rows`, so that
 * a large table's are in memory once.
 */
function partsOf(rows: Uint32Array, partOf: (place: number, i: number) => number): Uint32Array[] {
  const counts = [0, 0, 0];
  for (let i = 0; i < rows.length; i++) counts[partOf(rows[i], i)]++;
  const parts = counts.map((count, part) => (part === 0 ? rows.subarray(0, count) : new Uint32Array(count)));
  const next = [0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const [place, part] = [rows[i], partOf(rows[i], i)];
    parts[part][next[part]++] = place;
  }
  return parts;
}
