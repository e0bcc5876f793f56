import { LEAST_SHOWN } from "./estimate.ts";
import { standardDeviation } from "./moments.ts";
import { normalQuantile } from "./normal.ts";

/** The chance of telling a difference that is there, and of telling one that isn't. */
export const POWER = 0.8;
export const ERROR = 0.05;

/**
 * How many pairs a two-sided paired t test at `level` needs to tell a mean difference of `size` with a probability of `power`, if
 * differences scatter as these do: (z_a + z_b)² sd² / size² + z_a² / 2, z_a and z_b being the normal quantiles of 1 - level / 2 and
 * `power` (Guenther, "Sample Size Formulas for Normal Theory T Tests", The American Statistician 35, 1981). Wilcoxon's test needs a
 * twentieth more where differences are normal, and fewer where they have heavy tails. NaN for fewer than two differences, and for no
 * size. Of runs that share rows, 1/n is less by their test rows to training rows, `overlap`; Infinity where nothing of it is left.
 */
export function pairsToTell(
  differences: Float64Array,
  size: number,
  { level = ERROR, power = POWER, overlap = 0 } = {},
): number {
  const deviation = standardDeviation(differences);
  if (Number.isNaN(deviation) || size === 0) return Number.NaN;
  const [a, b] = [normalQuantile(1 - level / 2), normalQuantile(power)];
  const independent = (a + b) ** 2 * (deviation / size) ** 2;
  if (overlap * independent >= 1) return Number.POSITIVE_INFINITY;
  const pairs = independent / (1 - overlap * independent) + a ** 2 / 2;
  return Math.max(LEAST_PAIRS, Math.ceil(pairs));
}

/** Fewer differences have no useful standard deviation. */
const LEAST_PAIRS = 5;

/** The fewest pairs of which Wilcoxon's test may have a p-value below `level`: all differences of one sign have 2^(1 - pairs). */
export function leastTested(level: number, overlap = 0): number {
  return overlap > 0 ? LEAST_SHOWN : Math.floor(2 - Math.log2(level));
}
