import type { ClaimRule } from "./claim.ts";
import { FALL_MARGINS, fallingLoss } from "./rules.ts";

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
