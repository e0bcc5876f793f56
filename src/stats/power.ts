import { standardDeviation } from "./moments.ts";
import { normalQuantile } from "./normal.ts";

/** The chance of telling a difference that is there, and of telling one that isn't. */
export const POWER = 0.8;
const LEVEL = 0.05;

/**
 * How many pairs a two-sided paired t test at 5 % needs to tell a mean difference of `size` with a probability of 80 %, if differences
 * scatter as these do: (z_a + z_b)² sd² / size² + z_a² / 2, z_a and z_b being the normal quantiles of .975 and .8 (Guenther, "Sample
 * Size Formulas for Normal Theory T Tests", The American Statistician 35, 1981). Wilcoxon's test needs a twentieth more where
 * differences are normal, and fewer where they have heavy tails. NaN for fewer than two differences.
 */
export function pairsToTell(differences: Float64Array, size: number): number {
  const deviation = standardDeviation(differences);
  if (Number.isNaN(deviation)) return Number.NaN;
  const [a, b] = [normalQuantile(1 - LEVEL / 2), normalQuantile(POWER)];
  const pairs = (a + b) ** 2 * (deviation / size) ** 2 + a ** 2 / 2;
  return Math.max(LEAST_PAIRS, Math.ceil(pairs));
}

/** Fewer differences have no useful standard deviation. */
const LEAST_PAIRS = 5;
