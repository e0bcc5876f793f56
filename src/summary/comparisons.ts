import { byCorrelation, type Cell, cellOf, modelAt, pointText } from "../identity/cell.ts";
import { type CellLosses, commonRuns, lossesOf, overlapOf } from "../records/cell-losses.ts";
import { LEAST_SHOWN } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { comparePairs, differences, holm, type PairedComparison, pairsOf, pOf } from "../stats/pairs.ts";
import { ERROR, leastTested, pairsToTell } from "../stats/power.ts";
import { brownForsythe, type SpreadRatios, type SpreadTest, spreadRatios } from "../stats/spread.ts";

/** Two cells, and the p-value of their test, adjusted within its family. */
interface Pair {
  readonly first: Cell;
  readonly second: Cell;
  /** The p-value, adjusted by Holm's method over all pairs of one list; NaN where so few pairs of runs can't be significant. */
  readonly adjusted: number;
}

/** The first minus the second, over the runs that are done in both. */
export interface CellComparison extends Pair, PairedComparison {
  /**
   * Where the test does not tell the two apart: the pairs of runs with which a t test tells a mean difference as large as this one, at the
   * level of Holm's method for the next of those that are not told apart. NaN elsewhere, and of fewer than five pairs.
   */
  readonly needed: number;
}

/** The first to the second, over the runs that are done in both. */
export interface SpreadComparison extends Pair, SpreadRatios {
  readonly pairs: number;
  readonly brownForsythe: SpreadTest;
}

/** Every two models at each correlation and grid point: one family of tests. */
export function betweenModels(cells: readonly CellLosses[]): CellComparison[] {
  return compared(modelPairs(cells));
}

/** Every two models at each correlation and grid point. */
export function modelPairs(cells: readonly CellLosses[]): CellPair[] {
  return pairsWithin(cells, ({ correlation, point }) => `${correlation} ${pointText(point)}`);
}

/** Every two correlations of each model and grid point, the lower one first: one family of tests. */
export function betweenCorrelations(cells: readonly CellLosses[]): CellComparison[] {
  const rising = [...cells].sort(byCorrelation);
  return compared(pairsWithin(rising, ({ model, point }) => `${model} ${pointText(point)}`));
}

/** Every grid point but the first against the first, of each model at each correlation: one family of tests. */
export function betweenPoints(cells: readonly CellLosses[]): CellComparison[] {
  const groups = groupBy(cells, ({ model, correlation }) => modelAt(model, correlation));
  return compared([...groups.values()].flatMap(([first, ...others]) => others.map((one) => [one, first])));
}

/** Of spreads of runs that share rows. */
const NO_TEST: SpreadTest = { statistic: Number.NaN, p: Number.NaN };

/** The spread of every two models at each correlation and grid point: one family of tests. */
export function spreadsBetweenModels(cells: readonly CellLosses[]): SpreadComparison[] {
  const pairs = modelPairs(cells);
  const samples = pairs.map(pairedLosses);
  const tests = samples.map((pair, i) => (overlapOf(pairs[i]) > 0 ? NO_TEST : brownForsythe(pair)));
  const adjusted = holm(tests.map(({ p }) => p));
  return samples.map(([a, b], i) => ({
    ...named(pairs[i]),
    pairs: a.length,
    ...spreadRatios(a, b, overlapOf(pairs[i])),
    brownForsythe: tests[i],
    adjusted: a.length < LEAST_SHOWN ? Number.NaN : adjusted[i],
  }));
}

type CellPair = readonly [CellLosses, CellLosses];

function compared(pairs: readonly CellPair[]): CellComparison[] {
  const losses = pairs.map(pairedLosses);
  const comparisons = losses.map(([a, b], i) => comparePairs(a, b, overlapOf(pairs[i])));
  const hasTest = comparisons.some((one) => mayBeSignificant(one, pairs.length));
  const adjusted = holm(comparisons.map(pOf));
  const level = ERROR / untold(adjusted);
  return pairs.map((pair, i) => {
    const needed = adjusted[i] < ERROR ? Number.NaN : pairsNeeded(differences(...losses[i]), level, overlapOf(pair));
    return { ...named(pair), ...comparisons[i], adjusted: hasTest ? adjusted[i] : Number.NaN, needed };
  });
}

/** Whether the smallest p of Wilcoxon's test that `tests` of so many pairs allow is below .05, by Holm over them; of a t test any may be. */
function mayBeSignificant({ pairs, correctedT }: PairedComparison, tests: number): boolean {
  return correctedT ? pairs >= LEAST_SHOWN : tests * 2 ** (1 - pairs) < ERROR;
}

/** How many of these adjusted p-values are of tests that tell nothing: Holm's method tests the next of them at 5 % over this number. */
export function untold(adjusted: readonly number[]): number {
  return adjusted.filter((p) => !(p < ERROR)).length;
}

/** More than there are, as these told nothing at that level. */
function pairsNeeded(found: Float64Array, level: number, overlap: number): number {
  if (found.length < LEAST_SHOWN) return Number.NaN;
  return Math.max(found.length + 1, leastTested(level, overlap), pairsToTell(found, mean(found), { level, overlap }));
}

function pairsWithin(cells: readonly CellLosses[], keyOf: (cell: CellLosses) => string): CellPair[] {
  return [...groupBy(cells, keyOf).values()].flatMap(pairsOf);
}

/** The losses of the runs that are done in both. */
export function pairedLosses(pair: CellPair): [Float64Array, Float64Array] {
  const runs = commonRuns(pair);
  return [lossesOf(pair[0], runs), lossesOf(pair[1], runs)];
}

function named([first, second]: CellPair): Pick<Pair, "first" | "second"> {
  return { first: cellOf(first), second: cellOf(second) };
}
