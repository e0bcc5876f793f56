import { type CellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import { type Bootstrapped, bcaInterval, bootstrap, estimateOf } from "../stats/bootstrap.ts";
import { LEVEL } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import type { Bound, CellSample, ClaimPart, PartRule, Verdict } from "./claim.ts";
import { publishedMeans } from "./paper-means.ts";

/** A part of a claim and the cells that it is about. */
interface Tested {
  readonly rule: PartRule;
  readonly cells: readonly CellLosses[];
  /** Parts of its claim. */
  readonly parts: number;
}

/**
 * Tests parts of claims on final losses, paired by run. A part holds if the whole 95 % interval lies within its bound.
 * It does not hold if an interval with a raised level lies outside; the level is such that all parts of the claim
 * together are wrongly refuted in at most 5 % of studies (Bonferroni). Otherwise, or with too few runs, it is
 * undecided.
 */
export function judge(tested: readonly Tested[]): Map<PartRule, ClaimPart> {
  const onRuns = tested.map((one) => ({ ...one, runs: commonRuns(one.cells) }));
  const groups = groupBy(onRuns, ({ runs }) => runs.join());
  const parts = [...groups.values()].flatMap((group) => {
    const all = bootstrapTogether(group, group[0]?.runs ?? []);
    return group.map((one, i) => [one.rule, partOf(one, one.runs.length, all[i] as Bootstrapped)] as const);
  });
  return new Map(parts);
}

/** The statistics of parts on the same runs, in one pass over the resamples of all their cells. */
function bootstrapTogether(tested: readonly Tested[], runs: readonly number[]): Bootstrapped[] {
  const cells = [...new Set(tested.flatMap((one) => one.cells))];
  const statistics = tested.map(({ rule, cells: own }) => {
    const places = own.map((cell) => cells.indexOf(cell));
    return (samples: readonly CellSample[]) => rule.statistic(places.map((place) => samples[place] as CellSample));
  });
  const all = bootstrap(
    cells.map((cell) => lossesOf(cell, runs)),
    (columns) => columns.map((ascending) => ({ ascending, mean: mean(ascending) })),
    Object.fromEntries(statistics.entries()),
  );
  return statistics.map((_, i) => all[i] as Bootstrapped);
}

function partOf({ rule, parts }: Tested, runs: number, bootstrapped: Bootstrapped): ClaimPart {
  const { about, unit, bound, leastRuns } = rule;
  const verdict = runs < leastRuns ? "undecided" : verdictOf(bootstrapped, bound, parts);
  return { about, unit, bound, leastRuns, ours: estimateOf(bootstrapped), paper: paperOf(rule), runs, verdict };
}

function verdictOf(bootstrapped: Bootstrapped, bound: Bound, parts: number): Verdict {
  const wide = bcaInterval(bootstrapped, 1 - (1 - LEVEL) / parts);
  if (wide.low > bound.high || wide.high < bound.low) return "does not hold";
  const { low, high } = bcaInterval(bootstrapped);
  return low > bound.low && high < bound.high ? "holds" : "undecided";
}

function paperOf({ ofMeans, cells, statistic }: PartRule): ClaimPart["paper"] {
  const published = ofMeans ? publishedMeans(cells) : undefined;
  return published ? { value: statistic(published.samples), mark: "read off", from: published.from } : null;
}

/** How far a part's estimate is from its bound, in widths of its interval; negative if it is beyond. */
export function slackOf({ ours: { value, low, high }, bound }: ClaimPart): number {
  const slack = Math.min(value - bound.low, bound.high - value);
  return high > low ? slack / (high - low) : slack * Number.POSITIVE_INFINITY;
}
