import type { RecordHead } from "../records/journal-line.ts";
import type { RunRecord } from "../records/record.ts";
import type { RunObserver } from "../records/run-observer.ts";
import type { SweepShare } from "./share.ts";

/** How the runs of a process's share ended, in this process or before. */
export class EndedRuns implements RunObserver {
  readonly #statuses = new Map<string, RecordHead["status"]>();
  readonly #runs: SweepShare["runs"];

  constructor({ runs, ended }: Pick<SweepShare, "runs" | "ended">) {
    this.#runs = runs;
    for (const { id, status } of ended.values()) this.#statuses.set(id, status);
  }

  result({ id, status }: RunRecord): void {
    this.#statuses.set(id, status);
  }

  counts(): { done: number; failed: number; missing: number } {
    const count = (status: RecordHead["status"]) =>
      this.#runs.filter(({ id }) => this.#statuses.get(id) === status).length;
    const [done, failed] = [count("done"), count("failed")];
    return { done, failed, missing: this.#runs.length - done - failed };
  }
}
