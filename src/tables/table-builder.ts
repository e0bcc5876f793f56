import type { TableReading, TableValues } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { isName } from "../printable.ts";
import { thousands } from "../units.ts";
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
import { InputColumn, type InputContents, MOST_HOT, naHint } from "./input-column.ts";
import { type LabelClasses, LabelColumn } from "./label-column.ts";

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

/** Most numbers of a table: 8 bytes each in memory, three times as many while it is read. */
const MOST_NUMBERS = 50_000_000;
/** Most numbers of the rows that models see, where categories are many inputs: 4 bytes each for each run in training. */
const MOST_ENCODED = 100_000_000;

/** Places among `PARTS`. */
const [TRAINING, VALIDATION] = [0, 2];

const LARGEST_FLOAT32 = 3.4028235e38;
const LEAST_ROWS = 2;

/** Tables that this process has in memory, as `TableValues.id` counts them. */
let built = 0;

/** Takes a table's rows, one after the other, and checks them. Its errors are UsageErrors by the name `source`. */
export class TableBuilder {
  readonly #source: string;
  readonly #columns: Columns;
  readonly #numbers = new NumberList();
  readonly #heldout: number[] = [];
  readonly #inputs: readonly InputColumn[];
  readonly #labels: readonly LabelColumn[];
  /** Words that stand for nothing. */
  readonly #na: ReadonlySet<string>;
  readonly #resplit: boolean;
  /** Whether some row is marked for validation. */
  #marksValidation = false;
  #firstGap: string | undefined;

  constructor(
    header: readonly string[],
    source: string,
    chosen?: NamedColumns,
    { categorical = [], na = [], split }: TableReading = {},
  ) {
    this.#source = source;
    this.#columns = tableColumns(header, source, chosen);
    this.#na = new Set(na);
    this.#resplit = split === "run";
    const { inputs } = this.#columns;
    const missing = categorical.find((name) => !inputs.includes(name));
    if (missing !== undefined) {
      const isLabel = this.#columns.labels.includes(missing);
      const meant = chosen?.didYouMean?.(missing, inputs) || columnsText(inputs);
      const way = isLabel ? `it is a label; give --task ${missing}=categorical` : `no input '${missing}'${meant}`;
      throw new UsageError(`${source}: categorical: ${way}`);
    }
    this.#inputs = inputs.map((name) => new InputColumn(name, source, categorical.includes(name)));
    this.#labels = this.#columns.labels.map((name) => new LabelColumn(name, source));
  }

  /** Refuses, before they are read, as many rows as have more numbers than a table may have. */
  expectRows(rows: number): void {
    expectNumbers(this.#source, rows, this.#columns.places.length, MOST_NUMBERS);
  }

  /** A row's values in the order of the header; `place` names the row in errors: `cars.csv:17`. */
  add(values: readonly unknown[], place: string): void {
    const { places, inputs, labels } = this.#columns;
    const mark = this.#markOf(values, place);
    if (this.#numbers.length >= MOST_NUMBERS) this.expectRows(this.#numbers.length / places.length + 1);
    for (const [i, at] of places.entries()) {
      const text = values[at];
      const cell = this.#isNa(text) ? undefined : text;
      const number = numberIn(cell);
      if (number === undefined && typeof cell === "string" && !isName(cell.trim()))
        throw new UsageError(`${place}: ${inputs[i] ?? labels[i - inputs.length]}: ${unprintable(cell)}`);
      const value =
        this.#inputs[i]?.add(cell, number, mark !== 0) ?? this.#labels[i - inputs.length]?.add(cell, number, mark);
      if (value === undefined)
        throw new UsageError(`${place}: ${inputs[i] ?? labels[i - inputs.length]}: ${unfit(cell)}`);
      if (Number.isNaN(value) && i < inputs.length) this.#firstGap ??= `${place}: ${inputs[i]}: ${GAP}`;
      this.#numbers.push(value);
    }
  }

  #isNa(value: unknown): boolean {
    if (this.#na.size === 0) return false;
    return this.#na.has(typeof value === "string" ? value.trim() : String(value));
  }

  /** The row's part, as its place among `PARTS`. */
  #markOf(values: readonly unknown[], place: string): number {
    const { part } = this.#columns;
    if (part === undefined) return 0;
    const name = String(values[part] ?? "").trim();
    const mark = partIn(name);
    if (mark < 0) throw new UsageError(`${place}: ${PART}: expected ${PART_CHOICES}, got '${name.slice(0, 40)}'`);
    this.#marksValidation ||= mark === VALIDATION;
    const drawn = this.#resplit && mark === VALIDATION ? TRAINING : mark;
    this.#heldout.push(drawn);
    return drawn;
  }

  finish(): TableRows {
    const { inputs, labels, part, areChosen } = this.#columns;
    const width = inputs.length + labels.length;
    const rows = this.#numbers.length / width;
    if (rows < LEAST_ROWS) throw new UsageError(`${this.#source}: expected at least ${LEAST_ROWS} rows, got ${rows}`);
    const numbers = this.#numbers.taken();
    const marks = part === undefined ? undefined : this.#marks();
    const labelGaps = this.#labels.map((column) => column.gaps(marks));
    this.#refuseConstants(numbers, width);
    const contents = this.#inputs.map((column) => column.contents());
    const texts = contents.flatMap(({ values }) => (values.length > MOST_HOT ? [] : values));
    if (texts.length > 0) checkWidth([...inputs, ...texts], this.#source, "names of columns and values of categories");
    for (const [i, { places }] of [...this.#inputs, ...this.#labels].entries()) replaceBy(places, numbers, width, i);
    return {
      ...{ inputs, labels, areChosen, rows, contents, firstGap: this.#firstGap },
      heldout: marks?.reduce((sum, mark) => sum + Number(mark === 1), 0),
      validation: marks?.includes(2) ? marks.reduce((sum, mark) => sum + Number(mark === 2), 0) : undefined,
      values: { id: ++built, numbers: numbers.buffer, ...(marks && { heldout: marks.buffer }) },
      labelClasses: this.#labels.map(({ classes }) => classes),
      labelGaps,
      labelVariances: labels.map((_, k) => varianceOf(numbers, width, inputs.length + k)),
    };
  }

  #refuseConstants(numbers: Float64Array, width: number): void {
    const { inputs, labels } = this.#columns;
    for (const [column, name] of [...inputs, ...labels].entries()) {
      const isGap = (number: number) => Number.isNaN(number) && column >= inputs.length; // one of an input tells rows apart
      let at = column;
      while (isGap(numbers[at] as number)) at += width;
      const first = numbers[at] as number;
      while (at < numbers.length && (numbers[at] === first || isGap(numbers[at] as number))) at += width;
      if (at < numbers.length) continue;
      const value = this.#inputs[column]?.shown(first) ?? this.#labels[column - inputs.length]?.classes?.[0] ?? first;
      throw new UsageError(`${this.#source}: column '${name}' is ${value} in every row; leave it out`);
    }
  }

  #marks(): Uint8Array<SharedArrayBuffer> {
    const marks = new Uint8Array(new SharedArrayBuffer(this.#heldout.length));
    marks.set(this.#heldout);
    const missing = PARTS.find((part, mark) => part !== "validation" && !this.#heldout.includes(mark));
    if (missing !== undefined) throw new UsageError(`${this.#source}: ${PART}: no row is ${missing}`);
    return marks;
  }
}

/** Refuses more than `most` numbers of rows: by default, of those that models see. Throws UsageError by the name `source`. */
export function expectNumbers(source: string, rows: number, width: number, most = MOST_ENCODED): void {
  if (rows * width <= most) return;
  const got = `${thousands(rows)} rows of ${thousands(width)} columns`;
  throw new UsageError(
    `${source}: too large: expected at most ${thousands(most)} numbers, got ${got}; leave out rows or columns`,
  );
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value as a number that float32 can hold; undefined for anything else. */
function numberIn(value: unknown): number | undefined {
  const text = typeof value === "string" ? value.trim() : undefined;
  const isNumeric = text === undefined ? typeof value === "number" || typeof value === "bigint" : DECIMAL.test(text);
  const number = isNumeric ? Number(text ?? value) : Number.NaN;
  return Math.abs(number) <= LARGEST_FLOAT32 ? number : undefined;
}

const GAP = "expected a number or a text, got nothing; fill it in, leave out the row, or give --impute mean";

function unfit(value: unknown): string {
  return `expected a number up to ${LARGEST_FLOAT32}, got '${String(value).slice(0, 40)}'${naHint(value)}`;
}

/** Puts `places[v]` in place of each value v of a column. */
function replaceBy(places: readonly number[] | undefined, numbers: Float64Array, width: number, column: number): void {
  if (places === undefined) return;
  for (let at = column; at < numbers.length; at += width) numbers[at] = places[numbers[at] as number] ?? Number.NaN;
}

/** Over the rows that have a number. */
function varianceOf(numbers: Float64Array, width: number, column: number): number {
  let [rows, sum, squares] = [0, 0, 0];
  for (let at = column; at < numbers.length; at += width) {
    if (Number.isNaN(numbers[at])) continue;
    rows++;
    sum += numbers[at] as number;
  }
  for (let at = column; at < numbers.length; at += width)
    if (!Number.isNaN(numbers[at])) squares += ((numbers[at] as number) - sum / rows) ** 2;
  return squares / rows;
}

/** Numbers in blocks: a list that grows as a whole is copied, and twice in memory meanwhile. */
class NumberList {
  static readonly #BLOCK = 2 ** 17;
  #blocks: Float64Array[] = [];
  length = 0;

  push(value: number): void {
    const at = this.length++ % NumberList.#BLOCK;
    if (at === 0) this.#blocks.push(new Float64Array(NumberList.#BLOCK));
    (this.#blocks.at(-1) as Float64Array)[at] = value;
  }

  /** All of them, in memory that threads share; the list is empty then. */
  taken(): Float64Array<SharedArrayBuffer> {
    const all = new Float64Array(new SharedArrayBuffer(8 * this.length));
    for (const [i, block] of this.#blocks.entries()) {
      const start = i * NumberList.#BLOCK;
      all.set(block.subarray(0, this.length - start), start);
    }
    [this.#blocks, this.length] = [[], 0];
    return all;
  }
}
