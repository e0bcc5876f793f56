import { type Cell, correlationText } from "../../identity/cell.ts";
import { LEAST_SHOWN } from "../../stats/estimate.ts";

/**
 * Heads of the columns that name a cell: the model, its correlation if the sweep has any, and each setting that the sweep
 * lists.
 */
export function cellHeads([first]: readonly Cell[]): string[] {
  return ["model", ...(first?.correlation === null ? [] : ["p"]), ...Object.keys(first?.point ?? {})];
}

export function cellNames({ model, correlation, point }: Cell): string[] {
  const at = correlation === null ? [] : [correlationText(correlation)];
  return [model, ...at, ...Object.values(point).map(String)];
}

/** Footnote of a table of intervals over `counts` runs: why some are missing; empty if none are. */
export function fewNote(counts: readonly number[], of = "runs"): string[] {
  return counts.some((count) => count > 0 && count < LEAST_SHOWN)
    ? [`no interval of fewer than ${LEAST_SHOWN} ${of}`]
    : [];
}
