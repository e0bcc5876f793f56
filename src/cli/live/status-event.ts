import type { ProcessProgress } from "../../records/progress-file.ts";
import type { SweepStatus } from "../../sweep/sweep-status.ts";
import { thousands } from "../../units.ts";
import { goOn } from "../text/go-on.ts";
import { PLAIN } from "../text/paint.ts";
import { statusBlocks, totalText } from "../text/status-text.ts";

/** A page is told no more often than this. */
export const EVERY_MS = 2000;

/** What a served page is told of its sweep; `assets/report/live.js` draws it. */
export interface StatusEvent {
  /**
   * `idle`: runs are missing, and none is trained. `drawing`: none is missing, but the report lacks some. `ended`: the
   * report has all that there will be. `trouble`: the folder can't be read.
   */
  readonly state: "training" | "idle" | "drawing" | "ended" | "trouble";
  /** `24 runs: 8 done, ...`, as `mmoe status` says it. */
  readonly total: string;
  /** What the reader can do; empty if there is nothing. */
  readonly note: string;
  /** Shares of all steps, 0 to 1. */
  readonly shares: { readonly done: number; readonly failed: number; readonly training: number };
  /** Rows of texts, the heads first. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** Of the runs in the last table, which are in training: steps and losses so far; null for a run without a loss yet. */
  readonly curves: readonly (Flight["curve"] | null)[];
  /** The report that the server has now; empty if it has none. */
  readonly version: string;
}

type Flight = ProcessProgress["inFlight"][number];

/** Cells and runs in flight that are shown at most. */
const MOST = 40;

/** The status of a sweep for its page; `isCurrent` if the report `version` has all runs that have ended. */
export function statusEvent(status: SweepStatus, version: string, isCurrent: boolean): StatusEvent {
  const { folder, done, failed, missing, training } = status;
  const all = Math.max(1, done + failed + missing);
  const state = stateOf(status, isCurrent);
  const active = status.writers.filter(({ state }) => state === "training");
  const flights = active.flatMap(({ progress }) => progress?.inFlight ?? []).slice(0, MOST);
  const tables = statusBlocks(status, PLAIN, MOST).flatMap(({ rows = [] }) => (rows.length > 1 ? [rows] : []));
  return {
    state,
    total: totalText(status),
    version,
    note: state === "idle" ? `Train the missing runs with: ${goOn(folder)}` : "",
    shares: { done: done / all, failed: failed / all, training: (training.runs * training.share) / all },
    tables: [...tables, ...flightTable(flights)],
    curves: flights.map(({ curve }) => curve ?? null),
  };
}

/** What a page is told whose folder can't be read now. */
export function troubleEvent(trouble: string, version: string): StatusEvent {
  return {
    state: "trouble",
    total: "",
    note: trouble,
    tables: [],
    curves: [],
    version,
    shares: { done: 0, failed: 0, training: 0 },
  };
}

function stateOf({ missing, writers }: SweepStatus, isCurrent: boolean): StatusEvent["state"] {
  const isWritten = writers.some(({ state }) => state === "training");
  if (missing > 0) return isWritten ? "training" : "idle";
  return isWritten || !isCurrent ? "drawing" : "ended";
}

function flightTable(flights: readonly Flight[]): string[][][] {
  if (flights.length === 0) return [];
  const rows = flights.map(({ id, step, steps, curve }) => {
    const loss = curve?.train.at(-1);
    const done = `${Math.floor((100 * step) / steps)} %`;
    return [id, thousands(step), thousands(steps), done, loss === undefined ? "" : loss.toFixed(4)];
  });
  return [[["run in flight", "step", "of", "", "training loss"], ...rows]];
}
