import { reportHtml } from "../../src/report/report.ts";
import { sweepResults } from "../support/sweep-results.ts";

export const HOSTILE = "</script><img src=x onerror=alert(1)>";

/** 13 runs in each of nine cells, one of them failed and one missing, with names that would like to be markup. */
export const results = (() => {
  const { config, records, ...rest } = sweepResults({
    set: ["runs=13", "steps=10000"],
    failing: (id) => id === "omoe/p=0.90/004",
    missing: (id) => id === "mmoe/p=1.00/012",
  });
  const named = records.map((record) => (record.status === "failed" ? { ...record, reason: HOSTILE } : record));
  return { ...rest, config: { ...config, about: HOSTILE }, records: named };
})();

export const report = reportHtml(results, "train");
