import type { CellReader } from "./table-cells.ts";

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
