import type { Run } from "../engines/engine.ts";
import type { RunRecord } from "../records/record.ts";
import { duration } from "../units.ts";

/** Runs of one kind take longer and shorter: by up to this much, it is assumed. */
const MARGIN = 1.1;
/** Before a run has trained this share of its steps, its pace says nothing: rows are made first. */
const KNOWN_SHARE = 0.05;

interface InFlight {
  /** When it was begun. */
  readonly since: number;
  /** Of its steps: how many are done. */
  share: number;
}

/**
 * Stops a sweep in time: no run is begun that could not end before the limit. How long one takes is told by the longest
 * that ended since this was made; until one has, by the progress of those that train. The wall clock may jump; this
 * does not look at it.
 */
export class TimeLimit {
  readonly #end: number;
  readonly #reached = new AbortController();
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #note: (line: string) => void;
  #longestMs = 0;
  #said = false;

  /** The time begins now. `note` hears, once, of a run that will not end in time though it was begun at the start. */
  constructor(limitMs: number, note: (line: string) => void = () => {}) {
    this.#end = performance.now() + limitMs;
    this.#note = note;
    this.#timer = setTimeout(() => this.#over.abort(), limitMs);
  }

  /** Aborted when the time is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Aborted: a run that would be begun now could not end in time. */
  get noMore(): AbortSignal {
    return this.#reached.signal;
  }

  /** Ends the timer: to be called when the sweep has ended. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  begin(runs: readonly Run[]): void {
    const since = performance.now();
    for (const { id } of runs) this.#inFlight.set(id, { since, share: 0 });
  }

  progress({ id, training }: Run, step: number): void {
    const run = this.#inFlight.get(id);
    if (run) run.share = step / training.steps;
    if (run && run.share >= KNOWN_SHARE && this.#longestMs === 0 && !this.#said) this.#sayIfLate(id, run);
  }

  #sayIfLate(id: string, { since, share }: InFlight): void {
    const lateMs = since + (performance.now() - since) / share - this.#end;
    if (lateMs <= 0) return;
    this.#said = true;
    const late = `${id} would end ${duration(lateMs)} after the time limit, and not be kept`;
    this.#note(`${late}; give more time, or begin with fewer --runs`);
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
