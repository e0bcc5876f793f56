import type { Run } from "../engines/engine.ts";
import type { RunRecord } from "../records/record.ts";

/** Runs of one kind take longer and shorter: by up to this much, it is assumed. */
const MARGIN = 1.1;
/** Before a run has trained this share of its steps, its pace says nothing: rows are made first. */
const KNOWN_SHARE = 0.05;

/**
 * Stops a sweep in time: no run is begun that could not end before the limit. How long one takes is told by the longest
 * that ended since this was made; until one has, by the progress of those that train. The wall clock may jump; this
 * does not look at it.
 */
export class TimeLimit {
  readonly #end: number;
  readonly #reached = new AbortController();
  /** When each run in flight was begun, and the share of its steps that is done. */
  readonly #inFlight = new Map<string, { readonly since: number; share: number }>();
  #longestMs = 0;

  /** The time begins now. */
  constructor(limitMs: number) {
    this.#end = performance.now() + limitMs;
  }

  /** Aborted: a run that would be begun now could not end in time. */
  get noMore(): AbortSignal {
    return this.#reached.signal;
  }

  begin(runs: readonly Run[]): void {
    const since = performance.now();
    for (const { id } of runs) this.#inFlight.set(id, { since, share: 0 });
  }

  progress({ id, training }: Run, step: number): void {
    const run = this.#inFlight.get(id);
    if (run) run.share = step / training.steps;
  }

  /** To be called before the next run is begun. */
  result({ id, status }: RunRecord): void {
    const now = performance.now();
    const run = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    if (run && status === "done") this.#longestMs = Math.max(this.#longestMs, now - run.since);
    if (now + MARGIN * this.#expectedMs(now) > this.#end) this.#reached.abort();
  }

  /** How long a run takes: 0 where nothing is known. */
  #expectedMs(now: number): number {
    if (this.#longestMs > 0) return this.#longestMs;
    const known = [...this.#inFlight.values()].filter(({ share }) => share >= KNOWN_SHARE);
    return Math.max(0, ...known.map(({ since, share }) => (now - since) / share));
  }
}
