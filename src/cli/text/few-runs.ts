import { LEAST_SHOWN } from "../../stats/estimate.ts";

/** Footnote explaining missing intervals, given the number of runs of each; empty if none are missing. */
export function fewNote(counts: readonly number[], of = "runs"): string[] {
  return counts.some((count) => count > 0 && count < LEAST_SHOWN)
    ? [`no interval of fewer than ${LEAST_SHOWN} ${of}`]
    : [];
}
