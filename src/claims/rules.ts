import { type Cell, NO_CHOICE } from "../identity/cell.ts";
import { LEAST_RUNS } from "../stats/estimate.ts";
import { median, quantileSorted, standardDeviation } from "../stats/moments.ts";
import { interquartileRange } from "../stats/spread.ts";
import type { Bound, CellSample, ClaimRule, PartRule } from "./claim.ts";

/** The correlations of section 5. */
const CORRELATIONS = [0.5, 0.9, 1] as const;

/**
 * Means or medians within this factor count as the same. The paper calls a factor of 1.12 in its Figure 4 "almost no
 * difference", and 200 runs determine such a ratio to about 12 %.
 */
const SAME = 4 / 3;

/** Largest rise of a loss that does not count, as a share of the loss of predicting the mean: half a bin of the paper's Figure 5. */
const RISE = 1 / 60;

/** The range above a number. */
const above = (low: number) => ({ low, high: Number.POSITIVE_INFINITY });
/** The range within a factor. */
const within = (factor: number) => ({ low: 1 / factor, high: factor });

const variance = (ascending: Float64Array) => standardDeviation(ascending) ** 2;

const at = (model: string, correlation: number): Cell => ({ model, correlation, point: NO_CHOICE });

type Rest = Pick<PartRule, "about" | "cells" | "bound">;

/**
 * A part about a function of the cells' mean losses; or of another statistic of each cell's ascending losses, which the paper's
 * figures can't give.
 */
function partOf(
  unit: PartRule["unit"],
  rest: Rest,
  of: (values: readonly number[]) => number,
  each?: (ascending: Float64Array) => number,
): PartRule {
  const numberOf = ({ mean, ascending }: CellSample) => (each ? each(ascending) : mean);
  const statistic: PartRule["statistic"] = (cells) => of(cells.map(numberOf));
  return { ...rest, unit, statistic, ofMeans: each === undefined, leastRuns: LEAST_RUNS };
}

const difference = ([a, b]: readonly number[]): number => a - b;
const quotient = ([a, b]: readonly number[]): number => a / b;

/** The first cell's loss minus the second's. */
const lossOff = (about: string, cells: readonly Cell[], bound: Bound) =>
  partOf("loss", { about, cells, bound }, difference);

/** The first cell's mean, or another statistic, to the second's. */
const ratio = (about: string, cells: readonly Cell[], bound: Bound, each?: (ascending: Float64Array) => number) =>
  partOf("ratio", { about, cells, bound }, quotient, each);

/** A model's mean loss falls from the first to the last of `correlations`, and does not rise between two neighbours. */
function fallingLoss(model: string, correlations: readonly number[]): PartRule[] {
  const fall = (from: number, to: number, bound: Bound) =>
    lossOff(`${model}: loss at ${from} minus loss at ${to}`, [at(model, from), at(model, to)], bound);
  const whole = fall(correlations[0], correlations.at(-1) as number, above(0));
  if (correlations.length === 2) return [whole];
  return [whole, ...correlations.slice(1).map((to, i) => fall(correlations[i], to, above(-RISE)))];
}

/** Margins that `fallingLoss` assumes. */
const FALL_MARGINS =
  "the loss at 1 must be below that at 0.5; between neighbours a rise of less than 1/60 of the loss of predicting the mean, half a bin of the paper's Figure 5, does not count";

/** A part for each mixture at each correlation, which compares Shared-Bottom (its first cell) with it. */
function againstMixtures(part: (cells: readonly Cell[], mixture: string, correlation: number) => PartRule): PartRule[] {
  return CORRELATIONS.flatMap((p) =>
    ["omoe", "mmoe"].map((mixture) => part([at("shared-bottom", p), at(mixture, p)], mixture, p)),
  );
}

/** The claim of section 3.3, over the correlations from 0.5 to 1 that a sweep has. */
export function lossRises(correlations: readonly number[]): ClaimRule {
  const between = correlations.filter((p) => p > 0.5 && p < 1).sort((a, b) => a - b);
  return {
    id: "3.3",
    says: "Shared-Bottom's loss rises as the correlation falls",
    statistic: "difference of mean final losses between correlations, run by run",
    margins: `${FALL_MARGINS}; the bottom has 16 units`,
    preset: "figure3",
    parts: fallingLoss("shared-bottom-16", [0.5, ...between, 1]),
  };
}

/**
 * A loss that rises by less than half as the correlation falls from 1 to .5 is "little influence"; the paper's: 18 %.
 */
const LITTLE = 1.5;

export const HIGHER_CORRELATION: ClaimRule = {
  id: "5.1-1",
  says: "for every model, a higher correlation gives a lower loss",
  statistic: "difference of mean final losses between correlations, run by run",
  margins: FALL_MARGINS,
  parts: ["shared-bottom", "omoe", "mmoe"].flatMap((model) => fallingLoss(model, CORRELATIONS)),
};

const fallOf = (model: string) => [at(model, 0.5), at(model, 1)];

/**
 * MMoE's gap between .5 and 1 is less than half of another model's, whatever its sign. Two parts say so, one for each
 * sign: the size of MMoE's gap has a kink at 0, where the bootstrap's intervals miss the truth too often.
 */
function smallerGap(model: string): PartRule[] {
  const part = (sign: "minus" | "plus", by: number) =>
    partOf(
      "loss",
      {
        about: `half of ${model}'s gap between 0.5 and 1, ${sign} mmoe's`,
        cells: [...fallOf(model), ...fallOf("mmoe")],
        bound: above(0),
      },
      (means) => difference(means) / 2 + by * difference(means.slice(2)),
    );
  return [part("minus", -1), part("plus", 1)];
}

export const SMALLER_GAP: ClaimRule = {
  id: "5.1-2",
  says: "correlation matters much less to MMoE: OMoE is the same at 1 and degrades below, MMoE hardly does",
  statistic: "gaps between mean final losses at 0.5 and 1; ratios of mean final losses",
  margins:
    "'much smaller' is less than half; 'the same' is within a factor of 4/3 (the paper's is 1.12), an 'obvious drop' is beyond it (1.86), 'little influence' is a factor below 1.5 (1.18)",
  parts: [
    ...smallerGap("shared-bottom"),
    ...smallerGap("omoe"),
    ratio("omoe's loss to mmoe's at 1", [at("omoe", 1), at("mmoe", 1)], within(SAME)),
    ratio("omoe's loss at 0.5 to that at 1", fallOf("omoe"), above(SAME)),
    ratio("mmoe's loss at 0.5 to that at 1", fallOf("mmoe"), within(LITTLE)),
  ],
};

export const MIXTURES_WIN: ClaimRule = {
  id: "5.1-3",
  says: "both mixtures beat Shared-Bottom at every correlation on average",
  statistic: "difference of mean final losses between models, run by run",
  margins: "none: any difference counts",
  parts: againstMixtures((cells, mixture, p) =>
    lossOff(`shared-bottom's loss minus ${mixture}'s at ${p}`, cells, above(0)),
  ),
};

export const SHARED_BOTTOM_VARIES: ClaimRule = {
  id: "5.2-1",
  says: "Shared-Bottom's final losses vary far more than the mixtures' at every correlation",
  statistic: "ratio of the variances of final losses",
  margins: "'far more' is more than twice the variance",
  parts: againstMixtures((cells, mixture, p) =>
    ratio(`shared-bottom's variance to ${mixture}'s at ${p}`, cells, above(2), variance),
  ),
};

const omoeToMmoe = (p: number) => [at("omoe", p), at("mmoe", p)];

/**
 * The finest ratio of interquartile ranges that 200 runs of mixtures can tell; Shared-Bottom's are several times as
 * wide.
 */
const SAME_RANGE = 2;

export const ROBUST_AT_ONE: ClaimRule = {
  id: "5.2-2",
  says: "OMoE is as robust as MMoE at correlation 1, but not at 0.5",
  statistic: "ratios of the medians and of the interquartile ranges of final losses",
  margins:
    "'as robust' is a median within a factor of 4/3 and an interquartile range within one of 2; 'not' is a median beyond, and a range whose ratio is larger at 0.5 than at 1; not by the standard deviation, which in the paper's Figure 5 hardly moves",
  parts: [
    ratio("omoe's median to mmoe's at 1", omoeToMmoe(1), within(SAME), median),
    ratio("omoe's median to mmoe's at 0.5", omoeToMmoe(0.5), above(SAME), median),
    ratio("omoe's interquartile range to mmoe's at 1", omoeToMmoe(1), within(SAME_RANGE), interquartileRange),
    partOf(
      "ratio",
      {
        about: "omoe's interquartile range to mmoe's at 0.5, divided by that at 1",
        cells: [...omoeToMmoe(0.5), ...omoeToMmoe(1)],
        bound: above(1),
      },
      (ranges) => quotient(ranges) / quotient(ranges.slice(2)),
      interquartileRange,
    ),
  ],
};

/** The 5 % quantile (one run in twenty ends lower) stands for the lowest losses: resampling can judge it. */
const lowest = (ascending: Float64Array) => quantileSorted(ascending, 0.05);

/** With fewer runs, fewer than five are below that quantile. */
const LEAST_FOR_LOWEST = 100;

export const LOWEST_ALIKE: ClaimRule = {
  id: "5.2-3",
  says: "the lowest losses of the three models are comparable",
  statistic: "5 % quantiles of final losses: largest minus smallest of the three models",
  margins:
    "'comparable' is less than two bins of the paper's Figure 5 (1/15 of the loss of predicting the mean) apart, a third of the distance between Shared-Bottom's clusters there; the least loss itself has no interval",
  parts: CORRELATIONS.map((p) => ({
    ...partOf(
      "loss",
      {
        about: `distance between the three models' 5 % quantiles at ${p}`,
        cells: ["shared-bottom", "omoe", "mmoe"].map((model) => at(model, p)),
        bound: { low: Number.NEGATIVE_INFINITY, high: 1 / 15 },
      },
      (quantiles) => Math.max(...quantiles) - Math.min(...quantiles),
      lowest,
    ),
    leastRuns: LEAST_FOR_LOWEST,
  })),
};

/** All claims, in the order of the paper's sections but the one of section 3.3 last: it needs a sweep of its own. */
export function claimRules(correlations: readonly number[]): ClaimRule[] {
  return [
    HIGHER_CORRELATION,
    SMALLER_GAP,
    MIXTURES_WIN,
    SHARED_BOTTOM_VARIES,
    ROBUST_AT_ONE,
    LOWEST_ALIKE,
    lossRises(correlations),
  ];
}
