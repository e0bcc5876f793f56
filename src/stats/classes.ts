// How well classes, and the probabilities of them, are predicted.

/** The share of rows whose class is the predicted one. */
export function accuracy(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let right = 0;
  for (let n = 0; n < labels.length; n++) right += Number(labels[n] === predicted[n]);
  return right / labels.length;
}

/**
 * The mean of F1 = 2 tp / (2 tp + fp + fn) over the classes that some row has or is predicted to have: each class counts
 * alike, however rare it is. NaN without rows.
 */
export function f1Macro(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const found = new Map<number, { right: number; all: number }>();
  const count = (label: number, right: number) => {
    const before = found.get(label) ?? { right: 0, all: 0 };
    found.set(label, { right: before.right + right, all: before.all + 1 });
  };
  for (let n = 0; n < labels.length; n++) {
    count(labels[n] as number, Number(labels[n] === predicted[n]));
    count(predicted[n] as number, 0);
  }
  const scores = [...found.values()].map(({ right, all }) => (2 * right) / all);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Bins of probabilities, as Guo et al. (ICML 2017) have them. */
const BINS = 15;

/** Rows whose probabilities are in one bin (b/15, (b + 1)/15]. */
interface CalibrationBin {
  readonly rows: number;
  /** Mean over the rows. */
  readonly probability: number;
  /** The share of the rows in which it came true. */
  readonly share: number;
}

/** Rows by what they were given as the probability of something, and whether it came true (1) or not (0): bins with rows. */
function calibrationBins(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): CalibrationBin[] {
  const [rows, sums, trues] = [0, 1, 2].map(() => new Float64Array(BINS)) as [Float64Array, Float64Array, Float64Array];
  for (let n = 0; n < outcomes.length; n++) {
    const probability = probabilities[n] as number;
    const bin = Math.max(0, Math.ceil(BINS * probability) - 1);
    rows[bin] = (rows[bin] as number) + 1;
    sums[bin] = (sums[bin] as number) + probability;
    trues[bin] = (trues[bin] as number) + (outcomes[n] as number);
  }
  const all = Array.from(rows, (count, bin) => ({
    ...{ rows: count, probability: (sums[bin] as number) / count, share: (trues[bin] as number) / count },
  }));
  return all.filter((bin) => bin.rows > 0);
}

/** The expected calibration error: the mean over rows of |probability - share| of their bins. */
export function calibrationError(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  const bins = calibrationBins(probabilities, outcomes);
  return (
    bins.reduce((sum, { rows, probability, share }) => sum + rows * Math.abs(probability - share), 0) / outcomes.length
  );
}
