import { quantileSorted, standardDeviation } from "../stats/moments.ts";
import { interquartileRange } from "../stats/spread.ts";
import type { ClaimRule } from "./claim.ts";
import { above, againstMixtures, at, CORRELATIONS, ofEach, quotient, SAME, within } from "./rules.ts";

export const SHARED_BOTTOM_VARIES: ClaimRule = {
  id: "5.2-1",
  says: "Shared-Bottom's final losses vary far more than the mixtures' at every correlation",
  statistic: "ratio of the variances of final losses",
  margins: "'far more' is more than twice the variance",
  preset: "paper",
  parts: againstMixtures((cells, mixture, p) =>
    ofEach(
      "ratio",
      { about: `shared-bottom's variance to ${mixture}'s at ${p}`, cells, bound: above(2) },
      (ascending) => standardDeviation(ascending) ** 2,
      quotient,
    ),
  ),
};

const omoeToMmoe = (p: number) => [at("omoe", p), at("mmoe", p)];
const median = (ascending: Float64Array) => quantileSorted(ascending, 0.5);

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
  preset: "paper",
  parts: [
    ofEach(
      "ratio",
      { about: "omoe's median to mmoe's at 1", cells: omoeToMmoe(1), bound: within(SAME) },
      median,
      quotient,
    ),
    ofEach(
      "ratio",
      { about: "omoe's median to mmoe's at 0.5", cells: omoeToMmoe(0.5), bound: above(SAME) },
      median,
      quotient,
    ),
    ofEach(
      "ratio",
      { about: "omoe's interquartile range to mmoe's at 1", cells: omoeToMmoe(1), bound: within(SAME_RANGE) },
      interquartileRange,
      quotient,
    ),
    ofEach(
      "ratio",
      {
        about: "omoe's interquartile range to mmoe's at 0.5, divided by that at 1",
        cells: [...omoeToMmoe(0.5), ...omoeToMmoe(1)],
        bound: above(1),
      },
      interquartileRange,
      (ranges) => quotient(ranges) / quotient(ranges.slice(2)),
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
  preset: "paper",
  parts: CORRELATIONS.map((p) => ({
    ...ofEach(
      "loss",
      {
        about: `5 % quantiles of the three models at ${p}, apart by`,
        cells: ["shared-bottom", "omoe", "mmoe"].map((model) => at(model, p)),
        bound: { low: Number.NEGATIVE_INFINITY, high: 1 / 15 },
      },
      lowest,
      (quantiles) => Math.max(...quantiles) - Math.min(...quantiles),
    ),
    leastRuns: LEAST_FOR_LOWEST,
  })),
};
