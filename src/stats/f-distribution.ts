import { type Estimate, LEVEL, NO_INTERVAL } from "./estimate.ts";
import { independentRuns, mean, standardDeviation } from "./moments.ts";

/** P(F > f) of the F distribution with `between` and `within` degrees of freedom, to 1e-12 of its value. */
export function fUpperTail(f: number, between: number, within: number): number {
  return incompleteBeta(within / (within + between * f), within / 2, between / 2);
}

/** The regularized incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  const factor = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  if (x < (a + 1) / (a + b + 2)) return (factor / a) * betaFraction(x, a, b);
  return 1 - (factor / b) * betaFraction(1 - x, b, a);
}

const TINY = 1e-300;
/** Terms after which the fraction has converged for degrees of freedom up to some 1e6. */
const MOST_TERMS = 10_000;

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let numerator = 1;
  let inverse = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = inverse;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      inverse = 1 / awayFromZero(1 + term * inverse);
      numerator = awayFromZero(1 + term / numerator);
      change = inverse * numerator;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return fraction;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** ln of the gamma function of x > 0: Stirling's series from 15 on, and the recurrence below. */
function logGamma(x: number): number {
  let product = 1;
  let z = x;
  for (; z < 15; z++) product *= z;
  const s = 1 / z ** 2;
  const series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/**
 * The mean of values, each of another random split of the same rows, with its interval of a level: Student's t, with a variance that
 * allows for the overlap of the splits (Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning 2003); of
 * repeated folds, too (Bouckaert and Frank, "Evaluating the Replicability of Significance Tests for Comparing Learning
 * Algorithms", PAKDD 2004). One value has no interval. `ratio`: test rows to training rows.
 */
export function overSplits(values: Float64Array, ratio: number, level = LEVEL): Estimate {
  const value = mean(values);
  if (values.length < 2) return { value, ...NO_INTERVAL };
  const error = standardDeviation(values) * Math.sqrt(1 / values.length + ratio);
  const half = twoSidedT(values.length - 1, 1 - level) * error;
  return { value, low: value - half, high: value + half };
}

/** A statistic and its two-sided p-value. */
export interface Test {
  readonly statistic: number;
  readonly p: number;
}

/**
 * The t test that values as of {@link overSplits} have mean 0: Student's for independent values, whose ratio is 0, otherwise the
 * corrected resampled one. p is 1 if all values are 0.
 */
export function testOverSplits(values: Float64Array, ratio: number): Test {
  const [centre, deviation] = [mean(values), standardDeviation(values)];
  if (centre === 0 && deviation === 0) return { statistic: 0, p: 1 };
  const runs = independentRuns(values.length, ratio);
  const p = fUpperTail(runs * (centre / deviation) ** 2, 1, values.length - 1);
  return { statistic: (centre / deviation) * Math.sqrt(runs), p };
}

/** The t that Student's distribution exceeds in absolute value with a probability of `tails`. */
function twoSidedT(degrees: number, tails: number): number {
  const isBelow = (t: number) => fUpperTail(t ** 2, 1, degrees) > tails;
  let most = 13; // 12.7 of one degree, for .05
  while (isBelow(most)) most *= 2;
  return endOf(isBelow, most);
}

/** Where, from 0 up to `most`, what is true of lower numbers ends: by bisection. */
export function endOf(isTrue: (value: number) => boolean, most: number): number {
  let [low, high] = [0, most];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (isTrue(middle)) low = middle;
    else high = middle;
  }
  return high;
}
