// Which rows of a table are for training, validation and the test, by a column that says what belongs together.
import { permutationInto } from "../data/order.ts";
import { dataKey } from "../data/streams.ts";
import { heldoutCount, type PartsBy } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { HELD_OUT, TRAINING, VALIDATION } from "./columns.ts";
import { isNothing } from "./input-column.ts";

/** The share of the rows that are not for the test. */
const VALIDATION_SHARE = 0.2;

/** The cells of the column that decides, as numbers: moments, or places of groups. */
export class SplitColumn {
  readonly #parts: PartsBy;
  readonly #numbers: number[] = [];
  readonly #places = new Map<string, number>();

  constructor(parts: PartsBy) {
    this.#parts = parts;
  }

  /** How many rows it has taken. */
  get rows(): number {
    return this.#numbers.length;
  }

  /** The next row's cell. `place` names the row in errors. */
  take(value: unknown, place: () => string): void {
    const { by, column } = this.#parts;
    const number = by === "time" ? momentIn(value) : this.#placeOf(value);
    if (!Number.isNaN(number)) this.#numbers.push(number);
    else {
      const expected = by === "time" ? "a number, or a date such as 2026-05-01" : "a value";
      throw new UsageError(`${place()}: ${column}: ${by} needs ${expected}, got '${String(value ?? "").slice(0, 40)}'`);
    }
  }

  #placeOf(value: unknown): number {
    const text = isNothing(value) ? "" : String(value).trim();
    if (text === "" && this.#parts.by === "group") return Number.NaN;
    const place = this.#places.get(text) ?? this.#places.size;
    this.#places.set(text, place);
    return place;
  }

  /** The part of each row, [N]. Throws UsageError, by the name `source`, if some part would have none. */
  marks(source: string): Uint8Array<SharedArrayBuffer> {
    const { by, column, heldout } = this.#parts;
    const N = this.rows;
    const marks = new Uint8Array(new SharedArrayBuffer(N));
    const blocks = this.#blocks();
    if (by === "stratify") for (const rows of blocks) markStratum(marks, rows, heldout);
    else {
      const test = fewestNear(blocks, heldoutCount(N, heldout));
      const rest = blocks.slice(test);
      const tested = blocks.slice(0, test).flat();
      const validation = fewestNear(rest, heldoutCount(N - tested.length, VALIDATION_SHARE));
      for (const row of tested) marks[row] = HELD_OUT;
      for (const row of rest.slice(0, validation).flat()) marks[row] = VALIDATION;
    }
    if ([TRAINING, HELD_OUT, VALIDATION].every((part) => marks.includes(part))) return marks;
    throw new UsageError(
      `${source}: ${by}: column '${column}' has too few different values to split by: a part would have no rows`,
    );
  }

  /** Rows that stay together: those of a group, of a moment from the last on, or of a stratum in an order by chance. */
  #blocks(): number[][] {
    const { by, seed } = this.#parts;
    const key = dataKey({ seed, run: 0 }, "split");
    const inOrder = (n: number) => permutationInto(new Uint32Array(n), key, 0);
    const rows = by === "stratify" ? [...inOrder(this.rows)] : [...this.#numbers.keys()];
    const blocks = groupRows(rows, this.#numbers);
    if (by === "time") return [...blocks.entries()].sort(([a], [b]) => b - a).map(([, own]) => own);
    const texts = [...this.#places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => blocks.get(place) ?? []);
    return by === "group" ? Array.from(inOrder(texts.length), (i) => texts[i]) : texts;
  }
}

function groupRows(rows: readonly number[], numbers: readonly number[]): Map<number, number[]> {
  const blocks = new Map<number, number[]>();
  for (const row of rows) {
    const own = blocks.get(numbers[row]);
    if (own) own.push(row);
    else blocks.set(numbers[row], [row]);
  }
  return blocks;
}

/** How many of the first blocks have about `count` rows: at least one, and not all. */
function fewestNear(blocks: readonly (readonly number[])[], count: number): number {
  let [blocksTaken, rows] = [0, 0];
  for (const { length } of blocks.slice(0, -1)) {
    if (blocksTaken > 0 && Math.abs(rows + length - count) > Math.abs(rows - count)) break;
    blocksTaken++;
    rows += length;
    if (rows >= count) break;
  }
  return blocksTaken;
}

function markStratum(marks: Uint8Array, rows: readonly number[], heldout: number): void {
  const test = Math.round(heldout * rows.length);
  const validation = Math.round(VALIDATION_SHARE * (rows.length - test));
  for (const [i, row] of rows.entries())
    marks[row] = i < test ? HELD_OUT : i < test + validation ? VALIDATION : TRAINING;
}

/** A number, or milliseconds of a date; NaN for anything else. */
function momentIn(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") return Number.NaN;
  return Number.isNaN(Number(text)) ? Date.parse(text) : Number(text);
}
