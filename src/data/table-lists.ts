// What columns of lists have, in memory that all threads share: int32, of each such column in order how many lists there are, then the
// values of each list, [lists, slots], as places among the column's values: -1 for one that it lacks, NO_TEXT beyond the list's end. The
// cell of a row is the place of its list.
import type { InputEncoding } from "./table-inputs.ts";

/** The lists of columns, [lists, slots] each, one after the other. */
export function joinedLists(
  columns: readonly { readonly lists: Int32Array; readonly slots: number }[],
): SharedArrayBuffer {
  const length = columns.reduce((sum, { lists }) => sum + 1 + lists.length, 0);
  const all = new Int32Array(new SharedArrayBuffer(4 * length));
  let at = 0;
  for (const { lists, slots } of columns) {
    all[at] = lists.length / slots;
    all.set(lists, at + 1);
    at += 1 + lists.length;
  }
  return all.buffer;
}

/** Of each column its lists [lists, slots]; undefined for others. */
export function listsOf(
  columns: readonly InputEncoding[],
  joined: SharedArrayBuffer = new SharedArrayBuffer(0),
): (Int32Array | undefined)[] {
  const all = new Int32Array(joined);
  let next = 0;
  return columns.map(({ slots }) => {
    if (slots === undefined || next === all.length) return undefined;
    const from = next + 1;
    next = from + slots * all[next];
    return all.subarray(from, next);
  });
}

/** How many rows have each of `values` values in their list, by how many have each of the lists [lists, slots]. */
export function rowsOfValues(lists: Int32Array, rows: Uint32Array, values: number): Uint32Array<ArrayBuffer> {
  const [counts, slots] = [new Uint32Array(values), lists.length / rows.length];
  for (const [list, count] of rows.entries())
    for (const value of new Set(lists.subarray(slots * list, slots * (list + 1))))
      if (value >= 0) counts[value] += count;
  return counts;
}
