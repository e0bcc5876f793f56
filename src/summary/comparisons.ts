import { byCorrelation, type Cell, cellOf, modelAt, pointText } from "../identity/cell.ts";
import { type CellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import { groupBy } from "../stats/group-by.ts";
import { comparePairs, holm, type PairedComparison, pairsOf } from "../stats/pairs.ts";
import { brownForsythe, type SpreadRatios, type SpreadTest, spreadRatios } from "../stats/spread.ts";

/** Two cells, and the p-value of their test, adjusted within its family. */
interface Pair {
  readonly first: Cell;
  readonly second: Cell;
  /** The p-value, adjusted by Holm's method over all pairs of one list. */
  readonly adjusted: number;
}

/** The first minus the second, over the runs that are done in both. */
export interface CellComparison extends Pair, PairedComparison {}

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

/** The spread of every two models at each correlation and grid point: one family of tests. */
export function spreadsBetweenModels(cells: readonly CellLosses[]): SpreadComparison[] {
  const pairs = modelPairs(cells);
  const samples = pairs.map(pairedLosses);
  const tests = samples.map(brownForsythe);
  const adjusted = holm(tests.map(({ p }) => p));
  return samples.map(([a, b], i) => ({
    ...named(pairs[i]),
    pairs: a.length,
    ...spreadRatios(a, b),
    brownForsythe: tests[i],
    adjusted: adjusted[i],
  }));
}

type CellPair = readonly [CellLosses, CellLosses];

function compared(pairs: readonly CellPair[]): CellComparison[] {
  const comparisons = pairs.map((pair) => comparePairs(...pairedLosses(pair)));
  const adjusted = holm(comparisons.map(({ wilcoxon }) => wilcoxon.p));
  return pairs.map((pair, i) => {
    return { ...named(pair), ...comparisons[i], adjusted: adjusted[i] };
  });
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
