import type { Results } from "../../src/records/read-results.ts";
import { reportHtml } from "../../src/report/report.ts";
import { sweepResults } from "../support/sweep-results.ts";

export const HOSTILE = "</script><img src=x onerror=alert(1)>";

/** Runs in each of nine cells, one of them failed and one missing, with names that would like to be markup. */
function resultsOf(runs: number): Results {
  const { config, records, ...rest } = sweepResults({
    set: [`runs=${runs}`, "steps=10000"],
    failing: (id) => id === "omoe/p=0.90/004",
    missing: (id) => id === `mmoe/p=1.00/${String(runs - 1).padStart(3, "0")}`,
  });
  const named = records.map((record) => (record.status === "failed" ? { ...record, reason: HOSTILE } : record));
  return { ...rest, config: { ...config, about: HOSTILE }, records: named };
}

/** A report of so many runs in each cell. */
export const reportOf = (runs: number) => reportHtml(resultsOf(runs), "train");

export const results = resultsOf(13);
export const report = reportOf(13);
