// How well scores rank rows of two classes.
import { standardError } from "./moments.ts";
import { sortAscending } from "./sort.ts";

type Floats = Float32Array | Float64Array;

/** Scores of the rows of class 1 and of class 0, each rising. */
interface Ranked {
  readonly ones: Floats;
  readonly zeros: Floats;
  /** Of each score, falling, how many rows of class 1 and of class 0 have it. */
  readonly ties: Ties;
}

interface Ties {
  readonly count: number;
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
}

/** The latest of an array of scores: several measures ask for the same. */
const ranked = new WeakMap<object, Ranked & { readonly labels: ArrayLike<number> }>();

/** Sorted by class: numbers alone sort many times as fast as rows by their numbers. `labels` are 0 or 1. */
function rankedBy(scores: ArrayLike<number>, labels: ArrayLike<number>): Ranked {
  const known = ranked.get(scores);
  if (known?.labels === labels) return known;
  const N = scores.length;
  const Scores = scores instanceof Float32Array ? Float32Array : Float64Array;
  const all = new Scores(N);
  let count = 0;
  for (let row = 0; row < N; row++) {
    if (labels[row] === 1) all[count++] = scores[row];
    else all[N - 1 - row + count] = scores[row];
  }
  const [ones, zeros] = [sortAscending(all.subarray(0, count)), sortAscending(all.subarray(count))];
  const found = { labels, ones, zeros, ties: tiesOf(ones, zeros) };
  ranked.set(scores, found);
  return found;
}

function tiesOf(ones: Floats, zeros: Floats): Ties {
  let [i, j, count] = [ones.length, zeros.length, 0];
  const [positives, negatives] = [new Uint32Array(i + j), new Uint32Array(i + j)];
  while (i > 0 || j > 0) {
    const score = i > 0 && (j === 0 || ones[i - 1] >= zeros[j - 1]) ? ones[i - 1] : zeros[j - 1];
    const [p, n] = [i, j];
    while (i > 0 && ones[i - 1] >= score) i--;
    while (j > 0 && zeros[j - 1] >= score) j--;
    positives[count] = p - i;
    negatives[count++] = n - j;
  }
  return { count, positives, negatives };
}

/**
 * The area under the ROC curve: the share of pairs of a row of class 1 and one of class 0 in which the first has the higher
 * score; of equal scores a half counts (Mann and Whitney's U). NaN without rows of both classes.
 */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const { ones, zeros, ties } = rankedBy(scores, labels);
  let [pairs, above] = [0, 0];
  for (let i = 0; i < ties.count; i++) {
    pairs += ties.negatives[i] * (above + ties.positives[i] / 2);
    above += ties.positives[i];
  }
  return pairs / (ones.length * zeros.length);
}

/**
 * The standard error of that area over further rows like these (DeLong, DeLong and Clarke-Pearson, Biometrics 1988). NaN for
 * fewer than two rows of a class.
 */
export function areaError(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const { ones, zeros, ties } = rankedBy(scores, labels);
  const area = areaUnderCurve(scores, labels);
  let [above, below, ofOnes, ofZeros] = [0, 0, 0, 0]; // then sums of squares of placements less their mean, which is the area
  for (let i = 0; i < ties.count; i++) {
    const [positives, negatives] = [ties.positives[i], ties.negatives[i]];
    ofOnes += positives * ((zeros.length - below - negatives / 2) / zeros.length - area) ** 2;
    ofZeros += negatives * ((above + positives / 2) / ones.length - area) ** 2;
    above += positives;
    below += negatives;
  }
  const ofMean = (squares: number, { length: n }: Floats) => squares / (n - 1) / n;
  return Math.sqrt(ofMean(ofOnes, ones) + ofMean(ofZeros, zeros));
}

/** The standard error of the difference of the areas of two scores of the same rows, by their placements. */
export function areaDifferenceError(a: Float64Array, b: Float64Array, labels: ArrayLike<number>): number {
  return errorOfMeans(
    a.map((share, row) => share - b[row]),
    labels,
  );
}

/** DeLong's placements: of each row, the share of rows of the other class that it is on the right side of; ties count a half. */
export function placements(scores: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  const { ones, zeros } = rankedBy(scores, labels);
  const shares = new Float64Array(scores.length);
  for (const row of shares.keys()) {
    const others = labels[row] === 1 ? zeros : ones;
    const score = scores[row];
    const below = (countBelow(others, score, true) + countBelow(others, score, false)) / 2;
    shares[row] = (labels[row] === 1 ? below : others.length - below) / others.length;
  }
  return shares;
}

/** How many of some rising numbers are below `score`, or equal to it if that counts. */
function countBelow(sorted: Floats, score: number, countsEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = sorted[middle];
    if (one < score || (countsEqual && one === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The root of both classes' squared standard errors of their means over rows, added up: of placements, the error of their area. */
export function errorOfMeans(values: Float64Array, labels: ArrayLike<number>): number {
  const errorOf = (label: number) => standardError(values.filter((_, row) => Number(labels[row] === 1) === label));
  return Math.hypot(errorOf(0), errorOf(1));
}

/**
 * The mean over rows of class 1 of the precision at their score: the sum over thresholds of precision times the rise in
 * recall, without interpolation. NaN without rows of class 1.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const { ties } = rankedBy(scores, labels);
  let [sum, rows, found] = [0, 0, 0];
  for (let i = 0; i < ties.count; i++) {
    rows += ties.positives[i] + ties.negatives[i];
    found += ties.positives[i];
    sum += ties.positives[i] * (found / rows);
  }
  return sum / found;
}
