import { type Xoshiro, xoshiroOf } from "../random/xoshiro.ts";
import { type Estimate, type Interval, LEAST_SHOWN, LEVEL, NO_INTERVAL } from "./estimate.ts";
import { overSplits } from "./f-distribution.ts";
import { mean } from "./moments.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { select } from "./sort.ts";

const RESAMPLES = 10_000;
/** Of larger samples fewer resamples are drawn, in proportion: their intervals are narrow, and each resample takes longer. */
const ALL_RESAMPLES_UP_TO = 2000;
/** With this many resamples, the ends of a 95 % interval are off by about a thirtieth of its half-width. */
const LEAST_RESAMPLES = 2000;

/** How many resamples are drawn of n runs. */
export function resamplesOf(n: number): number {
  if (n === 0) return 0;
  return Math.max(LEAST_RESAMPLES, Math.min(RESAMPLES, Math.round((RESAMPLES * ALL_RESAMPLES_UP_TO) / n)));
}

/** The acceleration of larger samples is tiny: groups of runs give it well enough. */
const MOST_LEFT_OUT = 1000;

/** A statistic of a sample, of its resamples in any order, and of the sample without each of its runs in turn. */
export interface Bootstrapped {
  readonly value: number;
  readonly replicates: Float64Array;
  readonly jackknife: Float64Array;
}

/**
 * Several statistics of the same resamples of runs: all columns of a run are drawn together. `prepare` computes what
 * the statistics need in common from a sample's columns, each sorted by itself. The resamples depend on the number of
 * runs alone, so the same values give the same intervals everywhere.
 */
export function bootstrap<T, K extends string>(
  columns: Columns,
  prepare: (columns: Columns) => T,
  statistics: Readonly<Record<K, (sample: T) => number>>,
): Record<K, Bootstrapped> {
  const n = columns[0]?.length ?? 0;
  const odd = columns.find((column) => column.length !== n);
  if (odd) throw new RangeError(`bootstrap: expected columns of one length, got ${n} and ${odd.length}`);
  const names = Object.keys(statistics) as K[];
  const sampled = samplerOf(columns);
  const evaluate = (counts: Iterable<Counts>, samples: number) => {
    const values = names.map(() => new Float64Array(samples));
    let i = 0;
    for (const each of counts) {
      const sample = prepare(sampled(each));
      for (let k = 0; k < names.length; k++) (values[k] as Float64Array)[i] = statistics[names[k]](sample);
      i++;
    }
    return values;
  };
  const whole = evaluate([new Uint8Array(n).fill(1)], 1);
  const draws = drawsOf(n);
  const replicates = evaluate(draws.counts, draws.size).map((values) => valuesAt(values, draws.places));
  const jackknife = evaluate(leftOut(n), groupsOf(n));
  const entries = names.map((name, k) => {
    const [[value], own] = [whole[k] as Float64Array, replicates[k]];
    return [name, { value, replicates: own, jackknife: jackknife[k] }];
  });
  return Object.fromEntries(entries) as Record<K, Bootstrapped>;
}

/** The only column, for statistics of one. */
export const onlyColumn = (columns: Columns): Float64Array => columns[0];

/** Resamples of n runs. */
interface Draws {
  /** How often each run is drawn, [n]. */
  readonly counts: Iterable<Counts>;
  /** How many there are. */
  readonly size: number;
  /** Which of them each resample is, if some are the same. */
  readonly places?: Uint16Array;
}

/** Draws of samples of n runs, for the sizes that were asked for last. */
const kept = new Map<number, Draws>();
const MOST_KEPT = 4;
/** Draws of larger samples are not kept: 10 MB each. */
const LARGEST_KEPT = 1000;

/** Of so few runs many resamples are the same: 7 runs have 1,716 that differ. */
const FEW = 8;

function drawsOf(n: number): Draws {
  const size = resamplesOf(n);
  if (n > LARGEST_KEPT) return { counts: drawn(n, new Uint8Array(n)), size };
  const draws = kept.get(n) ?? keptDraws([...drawn(n, new Uint8Array(size * n))], n);
  kept.delete(n);
  kept.set(n, draws);
  for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
  return draws;
}

function keptDraws(counts: readonly Counts[], n: number): Draws {
  if (n > FEW) return { counts, size: counts.length };
  const different = new Map<string, { readonly place: number; readonly counts: Counts }>();
  const places = Uint16Array.from(counts, (one) => {
    const key = one.join();
    const known = different.get(key) ?? { place: different.size, counts: one };
    different.set(key, known);
    return known.place;
  });
  return { counts: [...different.values()].map((one) => one.counts), size: different.size, places };
}

function valuesAt(values: Float64Array, places: Uint16Array | undefined): Float64Array {
  if (places === undefined) return values;
  const all = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) all[i] = values[places[i]];
  return all;
}

/** Draws each resample of n into `memory`: one after the other, or, where that holds no more, into the same place. */
function* drawn(n: number, memory: Uint8Array): Generator<Counts> {
  const random = xoshiroOf(`mmoe/bootstrap/n=${n}`);
  const places = memory.length / n;
  for (let i = 0; i < resamplesOf(n); i++) {
    const start = (i % places) * n;
    yield drawInto(memory.subarray(start, start + n), random);
  }
}

/** Without each run in turn; of more than a thousand runs, without each group of runs in turn. */
function* leftOut(n: number): Generator<Counts> {
  const size = groupSize(n);
  const counts = new Uint8Array(n).fill(1);
  for (let start = 0; start < n; start += size) {
    counts.fill(0, start, start + size);
    yield counts;
    counts.fill(1, start, start + size);
  }
}

const groupSize = (n: number) => Math.ceil(n / MOST_LEFT_OUT);
const groupsOf = (n: number) => (n === 0 ? 0 : Math.ceil(n / groupSize(n)));

/**
 * The bias-corrected and accelerated interval (Efron, "Better Bootstrap Confidence Intervals", JASA 82, 1987), as
 * SciPy's `bootstrap` has it: replicates that equal the estimate count half in the bias, acceleration by the jackknife,
 * quantiles between neighbours. NaN if it is undefined: fewer than two runs, a statistic that some sample does not
 * have, or all replicates on one side of the estimate. The replicates are put into another order.
 */
export function bcaInterval({ value, replicates, jackknife }: Bootstrapped, level = LEVEL): Interval {
  if (replicates.includes(Number.NaN)) return NO_INTERVAL;
  const bias = normalQuantile(shareBelow(replicates, value)); // infinite if all are on one side: then both ends are NaN
  const acceleration = accelerationOf(jackknife);
  const end = (tail: number) => {
    const z = bias + normalQuantile(tail);
    return quantile(replicates, normalCdf(bias + z / (1 - acceleration * z)));
  };
  return { low: end((1 - level) / 2), high: end((1 + level) / 2) };
}

/** `quantileSorted` of values in any order, which it changes. */
function quantile(values: Float64Array, q: number): number {
  if (Number.isNaN(q)) return Number.NaN; // the jackknife lacks a value
  const position = q * (values.length - 1);
  const below = Math.floor(position);
  const low = select(values, below);
  let above = Number.POSITIVE_INFINITY;
  for (let i = below + 1; i < values.length; i++) if (values[i] < above) above = values[i];
  return position === below ? low : low + (position - below) * (above - low);
}

/** A statistic with its interval, unless its runs are too few to show one. */
export function estimateOf(bootstrapped: Bootstrapped): Estimate {
  const { value, jackknife } = bootstrapped;
  return { value, ...(jackknife.length < LEAST_SHOWN ? NO_INTERVAL : bcaInterval(bootstrapped)) };
}

/**
 * Several statistics of a sample with their intervals, all from the same resamples. Of runs that share rows, `overlap` being their test
 * rows to training rows, the mean alone has one, by `overSplits`: resampling knows nothing of what they share.
 */
export function estimatesOf<K extends string>(
  values: Float64Array,
  statistics: Readonly<Record<K, (sorted: Float64Array) => number>>,
  overlap = 0,
): Record<K, Estimate> {
  if (overlap > 0) return estimatesOverSplits(values, statistics, overlap);
  const all = Object.entries<Bootstrapped>(bootstrap([values], onlyColumn, statistics));
  return Object.fromEntries(all.map(([name, one]) => [name, estimateOf(one)])) as Record<K, Estimate>;
}

function estimatesOverSplits<K extends string>(
  values: Float64Array,
  statistics: Readonly<Record<K, (sorted: Float64Array) => number>>,
  overlap: number,
): Record<K, Estimate> {
  const sorted = values.toSorted();
  const entries = Object.entries<(sorted: Float64Array) => number>(statistics).map(([name, statistic]) => {
    const isShown = name === "mean" && values.length >= LEAST_SHOWN;
    return [name, isShown ? overSplits(values, overlap) : { value: statistic(sorted), ...NO_INTERVAL }];
  });
  return Object.fromEntries(entries) as Record<K, Estimate>;
}

/** Share of values below `value`; those that equal it count half. */
function shareBelow(values: Float64Array, value: number): number {
  let below = 0;
  let equal = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < value) below++;
    else if (values[i] === value) equal++;
  }
  return (below + equal / 2) / values.length;
}

/** A sixth of the skewness of the jackknife's influences; 0 if all of them are equal. */
function accelerationOf(jackknife: Float64Array): number {
  const centre = mean(jackknife);
  let squares = 0;
  let cubes = 0;
  for (const value of jackknife) {
    squares += (centre - value) ** 2;
    cubes += (centre - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Columns [C][n]: what each of n runs gave, e.g. its loss in each of C cells. */
export type Columns = readonly Float64Array[];

/** How often each of n runs counts in a sample, [n]; none is ever drawn 256 times. */
type Counts = Uint8Array;

/** A run is rarely drawn more often than this: one in 270. */
const SELDOM = 4;

/**
 * A function from how often each run counts [n] to the columns [C] of such a sample. Each column is sorted by itself,
 * so the values of one run are not in one place. The next call uses its arrays again.
 */
export function samplerOf(columns: Columns): (counts: Counts) => Columns {
  const prepared = columns.map((column) => {
    const order = Uint32Array.from(column, (_, i) => i).sort((a, b) => column[a] - column[b]);
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
