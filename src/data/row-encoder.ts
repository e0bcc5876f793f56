import { type CellColumn, type CellReader, NO_TEXT } from "./table-cells.ts";
import { hotInput, otherVector, type PlacedColumn, vectorOf } from "./table-inputs.ts";
import type { Moments } from "./table-moments.ts";

/** What a run knows of a column of inputs. */
export interface KnownColumn {
  readonly column: PlacedColumn;
  readonly moments: Moments;
  /** Of a category, 1 for each value that a training row has. */
  readonly values: Uint8Array;
  /** Whether a training row has nothing there. */
  readonly hasGap: boolean;
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
}

/**
 * How the cells of each column of inputs become inputs. A value that no training row has would meet weights that nothing has trained:
 * it gets the vector of all such values, or no input.
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
  { first, isEmbedded, mean, std, fill, gap, texts }: ColumnCode,
): void {
  const isNothing = Number.isNaN(number);
  if (texts) {
    const own = texts[isNothing ? 0 : number - NO_TEXT];
    if (isEmbedded) row[first] = own;
    else if (own >= 0) row[own] = 1;
    return;
  }
  row[first] = isNothing ? fill : (number - mean) / std;
  if (isNothing && gap >= 0) row[gap] = 1;
}

function codeOf(cell: CellColumn, { column, moments, values, hasGap }: KnownColumn): ColumnCode {
  const { first, embedding, gaps } = column;
  const gap = hasGap && gaps ? (hotInput(column, Number.NaN) ?? -1) : -1;
  const texts = column.values > 0 ? textsOf(column, values, hasGap) : undefined;
  return { cell, first, isEmbedded: embedding !== undefined, ...moments, gap, texts };
}

function textsOf(column: PlacedColumn, values: Uint8Array, hasGap: boolean): Int32Array {
  const none = column.embedding === undefined ? -1 : otherVector(column);
  const standsFor = column.embedding === undefined ? hotInput : vectorOf;
  return Int32Array.from({ length: column.values - NO_TEXT }, (_, at) => {
    const value = at === 0 ? Number.NaN : at + NO_TEXT;
    const isKnown = at === 0 ? hasGap : values[value] === 1;
    return isKnown ? (standsFor(column, value) ?? none) : none;
  });
}
