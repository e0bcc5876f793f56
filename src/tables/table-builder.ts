import { constants as bufferLimits } from "node:buffer";
import { totalmem } from "node:os";
import { HELD_OUT, TRAINING, VALIDATION } from "../data/split.ts";
import { areDrawn, sideColumns, type TableReading, type TableValues } from "../data/table.ts";
import type { TableCells } from "../data/table-cells.ts";
import { joinedLists } from "../data/table-lists.ts";
import { UsageError } from "../errors.ts";
import { isName } from "../text.ts";
import { megabytes, thousands } from "../units.ts";
import { LARGEST_FLOAT32, NothingWords, numberIn } from "./cell-values.ts";
import { CellWriter, type Numbers, widthOf } from "./cell-writer.ts";
import {
  type Columns,
  checkWidth,
  columnsText,
  type NamedColumns,
  PART,
  PART_CHOICES,
  PARTS,
  partIn,
  tableColumns,
  unprintable,
} from "./columns.ts";
import { type LabelContents, multiplied } from "./funnel.ts";
import { InputColumn, type InputContents, unfitHint } from "./input-column.ts";
import { type LabelClasses, LabelColumn } from "./label-column.ts";
import { PlainTexts } from "./plain-texts.ts";
import { SideColumn } from "./side-column.ts";

/** A table that was read and checked. */
export interface TableRows extends Pick<Columns, "inputs" | "labels" | "areChosen"> {
  readonly values: TableValues;
  /** N. */
  readonly rows: number;
  /** How many rows are for the test, and for validation; undefined if the file does not say. */
  readonly heldout: number | undefined;
  readonly validation: number | undefined;
  /** The variance of each label over all rows that have it, [K]. */
  readonly labelVariances: readonly number[];
  /** The classes that each label may have, [K]; a text stands in `values` as its place among them. */
  readonly labelClasses: readonly LabelClasses[];
  /** How many rows have none of each label, [K]; NaN stands for it in `values`. */
  readonly labelGaps: readonly number[];
  /** How many rows had each label without an earlier one of its funnel, [K]; absent without a funnel. */
  readonly labelStrays?: readonly number[];
  /** What each input's column holds, [columns]; a text stands in `values` as its place, nothing as NaN. */
  readonly contents: readonly InputContents[];
  /** What is wrong with the first empty cell of an input, for those who refuse it; undefined if there is none. */
  readonly firstGap: string | undefined;
}

/** Cells of one column in rows that follow each other. */
export interface CellPage {
  readonly rows: number;
  /** The values of those rows that have one, or a dictionary of them. */
  readonly values: ArrayLike<unknown> | PlainTexts;
  /** The place in the dictionary of each value. */
  readonly entries?: Uint32Array;
  /** 1 for a row that has a value; absent if each has. */
  readonly levels?: Uint8Array;
}

/** Value number `i` of a page. */
function entryOf(values: CellPage["values"], i: number): unknown {
  return values instanceof PlainTexts ? values.text(i) : values[i];
}

/** The value of each row of a page; undefined for one that has none. */
export function valuesOf({ values, entries, levels, rows }: CellPage): unknown[] {
  const all = new Array<unknown>(rows).fill(undefined);
  for (let n = 0, next = 0; n < rows; n++) {
    if (levels !== undefined && levels[n] !== 1) continue;
    const at = next++;
    all[n] = entryOf(values, entries ? entries[at] : at);
  }
  return all;
}

/** The first row where an input has nothing, and what to say of it. */
export interface FirstGap {
  readonly row: number;
  readonly text: string;
}

/** What threads that read a table share: its cells, and its rows' parts. */
export interface TableMemory {
  readonly cells: SharedArrayBuffer;
  readonly marks: SharedArrayBuffer;
}

/** A column that was read. */
export interface ReadColumn {
  /** Whether its cells are places of texts. */
  readonly isText: boolean;
  /** Its numbers, if some need float64. */
  readonly wide: Float64Array | undefined;
  /** The value of all rows, if they have the same. */
  readonly constant: string | undefined;
  /** Of lists, what they have (`InputColumn.lists`). */
  readonly lists?: { readonly lists: Int32Array; readonly slots: number } | undefined;
  readonly holds: InputContents | LabelContents | Problem;
}

/** What a UsageError says. */
interface Problem {
  readonly problem: string;
}

const LEAST_ROWS = 2;

/** Tables that this process has in memory. */
let tables = 0;

/** `TableValues.id` of another table. */
export function nextTableId(): number {
  return ++tables;
}

/**
 * Takes a table's cells, row after row or in pages of a column, and checks them. Its errors are UsageErrors by the name
 * `source`.
 */
export class TableBuilder {
  readonly #source: string;
  readonly #columns: Columns;
  /** Of the inputs, then of the labels. */
  readonly #cells: CellWriter;
  readonly #marks: Uint8Array<SharedArrayBuffer>;
  readonly #inputs: readonly InputColumn[];
  readonly #labels: readonly LabelColumn[];
  readonly #all: readonly (InputColumn | LabelColumn)[];
  /** Words that stand for nothing. */
  readonly #na: NothingWords;
  /** The numbers of the latest dictionary's values. */
  #known: { readonly values: CellPage["values"]; readonly numbers: Float64Array } | undefined;
  /** A cell's number. */
  readonly #one = new Float64Array(1);
  /** What is wrong with the first unfit cell of columns. */
  readonly #wrong = new Map<number, Problem>();
  /** The columns beside inputs and labels, in the thread that finishes the table. */
  readonly #sides: readonly SideColumn[];
  readonly #how: TableReading;
  #rows = 0;
  #firstGap: FirstGap | undefined;

  /** For `rows` rows, in the memory of another thread's builder if given. Throws UsageError if this machine's memory holds fewer. */
  constructor(
    header: readonly string[],
    source: string,
    rows: number,
    chosen?: NamedColumns,
    how: TableReading = {},
    memory?: TableMemory,
  ) {
    const { categorical = [], na = [], lists = [], minCount = 1, hash, parts, funnel = [] } = how;
    const sides = sideColumns(how);
    this.#source = source;
    this.#how = how;
    this.#columns = tableColumns(header, source, chosen, sides);
    const { inputs, labels, part } = this.#columns;
    if (rows === 0) throw new UsageError(`${source}: expected rows, got none`);
    if (parts && part !== undefined)
      throw new UsageError(`${source}: ${parts.by}: a column '${PART}' says the parts; leave one of them out`);
    this.#sides = memory === undefined ? sides.map((side) => new SideColumn(side)) : [];
    expectMemory(source, rows, inputs.length + labels.length);
    this.#na = new NothingWords(na);
    this.#marks = new Uint8Array(memory?.marks ?? new SharedArrayBuffer(this.#columns.part === undefined ? 0 : rows));
    for (const [key, names, what, known] of [
      ["categorical", categorical, "input or label", [...inputs, ...labels]],
      ["lists", lists, "input", inputs],
      ["funnel", funnel, "label", labels],
    ] as const) {
      const missing = names.find((name) => !known.includes(name));
      if (missing === undefined) continue;
      const meant = chosen?.didYouMean?.(missing, known) || columnsText(known);
      throw new UsageError(`${source}: ${key}: no ${what} '${missing}'${meant}`);
    }
    const isCategory = (name: string) => categorical.includes(name);
    this.#inputs = inputs.map((name) => {
      const areLists = lists.includes(name);
      const how = { source, marks: this.#marks, minCount, hash, areLists };
      return new InputColumn(name, { ...how, isCategory: areLists || isCategory(name) });
    });
    this.#labels = labels.map((name) => new LabelColumn(name, source, isCategory(name), this.#marks));
    this.#all = [...this.#inputs, ...this.#labels];
    this.#cells = new CellWriter(rows, inputs.length + labels.length, memory?.cells);
  }

  get memory(): TableMemory {
    return { cells: this.#cells.memory, marks: this.#marks.buffer };
  }

  /** Inputs and labels, by their places among them. */
  get all(): number[] {
    return [...this.#all.keys()];
  }

  isLabel(i: number): boolean {
    return i >= this.#inputs.length;
  }

  /** Places in the header of some inputs and labels, before them that of the rows' parts, and of the columns beside them. */
  placesOf(own: readonly number[]): number[] {
    const { part, sides, places } = this.#columns;
    const beside = new Set(this.#sides.map((_, i) => sides[i]));
    return [...(part === undefined ? [] : [part]), ...beside, ...own.map((i) => places[i])];
  }

  /** A row's values in the order of the header; `place` names the row in errors: `cars.csv:17`. */
  add(values: readonly unknown[], place: string): void {
    const row = this.#rows++;
    const { part, sides, places } = this.#columns;
    for (const [i, side] of this.#sides.entries()) side.take(values[sides[i]], () => place);
    if (part !== undefined) this.#marks[row] = this.#markOf(values[part], row, () => place);
    for (const [i, at] of places.entries()) {
      const value = values[at];
      const number = this.#inputs[i]?.placeOf(value) ?? this.#numberFor(i, row, value, () => place);
      this.#one[0] = number;
      this.#take(i, row, this.#one, () => place);
      this.#cells.set(row, i, number);
    }
  }

  /** Cells of the column at a place of the header, from a row on; `placeOf` names a row in errors. */
  addPage(at: number, first: number, page: CellPage, placeOf: (row: number) => string): void {
    this.#rows = Math.max(this.#rows, first + page.rows);
    const sides = this.#sides.filter((side, i) => this.#columns.sides[i] === at && side.rows <= first);
    if (sides.length > 0) {
      for (const [n, value] of valuesOf(page).entries())
        for (const side of sides) side.take(value, () => placeOf(first + n));
      return;
    }
    const i = this.#columns.places.indexOf(at);
    const whole = this.#numbersIn(i, page);
    const numbers = whole ?? this.#numbersFor(i, first, page, placeOf);
    if (i < 0) this.#marks.set(numbers, first);
    else {
      this.#take(i, first, numbers, placeOf, whole !== undefined && page.levels === undefined);
      this.#cells.setAll(first, i, numbers);
    }
  }

  #take(i: number, first: number, numbers: Numbers, placeOf: (row: number) => string, isFull = false): void {
    if (this.isLabel(i)) this.#labels[i - this.#inputs.length].take(first, numbers);
    const row = this.#inputs[i]?.take(first, numbers, isFull);
    if (row !== undefined && row < (this.#firstGap?.row ?? Number.POSITIVE_INFINITY))
      this.#firstGap = { row, text: `${placeOf(row)}: ${this.nameOf(i)}: ${GAP}` };
  }

  /** The numbers of a page that has nothing else; undefined if others, or some that need a message, may be there. */
  #numbersIn(i: number, { values, entries, levels, rows }: CellPage): Numbers | undefined {
    if (!this.#all[i]?.takesNumbers || this.#na.hasNumbers) return undefined;
    const all = numbersOf(values);
    if (all === undefined || !areFit(all)) return undefined;
    if (entries === undefined && levels === undefined) return all;
    const numbers = all instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
    for (let n = 0, next = 0; n < rows; n++) {
      const isNext = levels === undefined || levels[n] === 1;
      numbers[n] = isNext ? all[entries ? entries[next++] : next++] : Number.NaN;
    }
    return numbers;
  }

  /** The numbers that stand for the values of a page. */
  #numbersFor(i: number, first: number, page: CellPage, placeOf: (row: number) => string): Numbers {
    const { values, entries, levels, rows } = page;
    const known = entries && this.#knownOf(values);
    const numbers = this.#all[i]?.takesNumbers ? new Float64Array(rows) : new Float32Array(rows);
    for (let n = 0, next = 0; n < rows; n++) {
      const isNext = levels === undefined || levels[n] === 1;
      const entry = isNext ? (entries ? entries[next++] : next++) : -1;
      let number = known && isNext ? known[entry] : Number.NaN;
      if (Number.isNaN(number)) {
        number = this.#numberAt(i, first + n, values, entry, placeOf);
        if (known && isNext) known[entry] = number;
      }
      numbers[n] = number;
    }
    return numbers;
  }

  /** Of the values of a dictionary, the numbers of those that were there before, else NaN. */
  #knownOf(values: CellPage["values"]): Float64Array {
    if (this.#known?.values !== values)
      this.#known = { values, numbers: new Float64Array(values.length).fill(Number.NaN) };
    return this.#known.numbers;
  }

  /** The number that stands for value `entry` of a page; for nothing at -1. */
  #numberAt(
    i: number,
    row: number,
    values: CellPage["values"],
    entry: number,
    placeOf: (row: number) => string,
  ): number {
    const input = this.#inputs[i];
    const isText = values instanceof PlainTexts && entry >= 0 && input?.takesNumbers === false;
    const place = isText ? input.placeOfText(values, entry, this.#na.size === 0) : -1;
    return place >= 0 ? place : this.#numberFor(i, row, entry < 0 ? undefined : entryOf(values, entry), placeOf);
  }

  /** The number that stands for a value: of a text, its place; of a row's part, that among `PARTS`. Nothing in a column that is wrong. */
  #numberFor(i: number, row: number, value: unknown, placeOf: (row: number) => string): number {
    if (i < 0) return this.#markOf(value, row, placeOf);
    if (this.#wrong.has(i)) return Number.NaN;
    const number = told(() => ({ number: this.#numberIn(i, row, value, placeOf) }));
    if ("number" in number) return number.number;
    this.#wrong.set(i, number);
    return Number.NaN;
  }

  #numberIn(i: number, row: number, value: unknown, placeOf: (row: number) => string): number {
    const known = this.#inputs[i]?.placeOf(value);
    if (known !== undefined) return known;
    const cell = this.#na.has(value, this.#all[i].takesNumbers) ? undefined : value;
    const number = numberIn(cell);
    if (number === undefined && typeof cell === "string" && !isName(cell.trim()))
      throw this.#error(i, placeOf(row), unprintable(cell));
    const taken = this.#all[i].numberOf(cell, number);
    if (taken === undefined) throw this.#error(i, placeOf(row), unfit(cell, this.nameOf(i)));
    return taken;
  }

  #error(i: number, place: string, text: string): UsageError {
    return new UsageError(`${place}: ${this.nameOf(i)}: ${text}`);
  }

  nameOf(i: number): string | undefined {
    const { inputs, labels } = this.#columns;
    return inputs[i] ?? labels[i - inputs.length];
  }

  /** The row's part as its place among `PARTS`. */
  #markOf(value: unknown, row: number, placeOf: (row: number) => string): number {
    const name = String(value ?? "").trim();
    const mark = partIn(name);
    if (mark < 0)
      throw new UsageError(`${placeOf(row)}: ${PART}: expected ${PART_CHOICES}, got '${name.slice(0, 40)}'`);
    return this.#how.split === "run" && mark === VALIDATION ? TRAINING : mark;
  }

  get firstGap(): FirstGap | undefined {
    return this.#firstGap;
  }

  /** Writes the cells that were taken. */
  flush(): void {
    this.#cells.flush();
  }

  /** What columns hold whose rows were all taken. */
  read(own: readonly number[]): ReadColumn[] {
    this.flush();
    const texts = new Map<number, Int32Array>();
    const columns = own.map((i): ReadColumn => {
      const [input, label, number] = [this.#inputs[i], this.#labels[i - this.#inputs.length], this.#cells.readerOf(i)];
      const constant = this.#constantIn(i, number);
      const holds = this.#wrong.get(i) ?? told(() => input?.contents() ?? this.#labelIn(label, number));
      const lists = "slots" in holds ? input.lists : undefined;
      const { places } = this.#all[i];
      if (places) texts.set(i, places);
      return { isText: places !== undefined, wide: this.#cells.wide(i), constant, lists, holds };
    });
    this.#cells.renumber(this.#rows, texts);
    return columns;
  }

  #labelIn(column: LabelColumn, number: (row: number) => number): LabelContents {
    const { places, classes } = column;
    const gaps = column.gaps(this.#columns.part === undefined ? undefined : this.#marks);
    const variance = varianceOf(this.#rows, (row) => (places ? (places[number(row)] ?? Number.NaN) : number(row)));
    return { classes, gaps, variance };
  }

  /** The value that a column has in every row; a gap of an input tells rows apart. */
  #constantIn(i: number, number: (row: number) => number): string | undefined {
    let first: number | undefined;
    for (let row = 0; row < this.#rows; row++) {
      const own = number(row);
      if (Number.isNaN(own) && i >= this.#inputs.length) continue;
      first ??= own;
      if (own !== first) return undefined;
    }
    const label = this.#labels[i - this.#inputs.length];
    return first === undefined ? undefined : String(this.#inputs[i]?.shown(first) ?? label.classes?.[0] ?? first);
  }

  /** The table of these columns, which are all of them. */
  finish(columns = this.read(this.all), firstGap = this.#firstGap): TableRows {
    const { inputs, labels, part, areChosen } = this.#columns;
    const rows = this.#rows;
    const { parts } = this.#how;
    const sideBy = (name: SideColumn["by"] | undefined) => this.#sides.find(({ by }) => by === name);
    const splits = sideBy(parts?.by);
    const places = splits && areDrawn(this.#how) ? splits.places() : undefined;
    const ofAll = () => (places || !parts ? undefined : splits?.marks(parts, this.#source));
    const marks = part === undefined ? ofAll() : this.#allMarks();
    const groups = sideBy("metricsBy")?.places();
    const weights = sideBy("weight")?.weights(this.#source);
    const isShort = rows < LEAST_ROWS;
    const problems = columns.flatMap((column, i) => this.#problemOf(column, i, isShort) ?? []);
    if (isShort && problems.length === 0)
      problems.push(`${this.#source}: expected at least ${LEAST_ROWS} rows, got ${rows}`);
    if (problems.length > 0) throw new UsageError(problems);
    const contents = columns.slice(0, inputs.length).map(({ holds }) => holds as InputContents);
    const lists = columns.flatMap(({ lists }) => lists ?? []);
    const texts = contents.flatMap(({ values }) => (typeof values === "number" ? [] : values));
    if (texts.length > 0) checkWidth([...inputs, ...texts], this.#source, "names of columns and values of categories");
    expectMemory(this.#source, rows, widthOf(columns));
    const cells = this.#cells.cells(rows, columns);
    const own = this.#labelsIn(columns.slice(inputs.length), cells);
    return {
      inputs,
      labels,
      areChosen,
      rows,
      contents,
      firstGap: firstGap?.text,
      heldout: marks?.reduce((sum, mark) => sum + Number(mark === HELD_OUT), 0),
      validation: marks?.includes(VALIDATION)
        ? marks.reduce((sum, mark) => sum + Number(mark === VALIDATION), 0)
        : undefined,
      values: {
        id: nextTableId(),
        cells,
        ...(marks && { heldout: marks.buffer }),
        ...(places && { places: places.buffer }),
        ...(groups && { groups: groups.buffer }),
        ...(weights && { weights: weights.buffer }),
        ...(lists.length > 0 && { lists: joinedLists(lists) }),
      },
      labelClasses: own.map(({ classes }) => classes),
      labelGaps: own.map(({ gaps }) => gaps),
      labelVariances: own.map(({ variance }) => variance),
      ...(this.#how.funnel && { labelStrays: own.map(({ strays = 0 }) => strays) }),
    };
  }

  #labelsIn(columns: readonly ReadColumn[], cells: TableCells): LabelContents[] {
    const { inputs, labels } = this.#columns;
    const all = columns.map(({ holds }) => holds as LabelContents);
    const places = (this.#how.funnel ?? []).map((name) => labels.indexOf(name));
    const chain = places.map((k) => ({ name: labels[k], column: inputs.length + k, contents: all[k] }));
    for (const [i, contents] of multiplied(chain, cells, this.#source).entries()) all[places[i]] = contents;
    return all;
  }

  #problemOf({ holds, constant }: ReadColumn, i: number, mayBeConstant: boolean): string | undefined {
    if ("problem" in holds) return holds.problem;
    if (constant === undefined || mayBeConstant) return undefined;
    return `${this.#source}: column '${this.nameOf(i)}' is ${constant} in every row; leave it out`;
  }

  #allMarks(): Uint8Array<SharedArrayBuffer> {
    const marks = this.#marks;
    const missing = PARTS.find((part, mark) => part !== "validation" && !marks.includes(mark));
    if (missing !== undefined) throw new UsageError(`${this.#source}: ${PART}: no row is ${missing}`);
    return marks;
  }
}

/** What `tell` gives, or the UsageError that it throws. */
function told<T>(tell: () => T): T | Problem {
  try {
    return tell();
  } catch (error) {
    if (error instanceof UsageError) return { problem: error.message };
    throw error;
  }
}

/** Bytes of a row beside its numbers: its places in the parts of a run, and in the order of its training. */
const PLACES_BYTES = 12;

/**
 * Refuses more rows, before they are read, of so many words of 4 bytes than memory or an array of this Node holds. Throws UsageError by
 * the name `source`.
 */
export function expectMemory(source: string, rows: number, width: number): void {
  const bytes = rows * (4 * width + PLACES_BYTES);
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const longest = bufferLimits.MAX_LENGTH;
  if (bytes <= memory && 4 * width * rows <= longest) return;
  const got = `${thousands(rows)} rows of ${thousands(width)} columns take ${megabytes(bytes)}`;
  const has = bytes > memory ? `this machine has ${megabytes(memory)}` : `an array of this Node ${megabytes(longest)}`;
  const way = bytes > memory ? "take a machine with more memory" : "use Node 22 or later";
  throw new UsageError(`${source}: too large: ${got}, and ${has}; leave out rows, or columns by --ignore, or ${way}`);
}

const GAP = "expected a number or a text, got nothing; fill it in, leave out the row, or give --impute mean";

function unfit(value: unknown, column = ""): string {
  return `expected a number up to ${LARGEST_FLOAT32}, got '${String(value).slice(0, 40)}'${unfitHint(value, column)}`;
}

/** Over the rows that have a number. */
function varianceOf(count: number, number: (row: number) => number): number {
  let [rows, sum, squares] = [0, 0, 0];
  for (let row = 0; row < count; row++) {
    const own = number(row);
    if (Number.isNaN(own)) continue;
    rows++;
    sum += own;
  }
  for (let row = 0; row < count; row++) {
    const own = number(row);
    if (!Number.isNaN(own)) squares += (own - sum / rows) ** 2;
  }
  return squares / rows;
}

/** A page's values as numbers; undefined if they are something else. */
function numbersOf(values: CellPage["values"]): Numbers | undefined {
  if (values instanceof Float32Array || values instanceof Float64Array) return values;
  if (values instanceof Int32Array || values instanceof Uint32Array) return new Float64Array(values);
  if (!(values instanceof BigInt64Array)) return undefined;
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  return Float64Array.from({ length: values.length }, (_, n) => words[2 * n + 1] * 2 ** 32 + (words[2 * n] >>> 0));
}

/** Whether float32 holds all of them, if not exactly. */
function areFit(numbers: Numbers): boolean {
  for (let n = 0; n < numbers.length; n++) if (!(Math.abs(numbers[n]) <= LARGEST_FLOAT32)) return false;
  return true;
}
