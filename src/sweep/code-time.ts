// How long models in code take: a process trains one run after the other, several processes at once.
import { availableParallelism } from "node:os";
import type { AnyRun, Engine } from "../engines/engine.ts";
import { groupBy } from "../stats/group-by.ts";
import { lastEnd } from "./last-end.ts";
import { kindOf, shortened, stepsWorth } from "./trial-time.ts";

/** How long the steps of a trial are watched, after those in which code is compiled. */
const TRIAL_MS = 1000;
const WARM_MS = 750;

/** An engine begins no more runs at once, or calls that train several. */
const MOST_PLACES = 16;

interface CodeTime {
  /** Wall time on an idle machine. */
  readonly ms: number;
  /** Runs that train at once. */
  readonly places: number;
}

/** How long runs of models in code take on this machine, from a short trial of each kind. */
export async function codeTime(runs: readonly AnyRun[], engine: Engine): Promise<CodeTime> {
  const kinds = groupBy(runs, (run) => `${run.model.name} ${kindOf(run)}`);
  const startMs = new Map<string, number>();
  const runMs = new Map<AnyRun, number>();
  let places = 1;
  for (const alike of kinds.values()) {
    const [first] = alike as [AnyRun];
    const most = MOST_PLACES * (engine.inOneCall?.(first) ?? 1);
    const trial = await trialOf(first, Math.min(most, runs.length), engine);
    const { name } = first.model;
    startMs.set(name, Math.max(startMs.get(name) ?? 0, trial.startMs)); // its processes serve all of its runs
    places = Math.max(places, trial.places);
    for (const run of alike) runMs.set(run, trial.stepMs * stepsWorth(first));
  }
  const starts = [...startMs.values()].reduce((sum, ms) => sum + ms, 0);
  return { ms: starts + lastEnd(Array.from(runMs.values()), places), places };
}

interface Point {
  readonly step: number;
  /** By the clock of the run: what its process has computed, which other programs do not lengthen, or else wall time. */
  readonly ms: number;
}

interface Trial {
  /** Runs that train at once, none of them slowed down for want of a core. */
  readonly places: number;
  /** Until each of them has trained: its process starts, loads the model and its libraries, and makes rows. */
  readonly startMs: number;
  /** Of a step of one run while the others train beside it. */
  readonly stepMs: number;
}

/** Begins with `count` runs like this one, and stops when the pace is known of those that train at once. */
async function trialOf(run: AnyRun, count: number, engine: Engine): Promise<Trial> {
  const seen = new Map<AnyRun, Point[]>();
  const [stop, noMore] = [new AbortController(), new AbortController()];
  const began = performance.now();
  let cores = Number.POSITIVE_INFINITY; // by wall time, runs that share a core are seen to be slow
  const hooks = {
    onBegin: (runs: readonly AnyRun[]) => {
      for (const begun of runs) seen.set(begun, []);
      queueMicrotask(() => noMore.abort()); // once each place has begun
    },
    onProgress: (begun: AnyRun, step: number, _: number, processorMs?: number | undefined) => {
      if (processorMs !== undefined) cores = availableParallelism();
      seen.get(begun)?.push({ step, ms: processorMs ?? performance.now() - began });
      if (Math.min(...Array.from(seen.values(), spanOf)) > WARM_MS + TRIAL_MS) stop.abort();
    },
  };
  const copies = shortened(new Array<AnyRun>(count).fill(run), run.training.steps);
  await engine.train(copies, { ...hooks, signal: stop.signal, noMore: noMore.signal, onResult: () => {} });
  const elapsed = performance.now() - began;
  const paces = [...seen.values()].flatMap((points) => paceOf(points) ?? []);
  const places = Math.min(seen.size, cores);
  if (paces.length === 0) return { places, startMs: 0, stepMs: elapsed / run.training.steps };
  const startMs = Math.max(...Array.from(seen.values(), ([first]) => first?.ms ?? 0));
  return { places, startMs, stepMs: paces.reduce((sum, pace) => sum + pace, 0) / paces.length };
}

/** How long a run has been watched. */
function spanOf(points: readonly Point[]): number {
  return points.length === 0 ? 0 : (points.at(-1) as Point).ms - (points[0] as Point).ms;
}

/** Milliseconds of a step once its code is compiled; undefined if too little was seen. */
function paceOf(points: readonly Point[]): number | undefined {
  const from = (points[0]?.ms ?? 0) + WARM_MS;
  const first = points.find(({ ms }) => ms >= from) ?? points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.step === first.step) return undefined;
  return (last.ms - first.ms) / (last.step - first.step);
}
