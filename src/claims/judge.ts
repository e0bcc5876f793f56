import type { Cell } from "../identity/cell.ts";
import { type CellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import { type Bootstrapped, bcaInterval, bootstrap, estimateOf } from "../stats/bootstrap.ts";
import { estimateText, LEVEL } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { listed } from "../text.ts";
import type { Bound, CellSample, ClaimPart, PartRule, Verdict } from "./claim.ts";

/** A part of a claim and the cells that it is about. */
interface Tested {
  readonly rule: PartRule;
  readonly cells: readonly CellLosses[];
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
    return group.map((one, i) => [one.rule, partOf(one, one.runs.length, all[i])] as const);
  });
  return new Map(parts);
}

/** The statistics of parts on the same runs, in one pass over the resamples of all their cells. */
function bootstrapTogether(tested: readonly Tested[], runs: readonly number[]): Bootstrapped[] {
  const cells = [...new Set(tested.flatMap((one) => one.cells))];
  const statistics = tested.map(({ rule, cells: own }) => {
    const places = own.map((cell) => cells.indexOf(cell));
    return (samples: readonly CellSample[]) => rule.statistic(places.map((place) => samples[place]));
  });
  const all = bootstrap(
    cells.map((cell) => lossesOf(cell, runs)),
    (columns) => columns.map((ascending) => ({ ascending, mean: mean(ascending) })),
    Object.fromEntries(statistics.entries()),
  );
  return statistics.map((_, i) => all[i]);
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

/** Mean losses at the end of a figure's curves (9,900 on its axis), by model and correlation: read off. */
const PUBLISHED: ReadonlyMap<string, { readonly from: string; readonly means: Readonly<Record<number, number>> }> =
  new Map([
    ["shared-bottom", { from: "Figure 4", means: { 0.5: 0.2551, 0.9: 0.2211, 1: 0.2009 } }],
    ["omoe", { from: "Figure 4", means: { 0.5: 0.1458, 0.9: 0.1182, 1: 0.0784 } }],
    ["mmoe", { from: "Figure 4", means: { 0.5: 0.0827, 0.9: 0.0812, 1: 0.0703 } }],
    ["shared-bottom-16", { from: "Figure 3", means: { 0.5: 0.3967, 0.9: 0.3527, 1: 0.2832 } }],
  ]);

/** The paper's mean losses of some cells, as samples of one; undefined if one can't be read off. */
function publishedMeans(cells: readonly Cell[]): { from: string; samples: CellSample[] } | undefined {
  const from = PUBLISHED.get(cells[0]?.model ?? "")?.from;
  const means = cells.map(({ model, correlation }) => PUBLISHED.get(model)?.means[correlation ?? Number.NaN]);
  if (from === undefined || !means.every((mean) => mean !== undefined)) return undefined;
  return { from, samples: means.map((mean) => ({ mean, ascending: Float64Array.of(mean) })) };
}

const OF_PARTS: Readonly<Record<Verdict, readonly [one: string, several: string, which: string]>> = {
  holds: ["holds", "hold", "the closest"],
  "does not hold": ["does not hold", "do not hold", "the farthest"],
  undecided: ["is undecided", "are undecided", "the farthest"],
};

const DIGITS: Readonly<Record<ClaimPart["unit"], number>> = { loss: 4, ratio: 2 };

/** A verdict's reason in one line: the part that decides it, one of `parts`. */
export function because(parts: readonly ClaimPart[], deciding: ClaimPart): string {
  const count = countText(parts, deciding);
  const [, , which] = OF_PARTS[deciding.verdict];
  return hasTooFewRuns(deciding) ? count : `${count}; ${which}: ${partText(deciding)}`;
}

/** How many parts have the verdict of the one that decides, or what that one lacks. */
export function countText(parts: readonly ClaimPart[], deciding: ClaimPart): string {
  const { verdict, runs, leastRuns } = deciding;
  if (hasTooFewRuns(deciding)) return `too few runs: ${runs} in all of its cells, ${leastRuns} are needed`;
  const [one, several] = OF_PARTS[verdict];
  const alike = parts.filter((part) => part.verdict === verdict).length;
  const all = parts.length === 1 ? "1 part" : `${parts.length} parts`;
  return `${alike} of ${all} ${alike === 1 ? one : several}`;
}

function hasTooFewRuns({ runs, leastRuns }: ClaimPart): boolean {
  return runs < leastRuns;
}

/** A part in words and numbers: what it is, ours with its interval, and where it should be. */
export function partText(part: ClaimPart): string {
  return `${part.about} = ${oursText(part)}, expected ${boundText(part)}`;
}

export function oursText({ ours, unit, runs }: ClaimPart): string {
  return estimateText(ours, DIGITS[unit], runs);
}

/** The paper's own value; a dash if there is none. */
export function paperText({ paper, unit }: ClaimPart): string {
  return paper === null ? "-" : paper.value.toFixed(DIGITS[unit]);
}

/** E.g. `above 0`, `0.75 to 1.33`. */
export function boundText({ bound, unit }: { readonly bound: Bound; readonly unit: ClaimPart["unit"] }): string {
  const [low, high] = [bound.low, bound.high].map((end) => (end === 0 ? "0" : end.toFixed(DIGITS[unit])));
  if (bound.high === Number.POSITIVE_INFINITY) return `above ${low}`;
  return bound.low === Number.NEGATIVE_INFINITY ? `below ${high}` : `${low} to ${high}`;
}

/** Cells by model, models that lack the same correlations together: `the sweep lacks omoe and mmoe at 0.9 and 1`. */
export function lackingText(cells: readonly Cell[]): string {
  const where = [...groupBy(cells, ({ model }) => model)].map(([model, some]) => {
    return { model, at: listed(some.map(({ correlation }) => String(correlation))) };
  });
  const alike = [...groupBy(where, ({ at }) => at)];
  const parts = alike.map(([at, some]) => `${listed(some.map(({ model }) => model))} at ${at}`);
  return `the sweep lacks ${parts.join("; ")}`;
}
