import type { Xoshiro } from "../random/xoshiro.ts";

/** Columns [C][n]: what each of n runs gave, e.g. its loss in each of C cells. */
export type Columns = readonly Float64Array[];

/** How often each of n runs counts in a sample, [n]; none is ever drawn 256 times. */
export type Counts = Uint8Array;

/** A run is rarely drawn more often than this: one in 270. */
const SELDOM = 4;

/**
 * A function from how often each run counts [n] to the columns [C] of such a sample. Each column is sorted by itself,
 * so the values of one run are not in one place. The next call uses its arrays again.
 */
export function samplerOf(columns: Columns): (counts: Counts) => Columns {
  const prepared = columns.map((column) => {
    const order = ascendingOrder(column);
    const sorted = Float64Array.from(order, (run) => column[run]);
    const out = new Float64Array(column.length + SELDOM);
    return { order, sorted, out, sample: out.subarray(0, column.length) };
  });
  const samples = prepared.map(({ sample }) => sample);
  return (counts) => {
    for (const [c, { order, sorted, out, sample }] of prepared.entries()) {
      const end = repeat(out, sorted, order, counts);
      samples[c] = end === sample.length ? sample : out.subarray(0, end);
    }
    return samples;
  };
}

/** The order of a column's values, the lowest first. */
function ascendingOrder(column: Float64Array): Uint32Array {
  const order = Uint32Array.from(column, (_, i) => i);
  return order.sort((a, b) => column[a] - column[b]);
}

/** Writes each value as often as its run counts; returns how many there are. */
function repeat(out: Float64Array, sorted: Float64Array, order: Uint32Array, counts: Counts): number {
  let end = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i];
    const count = counts[order[i]];
    out[end] = value; // written whatever the count is: no processor could predict a branch on it
    out[end + 1] = value;
    out[end + 2] = value;
    out[end + 3] = value;
    for (let k = SELDOM; k < count; k++) out[end + k] = value;
    end += count;
  }
  return end;
}

/** Draws n of n runs with replacement: how often each is drawn, into `counts` [n], which it gives back. */
export function drawInto(counts: Counts, random: Xoshiro): Counts {
  const n = counts.length;
  counts.fill(0);
  for (let i = 0; i < n; i++) {
    const run = random.below(n);
    counts[run]++;
  }
  return counts;
}
