import { type CellReader, NO_TEXT } from "./table-cells.ts";
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

/** Where rows have their inputs that are not 0 once more: the values from `at` on, then their places. */
export interface EntryPlace {
  readonly at: number;
  /** The most of them. */
  readonly entries: number;
}

/** How the cells of one column become inputs. */
interface ColumnCode {
  readonly first: number;
  readonly isEmbedded: boolean;
  readonly moments: Moments;
  /** The input that is 1 where there is no number, or -1. */
  readonly gap: number;
  /** Of a category, what stands for each place of a text, from NO_TEXT on: the number of its vector, or its input, or -1 for none. */
  readonly texts: Int32Array | undefined;
}

/** Writes the inputs of a table's rows. A value that no training row has would meet weights that nothing has trained: it gets the vector of all such values, or no input. */
export class RowEncoder {
  readonly #cells: CellReader;
  readonly #codes: readonly ColumnCode[];

  constructor(cells: CellReader, columns: readonly KnownColumn[]) {
    this.#cells = cells;
    this.#codes = columns.map(codeOf);
  }

  /** The inputs of the rows at some places in the table, row after row, each `stride` numbers behind the one before. */
  into(x: Float32Array, places: Uint32Array, stride: number, entries?: EntryPlace): void {
    x.fill(0);
    for (let n = 0; n < places.length; n++) this.#rowInto(x, n * stride, places[n] as number, entries);
  }

  #rowInto(x: Float32Array, row: number, place: number, entries?: EntryPlace): void {
    let entry = row + (entries?.at ?? 0);
    const put = (input: number, value: number) => {
      x[row + input] = value;
      if (entries === undefined || value === 0) return;
      x[entry] = value;
      x[entry++ + entries.entries] = input;
    };
    for (let i = 0; i < this.#codes.length; i++) {
      const { first, isEmbedded, moments, gap, texts } = this.#codes[i] as ColumnCode;
      const number = this.#cells.number(place, i);
      const isNothing = Number.isNaN(number);
      if (texts) {
        const input = texts[isNothing ? 0 : number - NO_TEXT] as number;
        if (isEmbedded) put(first, input);
        else if (input >= 0) put(input, 1);
      } else {
        put(first, isNothing ? moments.fill : (number - moments.mean) / moments.std);
        if (isNothing && gap >= 0) put(gap, 1);
      }
    }
  }
}

function codeOf({ column, moments, values, hasGap }: KnownColumn): ColumnCode {
  const { first, embedding, gaps } = column;
  const gap = hasGap && gaps ? (hotInput(column, Number.NaN) ?? -1) : -1;
  const texts = column.values > 0 ? textsOf(column, values, hasGap) : undefined;
  return { first, isEmbedded: embedding !== undefined, moments, gap, texts };
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
