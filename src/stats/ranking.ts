// How well scores rank rows of two classes.
import { standardError } from "./moments.ts";
import { sortFloats } from "./sort.ts";

type Scores = Float32Array | Float64Array;

/** Scores of the rows of class 1 and of class 0, each rising. */
interface Ranked {
  readonly ones: Scores;
  readonly zeros: Scores;
}

/** The latest of an array of scores: several measures ask for the same. */
const ranked = new WeakMap<object, Ranked & { readonly labels: ArrayLike<number> }>();

/** Sorted by class: numbers alone sort many times as fast as rows by their numbers. */
function rankedBy(scores: ArrayLike<number>, labels: ArrayLike<number>): Ranked {
  const known = ranked.get(scores);
  if (known?.labels === labels) return known;
  const N = scores.length;
  const [ones, zeros] =
    scores instanceof Float32Array
      ? [new Float32Array(N), new Float32Array(N)]
      : [new Float64Array(N), new Float64Array(N)];
  let count = 0;
  for (let row = 0; row < N; row++) {
    if (labels[row] === 1) ones[count++] = scores[row];
    else zeros[row - count] = scores[row];
  }
  const found = {
    labels,
    ones: sorted(ones.subarray(0, count)),
    zeros: sorted(zeros.subarray(0, N - count)),
  };
  ranked.set(scores, found);
  return found;
}

function sorted(scores: Scores): Scores {
  return scores instanceof Float32Array ? sortFloats(scores) : scores.sort();
}

/** Calls `visit` for each score, falling, with how many rows of class 1 and of class 0 have it; `labels` are 0 or 1. */
function eachTie(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  visit: (positives: number, negatives: number) => void,
): void {
  const { ones, zeros } = rankedBy(scores, labels);
  let [i, j] = [ones.length, zeros.length];
  while (i > 0 || j > 0) {
    const score = Math.max(ones[i - 1] ?? Number.NEGATIVE_INFINITY, zeros[j - 1] ?? Number.NEGATIVE_INFINITY);
    const [p, n] = [i, j];
    while (i > 0 && ones[i - 1] >= score) i--;
    while (j > 0 && zeros[j - 1] >= score) j--;
    visit(p - i, n - j);
  }
}

/**
 * The area under the ROC curve: the share of pairs of a row of class 1 and one of class 0 in which the first has the higher
 * score; of equal scores a half counts (Mann and Whitney's U). NaN without rows of both classes.
 */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [pairs, above, below] = [0, 0, 0];
  eachTie(scores, labels, (positives, negatives) => {
    pairs += negatives * (above + positives / 2);
    above += positives;
    below += negatives;
  });
  return pairs / (above * below);
}

/**
 * The standard error of that area over further rows like these (DeLong, DeLong and Clarke-Pearson, Biometrics 1988). NaN for
 * fewer than two rows of a class.
 */
export function areaError(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const { ones, zeros } = rankedBy(scores, labels);
  const area = areaUnderCurve(scores, labels);
  let [above, below, ofOnes, ofZeros] = [0, 0, 0, 0]; // then sums of squares of placements less their mean, which is the area
  eachTie(scores, labels, (positives, negatives) => {
    const shareOfZeros = (zeros.length - below - negatives / 2) / zeros.length;
    const shareOfOnes = (above + positives / 2) / ones.length;
    ofOnes += positives * (shareOfZeros - area) ** 2;
    ofZeros += negatives * (shareOfOnes - area) ** 2;
    above += positives;
    below += negatives;
  });
  const ofMean = (squares: number, { length: n }: Scores) => squares / (n - 1) / n;
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
function countBelow(sorted: Scores, score: number, countsEqual: boolean): number {
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
  let [sum, rows, found] = [0, 0, 0];
  eachTie(scores, labels, (positives, negatives) => {
    rows += positives + negatives;
    found += positives;
    sum += positives * (found / rows);
  });
  return sum / found;
}
