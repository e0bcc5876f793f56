import { type Estimate, NO_INTERVAL } from "./estimate.ts";
import { fUpperTail } from "./f-distribution.ts";
import { mean, standardDeviation } from "./moments.ts";

/**
 * The mean of values, each of another random split of the same rows, with its 95 % interval: Student's t, with a variance that
 * allows for the overlap of the splits (Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning 2003). One
 * value has no interval. `ratio`: test rows to training rows.
 */
export function overSplits(values: Float64Array, ratio: number): Estimate {
  const value = mean(values);
  if (values.length < 2) return { value, ...NO_INTERVAL };
  const error = standardDeviation(values) * Math.sqrt(1 / values.length + ratio);
  const half = twoSidedT(values.length - 1) * error;
  return { value, low: value - half, high: value + half };
}

/** The t that Student's distribution exceeds in absolute value with a probability of .05. */
function twoSidedT(degrees: number): number {
  let [low, high] = [0, 13]; // 12.7 of one degree
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (fUpperTail(middle ** 2, 1, degrees) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}
