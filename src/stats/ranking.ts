// How well scores rank rows of two classes, of all rows and within groups.
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
  let count = 0;
  for (let row = 0; row < N; row++) if (labels[row] === 1) count++;
  const [ones, zeros] = [new Scores(count), new Scores(N - count)];
  for (let row = 0, i = 0; row < N; row++) {
    if (labels[row] === 1) ones[i++] = scores[row];
    else zeros[row - i] = scores[row];
  }
  for (const own of [ones, zeros]) if (!isRising(own)) sortAscending(own);
  const found = { labels, ones, zeros, ties: tiesOf(ones, zeros) };
  ranked.set(scores, found);
  return found;
}

/** Whether they are in order already, as resamples are that were drawn so. */
function isRising(values: Floats): boolean {
  for (let i = 1; i < values.length; i++) if (!(values[i - 1] <= values[i])) return false;
  return true;
}

function tiesOf(ones: Floats, zeros: Floats): Ties {
  let [i, j, count] = [ones.length, zeros.length, 0];
  const [positives, negatives] = [new Uint32Array(i + j), new Uint32Array(i + j)];
  while (i > 0 || j > 0) {
    const score = i > 0 && (j === 0 || ones[i - 1] >= zeros[j - 1]) ? ones[i - 1] : zeros[j - 1];
    const [p, n] = [i, j];
    while (i > 0 && !(ones[i - 1] < score)) i--; // NaN, which is none of this, ends the loop, too
    while (j > 0 && !(zeros[j - 1] < score)) j--;
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
  const differences = new Float64Array(a.length);
  for (let row = 0; row < a.length; row++) differences[row] = a[row] - b[row];
  return errorOfMeans(differences, labels);
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
  const own = new Float64Array(values.length);
  const errorOf = (isOne: boolean) => {
    let count = 0;
    for (let row = 0; row < values.length; row++) if ((labels[row] === 1) === isOne) own[count++] = values[row];
    return standardError(own.subarray(0, count));
  };
  return Math.hypot(errorOf(false), errorOf(true));
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

/** Means over groups of how well scores rank the rows of each; NaN without a group that has rows of both classes. */
export interface GroupRanking {
  /** Of the area under the ROC curve, each group counting by its rows. */
  readonly gauc: number;
  /** Of the normalised discounted cumulative gain of the first rows of each. */
  readonly ndcg: number;
  /** Of 1 / the rank of the first row of class 1. */
  readonly mrr: number;
}

/**
 * Means over the groups that have rows of both classes, by the group of each row, [N]; of each, `first` rows count in NDCG. Where scores
 * are equal, they are means over the orders that rows may have.
 */
export function rankingInGroups(scores: Floats, labels: Floats, groups: Uint32Array, first: number): GroupRanking {
  let [count, rows, areas, gains, reciprocals] = [0, 0, 0, 0, 0];
  for (const [own, classes] of inGroups(scores, labels, groups)) {
    const { ones, zeros, ties } = rankedBy(own, classes);
    if (ones.length === 0 || zeros.length === 0) continue;
    count++;
    rows += own.length;
    areas += own.length * areaUnderCurve(own, classes);
    gains += discountedGain(ties, first) / discounts(0, Math.min(ones.length, first));
    reciprocals += reciprocalRank(ties);
  }
  return { gauc: areas / rows, ndcg: gains / count, mrr: reciprocals / count };
}

/** The scores and labels of the rows of each group. */
function* inGroups(scores: Floats, labels: Floats, groups: Uint32Array): Generator<readonly [Floats, Floats]> {
  const ends = new Uint32Array(groups.reduce((most, group) => Math.max(most, group + 1), 0));
  for (const group of groups) ends[group]++;
  for (let group = 1; group < ends.length; group++) ends[group] += ends[group - 1];
  const [sorted, classes, next] = [scores.slice(), labels.slice(), ends.slice()];
  for (const [row, group] of groups.entries()) {
    const at = --next[group];
    sorted[at] = scores[row];
    classes[at] = labels[row];
  }
  for (const [group, end] of ends.entries())
    if (end > next[group]) yield [sorted.subarray(next[group], end), classes.subarray(next[group], end)];
}

/** The sum of the discounts of ranks, counted from 0: 1 / log2(rank + 2). */
function discounts(from: number, to: number): number {
  let sum = 0;
  for (let rank = from; rank < to; rank++) sum += 1 / Math.log2(rank + 2);
  return sum;
}

/** The sum of the discounts of the rows of class 1 among the first ones. */
function discountedGain({ count, positives, negatives }: Ties, first: number): number {
  let [above, sum] = [0, 0];
  for (let i = 0; i < count && above < first; i++) {
    const rows = positives[i] + negatives[i];
    sum += (positives[i] / rows) * discounts(above, Math.min(above + rows, first));
    above += rows;
  }
  return sum;
}

/** The mean of 1 / the rank of the first row of class 1 over the orders of the rows whose score it has. */
function reciprocalRank({ positives, negatives }: Ties): number {
  const found = positives.findIndex((count) => count > 0);
  const above = negatives.subarray(0, found).reduce((sum, count) => sum + count, 0);
  let [sum, isLater] = [0, 1]; // the probability that it comes after the rows before
  for (let left = positives[found] + negatives[found], rank = above + 1; left >= positives[found]; left--, rank++) {
    sum += (isLater * positives[found]) / left / rank;
    isLater *= 1 - positives[found] / left;
  }
  return sum;
}
