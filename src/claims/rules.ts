import { type Cell, NO_CHOICE } from "../identity/cell.ts";
import { LEAST_RUNS } from "../stats/estimate.ts";
import type { Bound, PartRule } from "./claim.ts";

/** The correlations of section 5. */
export const CORRELATIONS = [0.5, 0.9, 1] as const;

/**
 * Means or medians within this factor count as the same. The paper calls a factor of 1.12 in its Figure 4 "almost no
 * difference", and 200 runs determine such a ratio to about 12 %.
 */
export const SAME = 4 / 3;

/** Largest rise of a loss that does not count, as a share of the loss of predicting the mean: half a bin of the paper's Figure 5. */
const RISE = 1 / 60;

/** The range above a number. */
export const above = (low: number) => ({ low, high: Number.POSITIVE_INFINITY });
/** The range within a factor. */
export const within = (factor: number) => ({ low: 1 / factor, high: factor });

export const at = (model: string, correlation: number): Cell => ({ model, correlation, point: NO_CHOICE });

type Rest = Pick<PartRule, "about" | "cells" | "bound">;

/** A part about a function of the cells' mean losses. */
export function ofMeans(unit: PartRule["unit"], rest: Rest, of: (means: readonly number[]) => number): PartRule {
  const statistic: PartRule["statistic"] = (cells) => of(cells.map(({ mean }) => mean));
  return { ...rest, unit, statistic, ofMeans: true, leastRuns: LEAST_RUNS };
}

/** A part about a function of a statistic of each cell's ascending losses; the paper's figures can't give it. */
export function ofEach(
  unit: PartRule["unit"],
  rest: Rest,
  each: (ascending: Float64Array) => number,
  of: (values: readonly number[]) => number,
): PartRule {
  const statistic: PartRule["statistic"] = (cells) => of(cells.map(({ ascending }) => each(ascending)));
  return { ...rest, unit, statistic, ofMeans: false, leastRuns: LEAST_RUNS };
}

export const difference = ([a, b]: readonly number[]): number => (a as number) - (b as number);
export const quotient = ([a, b]: readonly number[]): number => (a as number) / (b as number);

/** A model's mean loss falls from the first to the last of `correlations`, and does not rise between two neighbours. */
export function fallingLoss(model: string, correlations: readonly number[]): PartRule[] {
  const fall = (from: number, to: number, bound: Bound) =>
    ofMeans(
      "loss",
      { about: `${model}: loss at ${from} minus loss at ${to}`, cells: [at(model, from), at(model, to)], bound },
      difference,
    );
  const whole = fall(correlations[0] as number, correlations.at(-1) as number, above(0));
  if (correlations.length === 2) return [whole];
  return [whole, ...correlations.slice(1).map((to, i) => fall(correlations[i] as number, to, above(-RISE)))];
}

/** Margins that `fallingLoss` assumes. */
export const FALL_MARGINS =
  "the loss at 1 must be below that at 0.5; between neighbours a rise of less than 1/60 of the loss of predicting the mean, half a bin of the paper's Figure 5, does not count";

/** A part for each mixture at each correlation, which compares Shared-Bottom (its first cell) with it. */
export function againstMixtures(
  partOf: (cells: readonly Cell[], mixture: string, correlation: number) => PartRule,
): PartRule[] {
  return CORRELATIONS.flatMap((p) =>
    ["omoe", "mmoe"].map((mixture) => partOf([at("shared-bottom", p), at(mixture, p)], mixture, p)),
  );
}
