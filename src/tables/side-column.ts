// A column beside inputs and labels: what splits the rows of a table, groups them, or weighs them.
import { drawnMarks, tooFewText } from "../data/split.ts";
import { dataKey } from "../data/streams.ts";
import type { PartsBy, SideColumn as Side } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { numberIn } from "./cell-values.ts";
import { isNothing } from "./input-column.ts";
import { momentIn } from "./moments.ts";

const DATE = "a date such as 2026-05-01";

const EXPECTED: Partial<Record<Side["by"], string>> = {
  time: `a number, or ${DATE}`,
  weight: "a number from 0",
};

/** Its cells as numbers: moments, weights, or places of texts. */
export class SideColumn {
  readonly #side: Side;
  readonly #numbers: number[] = [];
  readonly #places = new Map<string, number>();
  #areDates: boolean | undefined;

  constructor(side: Side) {
    this.#side = side;
  }

  get by(): Side["by"] {
    return this.#side.by;
  }

  /** How many rows it has taken. */
  get rows(): number {
    return this.#numbers.length;
  }

  /** The next row's cell. `place` names the row in errors. */
  take(value: unknown, place: () => string): void {
    const { by, column } = this.#side;
    const number = by === "time" ? this.#momentOf(value) : by === "weight" ? weightIn(value) : this.#placeOf(value);
    if (!Number.isNaN(number)) this.#numbers.push(number);
    else {
      const expected = this.#areDates === undefined ? (EXPECTED[by] ?? "a value") : this.#areDates ? DATE : "a number";
      throw new UsageError(`${place()}: ${column}: ${by} needs ${expected}, got '${String(value ?? "").slice(0, 40)}'`);
    }
  }

  /** A number, or milliseconds of a date, as the first cell is; NaN for anything else. */
  #momentOf(value: unknown): number {
    const [number, date] = [numberIn(value) ?? Number.NaN, momentIn(value)];
    if (!Number.isNaN(number) || !Number.isNaN(date)) this.#areDates ??= Number.isNaN(number);
    return this.#areDates ? date : number;
  }

  #placeOf(value: unknown): number {
    const text = isNothing(value) ? "" : String(value).trim();
    if (text === "" && this.#side.by !== "stratify") return Number.NaN;
    const place = this.#places.get(text) ?? this.#places.size;
    this.#places.set(text, place);
    return place;
  }

  /** What each row has, [N]: its place among the column's values, in the order of moments or texts. */
  places(): Uint32Array<SharedArrayBuffer> {
    const values =
      this.#side.by === "time"
        ? [...new Set(this.#numbers)].sort((a, b) => a - b)
        : [...this.#places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
    const placeOf = new Map(values.map((value, place) => [value, place]));
    const places = new Uint32Array(new SharedArrayBuffer(4 * this.rows));
    for (const [row, number] of this.#numbers.entries()) places[row] = placeOf.get(number) as number;
    return places;
  }

  /** Of weights: that of each row, [N]. Throws UsageError, by the name `source`, if all are 0. */
  weights(source: string): Float32Array<SharedArrayBuffer> {
    const weights = new Float32Array(new SharedArrayBuffer(4 * this.rows));
    weights.set(this.#numbers);
    if (weights.some((weight) => weight > 0)) return weights;
    throw new UsageError(`${source}: ${this.#side.column}: expected a weight above 0 in some row, got 0 in all`);
  }

  /** The part of each row in all runs, [N]. Throws UsageError, by the name `source`, if some part would have none. */
  marks(parts: PartsBy, source: string): Uint8Array<SharedArrayBuffer> {
    const marks = drawnMarks(this.places(), { ...parts, key: dataKey({ seed: parts.seed, run: 0 }, "split") });
    if (marks === undefined) throw new UsageError(`${source}: ${tooFewText(parts)}`);
    return marks;
  }
}

/** A number from 0 that float32 holds; NaN for anything else. */
function weightIn(value: unknown): number {
  const number = numberIn(isNothing(value) ? undefined : value) ?? Number.NaN;
  return number >= 0 ? number : Number.NaN;
}
