/** The arithmetic mean; NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  return (values instanceof Float64Array ? sumOfDoubles(values) : sumOf(values)) / values.length;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** A loop that never sees another kind of array is several times as fast: most of the time of a bootstrap. */
function sumOfDoubles(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** Sample standard deviation (n - 1); NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 2) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (values[i] - centre) ** 2;
  return Math.sqrt(sum / (n - 1));
}

/** Standard error of the mean; NaN for fewer than two values. `ratio` as of `overSplits`. */
export function standardError(values: ArrayLike<number>, ratio = 0): number {
  return standardDeviation(values) / Math.sqrt(independentRuns(values.length, ratio));
}

/** How many independent values tell as much of their mean as n values over splits: its variance is s² (1/n + ratio). */
export function independentRuns(n: number, ratio: number): number {
  return n / (1 + n * ratio);
}

/** Quantile q in [0, 1] of ascending values, between the two nearest by their distance (Hyndman and Fan's type 7). */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  const low = sorted[below];
  return low + (position - below) * (sorted[above] - low);
}

export function median(sorted: ArrayLike<number>): number {
  return quantileSorted(sorted, 0.5);
}

/** Pearson correlation of two samples of one length, without pairs of which one is NaN; NaN for fewer than two pairs. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pairs = new Correlation();
  for (let i = 0; i < a.length; i++) pairs.add(a[i], b[i]);
  return pairs.value;
}

/** Pearson correlation of pairs that come one by one (Welford's updates); those of which one is NaN do not count. */
export class Correlation {
  #count = 0;
  #meanA = 0;
  #meanB = 0;
  #squareA = 0;
  #squareB = 0;
  #product = 0;

  add(a: number, b: number): void {
    if (Number.isNaN(a) || Number.isNaN(b)) return;
    this.#count++;
    const offA = a - this.#meanA;
    const offB = b - this.#meanB;
    this.#meanA += offA / this.#count;
    this.#meanB += offB / this.#count;
    this.#squareA += offA * (a - this.#meanA);
    this.#squareB += offB * (b - this.#meanB);
    this.#product += offA * (b - this.#meanB);
  }

  get value(): number {
    return this.#product / Math.sqrt(this.#squareA * this.#squareB);
  }
}

/**
 * The mean of the middle half of ascending values: a quarter of them is cut off at each end. If n is not a multiple of
 * four, the two values at the cuts are weighted by the part of them that is left. NaN for no values.
 */
export function interquartileMean(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  const cut = n / 4;
  const first = Math.floor(cut);
  let sum = 0;
  for (let i = first; i < n - first; i++) sum += sorted[i];
  if (n === 0) return Number.NaN;
  const beyond = sorted[first] + sorted[n - 1 - first];
  return (sum - (cut - first) * beyond) / (n / 2);
}
