import type { AnyRun } from "../engines/engine.ts";
import type { RunRecord } from "../records/record.ts";
import type { RunObserver } from "../records/run-observer.ts";
import { duration } from "../units.ts";

/** A run may take longer than another one of its kind, by up to this factor (assumed). */
const MARGIN = 1.1;
/** Before a run has trained this share of its steps, its pace says nothing, since its rows are made first. */
const KNOWN_SHARE = 0.05;

interface InFlight {
  readonly since: number;
  /** Share of its steps that are done. */
  share: number;
}

/**
 * Stops a sweep in time: no run begins that could not end before the limit. A run is expected to take as long as the
 * longest one that ended since this was made; until one has ended, the progress of those that train says how long. The
 * wall clock may jump, so it is not used.
 */
export class TimeLimit implements RunObserver {
  readonly #end: number;
  readonly #reached = new AbortController();
  readonly #over = new AbortController();
  /** Aborts when the time is over. */
  readonly over: AbortSignal = this.#over.signal;
  /** Aborts when a run that would begin now could not end in time. */
  readonly noMore: AbortSignal = this.#reached.signal;
  readonly #timer: NodeJS.Timeout;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #note: (line: string) => void;
  #longestMs = 0;
  #said = false;

  /** The time begins now. Calls `note` once if a run that began at the start will not end in time. */
  constructor(limitMs: number, note: (line: string) => void = () => {}) {
    this.#end = performance.now() + limitMs;
    this.#note = note;
    this.#timer = setTimeout(() => this.#over.abort(), limitMs);
  }

  /** Ends the timer; called when the sweep has ended. */
  clear(): void {
    clearTimeout(this.#timer);
  }

  begin(runs: readonly AnyRun[]): void {
    const since = performance.now();
    for (const { id } of runs) this.#inFlight.set(id, { since, share: 0 });
  }

  progress({ id, training }: AnyRun, step: number): void {
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

  /** Must be called before the next run begins. */
  result({ id, status }: RunRecord): void {
    const now = performance.now();
    const run = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    if (run && status === "done") this.#longestMs = Math.max(this.#longestMs, now - run.since);
    if (now + MARGIN * this.#expectedMs(now) > this.#end) this.#reached.abort();
  }

  /** How long a run takes; 0 if nothing is known. */
  #expectedMs(now: number): number {
    if (this.#longestMs > 0) return this.#longestMs;
    const known = [...this.#inFlight.values()].filter(({ share }) => share >= KNOWN_SHARE);
    return Math.max(0, ...known.map(({ since, share }) => (now - since) / share));
  }
}
