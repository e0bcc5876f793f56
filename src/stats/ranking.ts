// How well scores rank rows of two classes.

/** Rows of one score: how many are of class 1, and how many of class 0. */
interface Tie {
  positives: number;
  negatives: number;
}

/** Rows by falling score, equal scores together; `labels` are 0 or 1. */
function* ties(scores: ArrayLike<number>, labels: ArrayLike<number>): Generator<Tie> {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  let tie: Tie = { positives: 0, negatives: 0 };
  for (const [i, row] of order.entries()) {
    if (i > 0 && scores[row] !== scores[order[i - 1] as number]) {
      yield tie;
      tie = { positives: 0, negatives: 0 };
    }
    if (labels[row] === 1) tie.positives++;
    else tie.negatives++;
  }
  if (order.length > 0) yield tie;
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
