// How well scores rank rows of two classes.

/** Rows of one score: how many are of class 1, and how many of class 0. */
interface Tie {
  positives: number;
  negatives: number;
}

/** Rows by falling score, equal scores together; `labels` are 0 or 1. */
function* ties(scores: ArrayLike<number>, labels: ArrayLike<number>): Generator<Tie> {
  const [ones, zeros] = [sortedOf(scores, labels, true), sortedOf(scores, labels, false)];
  let [i, j] = [ones.length, zeros.length];
  while (i > 0 || j > 0) {
    const score = Math.max(ones[i - 1] ?? Number.NEGATIVE_INFINITY, zeros[j - 1] ?? Number.NEGATIVE_INFINITY);
    const [p, n] = [i, j];
    while (i > 0 && (ones[i - 1] as number) >= score) i--;
    while (j > 0 && (zeros[j - 1] as number) >= score) j--;
    yield { positives: p - i, negatives: n - j };
  }
}

/** Scores of the rows of one class, rising: numbers alone sort many times as fast as rows by their numbers. */
function sortedOf(scores: ArrayLike<number>, labels: ArrayLike<number>, isOne: boolean): Float64Array {
  return Float64Array.from(scores)
    .filter((_, row) => (labels[row] === 1) === isOne)
    .sort();
}

/**
 * The area under the ROC curve: the share of pairs of a row of class 1 and one of class 0 in which the first has the higher
 * score; of equal scores a half counts (Mann and Whitney's U). NaN without rows of both classes.
 */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [pairs, above, below] = [0, 0, 0];
  for (const { positives, negatives } of ties(scores, labels)) {
    pairs += negatives * (above + positives / 2);
    above += positives;
    below += negatives;
  }
  return pairs / (above * below);
}

/**
 * The standard error of that area over further rows like these (DeLong, DeLong and Clarke-Pearson, Biometrics 1988): of the
 * shares of rows of the other class that each row is on the right side of, the sample variances of both classes, each
 * divided by its number of rows. NaN for fewer than two rows of a class.
 */
export function areaError(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const all = [...ties(scores, labels)];
  const [P, N] = [countOf(all, "positives"), countOf(all, "negatives")];
  let [above, below] = [0, 0];
  const shares = all.map(({ positives, negatives }) => {
    const ofPositive = (N - below - negatives / 2) / N;
    const ofNegative = (above + positives / 2) / P;
    above += positives;
    below += negatives;
    return { positives, negatives, ofPositive, ofNegative };
  });
  const area = shares.reduce((sum, { positives, ofPositive }) => sum + positives * ofPositive, 0) / P;
  let [squaresP, squaresN] = [0, 0];
  for (const { positives, negatives, ofPositive, ofNegative } of shares) {
    squaresP += positives * (ofPositive - area) ** 2;
    squaresN += negatives * (ofNegative - area) ** 2;
  }
  if (P < 2 || N < 2) return Number.NaN;
  return Math.sqrt(squaresP / (P - 1) / P + squaresN / (N - 1) / N);
}

function countOf(all: readonly Tie[], of: keyof Tie): number {
  return all.reduce((sum, tie) => sum + tie[of], 0);
}

/**
 * The mean over rows of class 1 of the precision at their score: the sum over thresholds of precision times the rise in
 * recall, without interpolation. NaN without rows of class 1.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [sum, rows, found] = [0, 0, 0];
  for (const { positives, negatives } of ties(scores, labels)) {
    rows += positives + negatives;
    found += positives;
    sum += positives * (found / rows);
  }
  return sum / found;
}
