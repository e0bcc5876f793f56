import { LEAST_SHOWN } from "../../stats/estimate.ts";

/** For below a table of intervals, each over so many runs: why some are not there; nothing if all are. */
export function fewNote(counts: readonly number[], of = "runs"): string[] {
  return counts.some((count) => count > 0 && count < LEAST_SHOWN)
    ? [`no interval of fewer than ${LEAST_SHOWN} ${of}`]
    : [];
}
