import { endOf } from "./f-distribution.ts";
import { mean } from "./moments.ts";
import { normalCdf, normalDensity } from "./normal.ts";
import { midranks } from "./pairs.ts";

/** The mean rank of each contestant over several problems, [problem][contestant]: 1 for the highest score, equal ones share theirs. */
export function averageRanks(scores: readonly (readonly number[])[]): number[] {
  const ranks = scores.map((row) => midranks(Float64Array.from(row, (score) => -score)).ranks);
  return (scores[0] ?? []).map((_, i) => mean(ranks.map((row) => row[i])));
}

/**
 * By how much the mean ranks of two of `count` contestants over so many problems must differ to be told apart at 5 %: Nemenyi's
 * test (Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006, section 3.2.2).
 */
export function criticalDifference(count: number, problems: number): number {
  return (rangeQuantile(count) / Math.SQRT2) * Math.sqrt((count * (count + 1)) / (6 * problems));
}

/** What the range of `count` standard normals exceeds with a probability of .05. */
function rangeQuantile(count: number): number {
  return endOf((range) => rangeCdf(range, count) < 0.95, 20);
}

/** P(range <= r) = count ∫ φ(z) [Φ(z) - Φ(z - r)]^(count - 1) dz. */
function rangeCdf(r: number, count: number): number {
  const [end, step] = [9, 0.1]; // the sum of so smooth a function is its integral to many digits
  let sum = 0;
  for (let z = -end; z <= end; z += step) sum += normalDensity(z) * (normalCdf(z) - normalCdf(z - r)) ** (count - 1);
  return count * sum * step;
}
