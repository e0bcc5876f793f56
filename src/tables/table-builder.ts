import { constants as bufferLimits } from "node:buffer";
import { totalmem } from "node:os";
import type { TableReading, TableValues } from "../data/table.ts";
import { CellReader } from "../data/table-cells.ts";
import { UsageError } from "../errors.ts";
import { isName } from "../printable.ts";
import { megabytes, thousands } from "../units.ts";
import { CellWriter } from "./cell-writer.ts";
import {
  type Columns,
  checkWidth,
  columnsText,
  HELD_OUT,
  type NamedColumns,
  PART,
  PART_CHOICES,
  PARTS,
  partIn,
  TRAINING,
  tableColumns,
  unprintable,
  VALIDATION,
} from "./columns.ts";
import { InputColumn, type InputContents, naHint } from "./input-column.ts";
import { type LabelClasses, LabelColumn } from "./label-column.ts";
import { PlainTexts, TextNumbers } from "./plain-texts.ts";

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
  readonly places?: ArrayLike<number>;
  /** Whether a row has a value; absent if each has. */
  readonly has?: (row: number) => boolean;
}

/** The places of a page's texts that a column has had, by their numbers in the page. */
class KnownTexts {
  readonly #texts: PlainTexts | undefined;
  readonly #byBytes: TextNumbers;
  /** -1 for a text that was not there before the page. */
  readonly #places: Int32Array;

  constructor(values: CellPage["values"], byBytes: TextNumbers) {
    this.#texts = values instanceof PlainTexts ? values : undefined;
    this.#byBytes = byBytes;
    this.#places = this.#texts ? byBytes.all(this.#texts) : new Int32Array(values.length).fill(-1);
  }

  /** -1 if it has none. */
  place(entry: number): number {
    const place = this.#places[entry] ?? -1;
    return place >= 0 || entry < 0 || this.#texts === undefined ? place : this.#byBytes.get(this.#texts, entry);
  }

  keep(entry: number, place: number): void {
    this.#places[entry] = place;
    if (this.#texts) this.#byBytes.set(this.#texts, entry, place);
  }
}

/** Value number `i` of a page. */
export function entryOf(values: CellPage["values"], i: number): unknown {
  return values instanceof PlainTexts ? values.text(i) : values[i];
}

const LARGEST_FLOAT32 = 3.4028235e38;
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
  /** Words that stand for nothing. */
  readonly #na: ReadonlySet<string>;
  readonly #resplit: boolean;
  /** Of each column of inputs, the places of texts that it has had, by their bytes. */
  readonly #byBytes = new Map<number, TextNumbers>();
  #rows = 0;
  #firstGap: { readonly row: number; readonly text: string } | undefined;

  /** For `rows` rows. Throws UsageError if this machine's memory holds fewer. */
  constructor(
    header: readonly string[],
    source: string,
    rows: number,
    chosen?: NamedColumns,
    { categorical = [], na = [], split }: TableReading = {},
  ) {
    this.#source = source;
    this.#columns = tableColumns(header, source, chosen);
    const { inputs, labels } = this.#columns;
    expectMemory(source, rows, inputs.length + labels.length);
    this.#na = new Set(na);
    this.#resplit = split === "run";
    const missing = categorical.find((name) => !inputs.includes(name));
    if (missing !== undefined) {
      const isLabel = labels.includes(missing);
      const meant = chosen?.didYouMean?.(missing, inputs) || columnsText(inputs);
      const way = isLabel ? `it is a label; give --task ${missing}=categorical` : `no input '${missing}'${meant}`;
      throw new UsageError(`${source}: categorical: ${way}`);
    }
    this.#inputs = inputs.map((name) => new InputColumn(name, source, categorical.includes(name)));
    this.#labels = labels.map((name) => new LabelColumn(name, source));
    this.#cells = new CellWriter(rows, inputs.length + labels.length);
    this.#marks = new Uint8Array(new SharedArrayBuffer(this.#columns.part === undefined ? 0 : rows));
  }

  /** The places of the columns that it takes, in the order in which it takes them. */
  get places(): readonly number[] {
    const { part, places } = this.#columns;
    return part === undefined ? places : [part, ...places];
  }

  /** A row's values in the order of the header; `place` names the row in errors: `cars.csv:17`. */
  add(values: readonly unknown[], place: string): void {
    const row = this.#rows++;
    const { part, places } = this.#columns;
    if (part !== undefined) this.#mark(row, values[part], () => place);
    for (const [i, at] of places.entries()) this.#put(i, row, values[at], () => place);
  }

  /** Cells of the column at a place of the header, from a row on; `placeOf` names a row in errors. */
  addPage(at: number, first: number, page: CellPage, placeOf: (row: number) => string): void {
    this.#rows = Math.max(this.#rows, first + page.rows);
    const i = this.#columns.places.indexOf(at);
    if (this.#addNumbers(i, first, page)) return;
    const known = this.#knownTexts(i, page);
    const places = new Int32Array(page.rows).fill(-1);
    for (let n = 0, next = 0; n < page.rows; n++) {
      const isThere = page.has?.(n) ?? true;
      const entry = isThere ? (page.places?.[next] ?? next) : -1;
      next += Number(isThere);
      const place = known?.place(entry) ?? -1;
      if (place >= 0) {
        places[n] = place;
        continue;
      }
      const value = isThere ? entryOf(page.values, entry) : undefined;
      if (i < 0) {
        this.#mark(first + n, value, placeOf);
        continue;
      }
      const number = this.#put(i, first + n, value, placeOf);
      if (number >= 0 && known && !this.#inputs[i].takesNumbers) known.keep(entry, number);
    }
    if (known === undefined) return;
    this.#inputs[i].addPlaces(places, this.#marks.subarray(first, first + page.rows));
    this.#cells.setPlaces(first, i, places);
  }

  /** The texts of an input's page that were there before; undefined for another column. */
  #knownTexts(i: number, { values }: CellPage): KnownTexts | undefined {
    if (this.#inputs[i] === undefined) return undefined;
    const byBytes = this.#byBytes.get(i) ?? new TextNumbers();
    this.#byBytes.set(i, byBytes);
    return new KnownTexts(values, byBytes);
  }

  /** Numbers of an input in one go; false for other cells, and for numbers that need a message. */
  #addNumbers(i: number, first: number, { values, places, has, rows }: CellPage): boolean {
    const input = this.#inputs[i];
    const isNumeric = values instanceof Float32Array || values instanceof Float64Array || values instanceof Int32Array;
    if (input === undefined || !isNumeric || has !== undefined || this.#na.size > 0 || !input.takesNumbers)
      return false;
    for (let n = 0; n < values.length; n++) if (!(Math.abs(values[n]) <= LARGEST_FLOAT32)) return false;
    this.#cells.setNumbers(first, i, { values, places, rows });
    input.addNumbers(this.#trainingRows(first, rows));
    return true;
  }

  /** How many of some rows are training rows, as far as marks are known. */
  #trainingRows(first: number, rows: number): number {
    return rows - this.#marks.subarray(first, first + rows).reduce((sum, mark) => sum + Number(mark !== TRAINING), 0);
  }

  /** A text that was there before. */
  #putPlace(i: number, row: number, place: number): void {
    this.#inputs[i].addPlace(place, this.#isHeldOut(row));
    this.#cells.set(row, i, place);
  }

  /** Gives the number that stands for the value: of a text, its place. */
  #put(i: number, row: number, value: unknown, placeOf: (row: number) => string): number {
    const known = typeof value === "string" ? this.#inputs[i]?.placeOf(value) : undefined;
    if (known !== undefined) {
      this.#putPlace(i, row, known);
      return known;
    }
    const number = this.#numberFor(i, row, value, placeOf);
    if (Number.isNaN(number) && i < this.#inputs.length && row < (this.#firstGap?.row ?? Number.POSITIVE_INFINITY))
      this.#firstGap = { row, text: `${placeOf(row)}: ${this.#nameOf(i)}: ${GAP}` };
    this.#cells.set(row, i, number);
    return number;
  }

  #numberFor(i: number, row: number, value: unknown, placeOf: (row: number) => string): number {
    const cell = this.#isNa(value) ? undefined : value;
    const number = numberIn(cell);
    if (number === undefined && typeof cell === "string" && !isName(cell.trim()))
      throw this.#error(i, placeOf(row), unprintable(cell));
    const taken =
      this.#inputs[i]?.add(cell, number, this.#isHeldOut(row)) ??
      this.#labels[i - this.#inputs.length]?.add(cell, number, this.#marks[row] ?? TRAINING);
    if (taken === undefined) throw this.#error(i, placeOf(row), unfit(cell));
    return taken;
  }

  get #all(): readonly (InputColumn | LabelColumn)[] {
    return [...this.#inputs, ...this.#labels];
  }

  #error(i: number, place: string, text: string): UsageError {
    return new UsageError(`${place}: ${this.#nameOf(i)}: ${text}`);
  }

  #nameOf(i: number): string | undefined {
    const { inputs, labels } = this.#columns;
    return inputs[i] ?? labels[i - inputs.length];
  }

  #isHeldOut(row: number): boolean {
    return (this.#marks[row] ?? TRAINING) !== TRAINING;
  }

  #isNa(value: unknown): boolean {
    if (this.#na.size === 0) return false;
    return this.#na.has(typeof value === "string" ? value.trim() : String(value));
  }

  /** Notes the row's part, as its place among `PARTS`. */
  #mark(row: number, value: unknown, placeOf: (row: number) => string): void {
    const name = String(value ?? "").trim();
    const mark = partIn(name);
    if (mark < 0)
      throw new UsageError(`${placeOf(row)}: ${PART}: expected ${PART_CHOICES}, got '${name.slice(0, 40)}'`);
    this.#marks[row] = this.#resplit && mark === VALIDATION ? TRAINING : mark;
  }

  finish(): TableRows {
    const { inputs, labels, part, areChosen } = this.#columns;
    const rows = this.#rows;
    if (rows < LEAST_ROWS) throw new UsageError(`${this.#source}: expected at least ${LEAST_ROWS} rows, got ${rows}`);
    const marks = part === undefined ? undefined : this.#allMarks();
    const labelGaps = this.#labels.map((column) => column.gaps(marks));
    this.#refuseConstants(rows);
    const contents = this.#inputs.map((column) => column.contents());
    const texts = contents.flatMap(({ values }) => (typeof values === "number" ? [] : values));
    if (texts.length > 0) checkWidth([...inputs, ...texts], this.#source, "names of columns and values of categories");
    expectMemory(this.#source, rows, this.#cells.width);
    const cells = this.#cells.cells(
      rows,
      this.#all.map(({ places }) => places),
    );
    const reader = new CellReader(cells);
    return {
      inputs,
      labels,
      areChosen,
      rows,
      contents,
      firstGap: this.#firstGap?.text,
      heldout: marks?.reduce((sum, mark) => sum + Number(mark === HELD_OUT), 0),
      validation: marks?.includes(VALIDATION)
        ? marks.reduce((sum, mark) => sum + Number(mark === VALIDATION), 0)
        : undefined,
      values: { id: nextTableId(), cells, ...(marks && { heldout: marks.buffer }) },
      labelClasses: this.#labels.map(({ classes }) => classes),
      labelGaps,
      labelVariances: labels.map((_, k) => varianceOf(reader, inputs.length + k)),
    };
  }

  #refuseConstants(rows: number): void {
    for (const i of this.#all.keys()) {
      const constant = this.#constantIn(i, rows);
      if (constant === undefined) continue;
      const value = this.#inputs[i]?.shown(constant) ?? this.#labels[i - this.#inputs.length]?.classes?.[0] ?? constant;
      throw new UsageError(`${this.#source}: column '${this.#nameOf(i)}' is ${value} in every row; leave it out`);
    }
  }

  /** The number that a column has in every row; a gap of an input tells rows apart. */
  #constantIn(i: number, rows: number): number | undefined {
    let first: number | undefined;
    for (let row = 0; row < rows; row++) {
      const number = this.#cells.number(row, i);
      if (Number.isNaN(number) && i >= this.#inputs.length) continue;
      first ??= number;
      if (number !== first) return undefined;
    }
    return first;
  }

  #allMarks(): Uint8Array<SharedArrayBuffer> {
    const marks = this.#marks;
    const missing = PARTS.find((part, mark) => part !== "validation" && !marks.includes(mark));
    if (missing !== undefined) throw new UsageError(`${this.#source}: ${PART}: no row is ${missing}`);
    return marks;
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

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value as a number that float32 can hold; undefined for anything else. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === "number") return Math.abs(value) <= LARGEST_FLOAT32 ? value : undefined;
  const text = typeof value === "string" ? value.trim() : undefined;
  const isNumeric = text === undefined ? typeof value === "bigint" : DECIMAL.test(text);
  const number = isNumeric ? Number(text ?? value) : Number.NaN;
  return Math.abs(number) <= LARGEST_FLOAT32 ? number : undefined;
}

const GAP = "expected a number or a text, got nothing; fill it in, leave out the row, or give --impute mean";

function unfit(value: unknown): string {
  return `expected a number up to ${LARGEST_FLOAT32}, got '${String(value).slice(0, 40)}'${naHint(value)}`;
}

/** Over the rows that have a number. */
function varianceOf(cells: CellReader, column: number): number {
  let [rows, sum, squares] = [0, 0, 0];
  for (let row = 0; row < cells.rows; row++) {
    const number = cells.number(row, column);
    if (Number.isNaN(number)) continue;
    rows++;
    sum += number;
  }
  for (let row = 0; row < cells.rows; row++) {
    const number = cells.number(row, column);
    if (!Number.isNaN(number)) squares += (number - sum / rows) ** 2;
  }
  return squares / rows;
}
