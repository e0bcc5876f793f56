// How long models in JavaScript take: a process trains one run after the other, several processes at once.
import type { AnyRun, Engine } from "../engines/engine.ts";
import { groupBy } from "../stats/group-by.ts";
import { lastEnd } from "./last-end.ts";
import { kindOf, shortened, stepsWorth } from "./trial-time.ts";

/** How long the steps of a trial are watched, after those in which code is compiled. */
const TRIAL_MS = 1000;
const WARM_MS = 750;

/** An engine begins no more runs at once. */
const MOST_PLACES = 16;

/** Wall time of runs of models in JavaScript on this machine in milliseconds, from a short trial of each kind. */
export async function codeMs(runs: readonly AnyRun[], engine: Engine): Promise<number> {
  const kinds = groupBy(runs, (run) => `${run.model.name} ${kindOf(run)}`);
  const startMs = new Map<string, number>();
  const runMs = new Map<AnyRun, number>();
  let places = 1;
  for (const alike of kinds.values()) {
    const [first] = alike as [AnyRun];
    const trial = await trialOf(first, Math.min(MOST_PLACES, runs.length), engine);
    const { name } = first.model;
    startMs.set(name, Math.max(startMs.get(name) ?? 0, trial.startMs)); // its processes serve all of its runs
    places = Math.max(places, trial.places);
    for (const run of alike) runMs.set(run, trial.stepMs * stepsWorth(first));
  }
  const starts = [...startMs.values()].reduce((sum, ms) => sum + ms, 0);
  return starts + lastEnd(Array.from(runMs.values()), places);
}

interface Point {
  readonly step: number;
  readonly ms: number;
}

interface Trial {
  /** Runs that train at once. */
  readonly places: number;
  /** Until each of them has trained: its process starts, loads TensorFlow.js and the model, and makes rows. */
  readonly startMs: number;
  /** Of a step of one run while the others train beside it. */
  readonly stepMs: number;
}

/** Begins with `count` runs like this one, and stops when the pace is known of those that train at once. */
async function trialOf(run: AnyRun, count: number, engine: Engine): Promise<Trial> {
  const points = new Map<AnyRun, Point[]>();
  const [stop, noMore] = [new AbortController(), new AbortController()];
  const began = performance.now();
  const hooks = {
    onBegin: (runs: readonly AnyRun[]) => {
      for (const begun of runs) points.set(begun, []);
      queueMicrotask(() => noMore.abort()); // once each place has begun
    },
    onProgress: (begun: AnyRun, step: number) => {
      const ms = performance.now() - began;
      points.get(begun)?.push({ step, ms });
      if (ms - startOf(points) > WARM_MS + TRIAL_MS) stop.abort();
    },
  };
  const copies = shortened(new Array<AnyRun>(count).fill(run), run.training.steps);
  await engine.train(copies, { ...hooks, signal: stop.signal, noMore: noMore.signal, onResult: () => {} });
  const elapsed = performance.now() - began;
  const startMs = startOf(points);
  const paces = [...points.values()].flatMap((seen) => paceOf(seen, startMs + WARM_MS) ?? []);
  if (paces.length === 0) return { places: points.size, startMs: 0, stepMs: elapsed / run.training.steps };
  return { places: points.size, startMs, stepMs: paces.reduce((sum, pace) => sum + pace, 0) / paces.length };
}

/** When the last of the runs has been seen; Infinity before. */
function startOf(points: ReadonlyMap<AnyRun, readonly Point[]>): number {
  return Math.max(...Array.from(points.values(), ([first]) => first?.ms ?? Number.POSITIVE_INFINITY));
}

/** Milliseconds of a step from some time on; undefined if too little was seen. */
function paceOf(points: readonly Point[], from: number): number | undefined {
  const first = points.find(({ ms }) => ms >= from) ?? points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.step === first.step) return undefined;
  return (last.ms - first.ms) / (last.step - first.step);
}
