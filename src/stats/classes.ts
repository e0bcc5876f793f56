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
  let classes = 0;
  for (let n = 0; n < labels.length; n++) {
    if (labels[n] >= classes) classes = labels[n] + 1;
    if (predicted[n] >= classes) classes = predicted[n] + 1;
  }
  const [right, all] = [new Float64Array(classes), new Float64Array(classes)]; // by class
  for (let n = 0; n < labels.length; n++) {
    const [label, other] = [labels[n], predicted[n]];
    all[label]++;
    all[other]++;
    if (label === other) right[label]++;
  }
  let [sum, count] = [0, 0];
  for (let c = 0; c < classes; c++) {
    if (all[c] === 0) continue;
    sum += (2 * right[c]) / all[c];
    count++;
  }
  return sum / count;
}

/** Bins of probabilities, as Guo et al. (ICML 2017) have them: (b/15, (b + 1)/15], and 0 in the first. */
export const CALIBRATION_BINS = 15;

function binOf(probability: number): number {
  return Math.max(0, Math.ceil(CALIBRATION_BINS * probability) - 1);
}

/**
 * The expected calibration error of what rows were given as the probability of something, which came true (1) or not (0): the
 * mean over rows of |mean probability - share that came true| of their bins.
 */
export function calibrationError(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  const excess = new Float64Array(CALIBRATION_BINS);
  for (let n = 0; n < outcomes.length; n++) {
    const probability = probabilities[n];
    const bin = binOf(probability);
    excess[bin] = excess[bin] + probability - outcomes[n];
  }
  return excess.reduce((sum, ofBin) => sum + Math.abs(ofBin), 0) / outcomes.length;
}

/** Rows of one bin: how many, the sum of their probabilities, and how many came true. */
export interface CalibrationBin {
  readonly rows: number;
  readonly predicted: number;
  readonly observed: number;
}

export function calibrationBins(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): CalibrationBin[] {
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  for (let n = 0; n < outcomes.length; n++) {
    const probability = probabilities[n];
    const bin = bins[binOf(probability)];
    bin.rows++;
    bin.predicted += probability;
    bin.observed += outcomes[n];
  }
  return bins;
}
