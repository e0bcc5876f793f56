import { type CellColumn, type CellReader, NO_TEXT } from "./table-cells.ts";
import { hotInput, otherVector, type PlacedColumn, vectorOf } from "./table-inputs.ts";

/** What a run knows of a column of inputs. */
export interface KnownColumn {
  readonly column: PlacedColumn;
  readonly moments: Moments;
  /** Of a category, 1 for each value that is told apart: enough training rows have it. */
  readonly values: Uint32Array;
  /** Whether a training row has nothing there. */
  readonly hasGap: boolean;
  /** Of a column of lists, the values of each: [lists, slots], as in table-lists.ts. */
  readonly lists: Int32Array | undefined;
}

/** How the cells of one column become inputs. */
export interface ColumnCode {
  readonly cell: CellColumn;
  readonly first: number;
  readonly isEmbedded: boolean;
  readonly mean: number;
  readonly std: number;
  readonly fill: number;
  /** The input that is 1 where there is no number, or -1. */
  readonly gap: number;
  /** Of a category, what stands for each place of a text, from NO_TEXT on: the number of its vector, or its input, or -1 for none. */
  readonly texts: Int32Array | undefined;
  /** Of a column of lists, the places of the texts of each: [lists, slots], as in table-lists.ts. */
  readonly lists?: Int32Array | undefined;
  /** How many inputs a list becomes, the numbers of its vectors; absent for one. */
  readonly slots?: number | undefined;
}

/**
 * How the cells of each column of inputs become inputs. A value that no training row has would meet weights that nothing has trained:
 * it gets the vector of all such values, or no input; so does one of too few training rows.
 */
export function columnCodes(cells: CellReader, columns: readonly KnownColumn[]): ColumnCode[] {
  return columns.map((column, i) => codeOf(cells.columns[i], column));
}

/** Writes the inputs of the rows at some places in the table, row after row, D numbers each. */
export function encodeInto(
  x: Float32Array,
  places: Uint32Array,
  { cells, codes }: { readonly cells: CellReader; readonly codes: readonly ColumnCode[] },
): void {
  const D = x.length / places.length;
  x.fill(0);
  for (const [n, place] of places.entries()) {
    const row = x.subarray(n * D, (n + 1) * D);
    for (const [i, code] of codes.entries()) putCell(row, cells.number(place, i), code);
  }
}

function putCell(
  row: Float32Array,
  number: number,
  { first, isEmbedded, mean, std, fill, gap, texts, lists, slots = 1 }: ColumnCode,
): void {
  const isNothing = Number.isNaN(number);
  if (texts && lists) {
    for (let slot = 0; slot < slots; slot++)
      row[first + slot] = isNothing ? -1 : vectorIn(lists[slots * number + slot], texts);
    return;
  }
  if (texts) {
    const own = texts[isNothing ? 0 : number - NO_TEXT];
    if (isEmbedded) row[first] = own;
    else if (own >= 0) row[own] = 1;
    return;
  }
  row[first] = isNothing ? fill : (number - mean) / std;
  if (isNothing && gap >= 0) row[gap] = 1;
}

/** The number of the vector of a place in a list; -1 beyond its end. */
export function vectorIn(place: number, texts: Int32Array): number {
  return place === NO_TEXT ? -1 : texts[place - NO_TEXT];
}

function codeOf(cell: CellColumn, { column, moments, values, hasGap, lists }: KnownColumn): ColumnCode {
  const { first, embedding, gaps, slots } = column;
  const gap = hasGap && gaps ? (hotInput(column, Number.NaN) ?? -1) : -1;
  const texts = column.values > 0 ? textsOf(column, values, hasGap) : undefined;
  return { cell, first, isEmbedded: embedding !== undefined, ...moments, gap, texts, lists, slots };
}

function textsOf(column: PlacedColumn, values: Uint32Array, hasGap: boolean): Int32Array {
  const none = column.embedding === undefined ? -1 : otherVector(column);
  const standsFor = column.embedding === undefined ? hotInput : vectorOf;
  return Int32Array.from({ length: column.values - NO_TEXT }, (_, at) => {
    const value = at === 0 ? Number.NaN : at + NO_TEXT;
    const isKnown = at === 0 ? hasGap : values[value] === 1;
    return isKnown ? (standsFor(column, value) ?? none) : none;
  });
}

/** One column's shift and scale, and what stands for an empty cell after both: the mean. */
export interface Moments {
  readonly mean: number;
  readonly std: number;
  readonly fill: number;
}

export const AS_IT_IS: Moments = { mean: 0, std: 1, fill: 0 };

/** Of a column without a number in the training rows: it is 0 in all rows. */
export const NOTHING: Moments = { mean: 0, std: Number.POSITIVE_INFINITY, fill: 0 };

/** The sums of one column over rows. */
interface Sums {
  readonly column: number;
  count: number;
  first: number;
  isConstant: boolean;
  sum: number;
  mean: number;
  squares: number;
}

/**
 * Moments of some columns over the rows at `places` that have a number; a column that is constant there is shifted alone. Row by row, so
 * that each is fetched from memory once.
 */
export function momentsOver(cells: CellReader, places: Uint32Array, columns: readonly number[]): Map<number, Moments> {
  const all = columns.map(
    (column): Sums => ({ column, count: 0, first: Number.NaN, isConstant: true, sum: 0, mean: 0, squares: 0 }),
  );
  for (const place of places) for (const own of all) addTo(own, cells.number(place, own.column));
  for (const own of all) own.mean = own.sum / own.count;
  for (const place of places) {
    for (const own of all) {
      const number = cells.number(place, own.column);
      if (!Number.isNaN(number)) own.squares += (number - own.mean) ** 2;
    }
  }
  return new Map(all.map((own) => [own.column, momentsOf(own)]));
}

function addTo(own: Sums, number: number): void {
  if (Number.isNaN(number)) return;
  if (own.count === 0) own.first = number;
  own.count++;
  own.sum += number;
  own.isConstant &&= number === own.first;
}

function momentsOf({ count, first, isConstant, mean, squares }: Sums): Moments {
  if (count === 0) return NOTHING;
  if (isConstant) return { mean: first, std: 1, fill: 0 };
  return { mean, std: Math.sqrt(squares / count), fill: 0 };
}
