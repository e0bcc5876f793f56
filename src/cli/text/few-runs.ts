import { LEAST_SHOWN } from "../../stats/estimate.ts";

/** Footnote of a table of intervals over `counts` runs: why some are missing; empty if none are. */
export function fewNote(counts: readonly number[], of = "runs"): string[] {
  return counts.some((count) => count > 0 && count < LEAST_SHOWN)
    ? [`no interval of fewer than ${LEAST_SHOWN} ${of}`]
    : [];
}
