// How long a sweep takes: its first runs train for about a second, and the rest is as many times as long.
import { availableParallelism } from "node:os";
import { DiagnosticRecorder } from "../engines/diagnosing.ts";
import type { AnyRun, Engine, Run } from "../engines/engine.ts";
import { diagnosedSteps } from "../engines/evaluations.ts";
import { initialParameters } from "../engines/initial-parameters.ts";
import { isCode } from "../models/code.ts";
import type { ModelSpec } from "../models/spec.ts";
import type { Estimate } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { trainingsOf } from "./early-stopping.ts";
import { evaluatedRows } from "./work.ts";

/** How far the time of a sweep on an idle machine may lie from its estimate, as a factor (docs/sweeps.md). */
const APART = 1.5;
/** Until the first step: the program, its kernels and its workers start. */
const START_MS = 400;
/** How long a kind of runs is tried: less in a grid with more kinds than `LONG_TRIALS`, but not below the last of these. */
const [TRIAL_MS, LONG_TRIALS, LEAST_TRIAL_MS] = [500, 4, 50];
const MOST_STEPS = 2 ** 16;
/** A longer start needs no longer trial. */
const LONG_START_MS = 2000;
/** Processes of models in code are watched so long, after the time in which their code is compiled. */
const [WATCHED_MS, WARM_MS] = [1000, 500];
/** An engine begins no more runs in code at once, or calls that train several. */
const MOST_PLACES = 16;

/** How long a sweep takes on idle cores, in milliseconds. */
export interface TimeEstimate extends Estimate {
  /** Until the first step. */
  readonly startMs: number;
  /** Cores that train at once; undefined unless all runs train on the workers of the cpu engine. */
  readonly cores?: number;
}

/** Runs that train beside others: their time if they have the machine to themselves, and the cores that they use. */
export interface Part {
  readonly ms: number;
  /** Of these, what passes until the first step. */
  readonly startMs: number;
  readonly threads: number;
}

/**
 * Estimates the time of runs of one sweep by training its first ones, each kind for about `longestMs`. Of runs with early
 * stopping it is the longest.
 */
export async function estimateTime(
  asked: readonly AnyRun[],
  engine: Engine,
  longestMs = TRIAL_MS,
): Promise<TimeEstimate> {
  const runs = asked.flatMap((run) => trainingsOf(run, run.training.steps, engine));
  const kinds = groupBy(runs, (run) => kindOf(run, engine));
  const trialMs = Math.max(LEAST_TRIAL_MS, longestMs / Math.ceil(kinds.size / LONG_TRIALS));
  const parts = new Map<string, Part>(); // engines train side by side, the runs of one of them one after the other
  for (const alike of kinds.values()) {
    const [first] = alike as [AnyRun];
    const [name, part] = isCode(first.model)
      ? ["code", await codePart(alike, engine)]
      : [engine.path(first), await partOf(alike, engine, trialMs)];
    const { ms, startMs } = parts.get(name) ?? { ms: START_MS, startMs: START_MS };
    parts.set(name, { ...part, ms: part.ms + ms, startMs: part.startMs + startMs });
  }
  const all = [...parts.values()];
  const none: Part = { ms: START_MS, startMs: START_MS, threads: 0 };
  const { ms: value, startMs } = all.length === 0 ? none : all.reduce((a, b) => sideBySide(a, b));
  const cores = all.length === 1 && engine.workers !== undefined ? parts.get("cpu")?.threads : undefined;
  return { value, startMs, low: value / APART, high: value * APART, ...(cores && { cores }) };
}

/** What the time of a step depends on: its settings (but not how many rows there are) and, of a model in code, the model. Others train all models at once. */
function kindOf(run: AnyRun, engine: Engine): string {
  const { trainRows, sampling, batch, optimizer, method } = run.training;
  const name = isCode(run.model) ? run.model.name : engine.path(run);
  return JSON.stringify([name, trainRows === "fresh", sampling, batch, optimizer, method]);
}

/** Both parts at once: where cores are too few, each thread gets an equal share. */
export function sideBySide(one: Part, other: Part, cores = availableParallelism()): Part {
  const threads = one.threads + other.threads;
  const slower = Math.max(1, threads / cores);
  const ms = Math.max(one.ms, other.ms) + (slower - 1) * Math.min(one.ms, other.ms);
  return { ms, startMs: Math.max(one.startMs, other.startMs), threads };
}

/** What a run takes, its evaluations too, in steps: a forward pass costs about a third of a step on as many rows. */
function stepsWorth({ training }: AnyRun): number {
  const { steps, batch, trainRows } = training;
  const evaluated = evaluatedRows(training) + (trainRows === "fresh" ? 0 : trainRows);
  return steps + evaluated / (3 * batch);
}

const sumOf = <T>(values: readonly T[], of: (value: T) => number) => values.reduce((sum, value) => sum + of(value), 0);

/** Runs of built-in models, whose engine trains in this process. */
async function partOf(runs: readonly AnyRun[], engine: Engine, trialMs: number): Promise<Part> {
  const [path, cores] = [engine.path(runs[0]), availableParallelism()];
  const threads = Math.min(path === "cpu" ? (engine.workers ?? 1) : 1, runs.length, cores);
  const isShared = path === "tfjs"; // its threads compute together, and wait for each other
  const trial = await firstBegun(runs, engine);
  const { startMs, stepMs } = await paceOf(trial, engine, trialMs, isShared ? () => performance.now() : processorMs);
  const busy = (startMs * runs.length + stepMs * sumOf(runs, stepsWorth)) / trial.length;
  const diagnosed = path === "cpu" ? diagnosisMs(runs as readonly Run[]) : 0;
  return isShared
    ? { ms: busy, startMs: 0, threads: cores }
    : { ms: (busy + diagnosed) / threads, startMs: 0, threads };
}

/** Of all threads of this process: other programs do not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The runs that an engine begins with, shortened, until it has begun some of each model. */
async function firstBegun(runs: readonly AnyRun[], engine: Engine): Promise<AnyRun[]> {
  const begun: AnyRun[] = [];
  const models = new Set(runs.map(({ model }) => model.name));
  const noMore = new AbortController();
  const onBegin = (some: readonly AnyRun[]) => {
    begun.push(...some);
    for (const { model } of some) models.delete(model.name);
    if (models.size === 0) queueMicrotask(() => noMore.abort()); // once every worker has begun
  };
  await engine.train(shortened(runs, 1), { onBegin, noMore: noMore.signal, onResult: () => {} });
  return begun;
}

/**
 * Milliseconds that all `runs` together take for a step, as the difference of two lengths of training, and for a training of
 * one step. The difference is at least half of `trialMs` and of the shorter training, but no more than a second is needed: a large
 * table takes seconds before its first step, each time.
 */
export async function paceOf(
  runs: readonly AnyRun[],
  engine: Engine,
  trialMs = TRIAL_MS,
  clock = () => performance.now(),
): Promise<{ readonly startMs: number; readonly stepMs: number }> {
  const msOf = async (steps: number) => {
    const short = shortened(runs, steps);
    const start = clock();
    await engine.train(short, { onResult: () => {} });
    return clock() - start;
  };
  const startMs = await msOf(1);
  let longer = startMs > trialMs / 4 ? MOST_LONGER : 2; // each length pays for the start again
  let [steps, before] = [1, startMs];
  for (;;) {
    const elapsed = await msOf(steps * longer);
    const [moreMs, moreSteps] = [elapsed - before, steps * (longer - 1)]; // moreMs is below 0 if the machine was busier before
    const enoughMs = Math.max(trialMs, Math.min(before, LONG_START_MS)) / 2;
    if (moreMs > enoughMs) return { startMs, stepMs: moreMs / moreSteps };
    steps *= longer;
    if (steps >= MOST_STEPS) return { startMs: 0, stepMs: elapsed / steps };
    const stepsLeft = (1.5 * enoughMs * moreSteps) / Math.max(moreMs, 1); // to be enough though times vary
    longer = Math.min(MOST_LONGER, Math.max(2, Math.ceil(1 + stepsLeft / steps)));
    before = elapsed;
  }
}

/** How many times as long as one trial the next one may be. */
const MOST_LONGER = 8;

/** The runs shortened to `steps` steps, with next to no evaluation. */
function shortened(runs: readonly AnyRun[], steps: number): AnyRun[] {
  const short = new Map<AnyRun["training"], AnyRun["training"]>(); // engines compare settings by identity first
  return runs.map(({ diagnostics: _, ...run }) => {
    const { validationRows: __, ...others } = run.training;
    const { trainRows, batch } = others;
    const few = trainRows === "fresh" ? trainRows : Math.min(trainRows, batch);
    const training = short.get(run.training) ?? {
      ...others,
      steps,
      evalEvery: steps,
      heldoutRows: 1,
      trainRows: few,
    };
    short.set(run.training, training);
    return { ...run, training };
  });
}

/** What diagnosing takes one core, in milliseconds: a run of each model is diagnosed, a second time once its code is compiled. */
export function diagnosisMs(runs: readonly Run[]): number {
  const ofModel = new Map<ModelSpec, number>();
  for (const run of runs) {
    if (run.diagnostics === undefined || ofModel.has(run.model)) continue;
    const [recorder, parameters] = [new DiagnosticRecorder(run), initialParameters(run)];
    recorder.add(0, () => parameters);
    const before = processorMs();
    recorder.add(1, () => parameters);
    ofModel.set(run.model, processorMs() - before);
  }
  return sumOf(runs, (run) => (ofModel.get(run.model) ?? 0) * diagnosedSteps(run.training).length);
}

/** Runs of a model in code: processes train one run after the other, several at once. Watches those that begin. */
async function codePart(runs: readonly AnyRun[], engine: Engine): Promise<Part> {
  const [first] = runs as [AnyRun];
  const seen = new Map<AnyRun, { readonly step: number; readonly ms: number }[]>();
  const [stop, noMore] = [new AbortController(), new AbortController()];
  const [began, cores] = [performance.now(), availableParallelism()];
  const count = Math.min(runs.length, MOST_PLACES * (engine.inOneCall?.(first) ?? 1));
  await engine.train(shortened(new Array<AnyRun>(count).fill(first), Math.max(first.training.steps, MOST_STEPS)), {
    onBegin: (some) => {
      for (const run of some) seen.set(run, []);
      queueMicrotask(() => noMore.abort()); // once each place has begun
    },
    onProgress: (run, step, _, processMs = performance.now() - began) => {
      seen.get(run)?.push({ step, ms: processMs });
      const spans = Array.from(seen.values(), (points) => (points.at(-1)?.ms ?? 0) - (points[0]?.ms ?? 0));
      if (Math.min(...spans) > WARM_MS + WATCHED_MS) stop.abort();
    },
    signal: stop.signal,
    noMore: noMore.signal,
    onResult: () => {},
  });
  const paces = [...seen.values()].flatMap((points) => {
    const from = points.find(({ ms }) => ms >= (points[0]?.ms ?? 0) + WARM_MS) ?? points[0];
    const to = points.at(-1);
    return from && to && to.step > from.step ? [(to.ms - from.ms) / (to.step - from.step)] : [];
  });
  const places = Math.max(1, Math.min(seen.size, cores));
  if (paces.length === 0) paces.push((performance.now() - began) / first.training.steps); // they ended too soon
  const stepMs = sumOf(paces, (pace) => pace) / paces.length;
  const startMs = Math.max(0, ...Array.from(seen.values(), ([point]) => point?.ms ?? 0));
  const trainedMs = stepMs * Math.max(sumOf(runs, stepsWorth) / places, stepsWorth(first));
  return { ms: startMs + trainedMs, startMs, threads: places };
}
