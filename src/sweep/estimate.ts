import { availableParallelism } from "node:os";
import type { Env } from "../cuda/home.ts";
import { byKind } from "../engines/abilities.ts";
import { bundlesOf } from "../engines/cpu/bundle.ts";
import type { AnyRun, Engine, Run } from "../engines/engine.ts";
import type { Estimate } from "../stats/estimate.ts";
import { codeTime } from "./code-time.ts";
import { diagnosisMs } from "./diagnosis-time.ts";
import { lastEnd } from "./last-end.ts";
import { type Speed, timeNs } from "./speed.ts";
import { speedHere } from "./speed-file.ts";
import { estimateMs } from "./trial-time.ts";
import { longestTrainings } from "./tries.ts";
import { workOf } from "./work.ts";

/** How far the time of a sweep on an idle machine may lie from its estimate, as factors (docs/sweeps.md). */
const APART = { work: 1.25, trial: 1.5 } as const;

/** Until the first step: the program, its kernels and its workers start. */
const START_MS = 400;

/** How long a sweep takes on idle cores, in milliseconds. */
export interface TimeEstimate extends Estimate {
  /** What it is made from: the work of the runs, or a short training. */
  readonly from: keyof typeof APART;
  /** Cores that train at once; undefined for an engine that does not say. */
  readonly cores?: number;
}

/**
 * Estimates the time of runs of one sweep: on the cpu engine from their work, else by training a part of them. Of runs with
 * early stopping it is the longest.
 */
export async function estimateTime(
  asked: readonly AnyRun[],
  engine: Engine,
  options: { readonly env?: Env; readonly note?: (line: string) => void } = {},
): Promise<TimeEstimate> {
  const runs = longestTrainings(asked);
  const isOwn = (run: AnyRun): run is Run => engine.workers !== undefined && engine.path(run) === "cpu";
  const others = runs.filter((run) => !isOwn(run));
  if (engine.workers === undefined) return rangeOf((await trialPart(others, engine)).ms, "trial");
  const own = await workPart(runs.filter(isOwn), engine, engine.workers, options);
  if (others.length === 0) return { ...rangeOf(own.ms, "work"), cores: own.threads };
  return rangeOf(sideBySideMs(own, await trialPart(others, engine), availableParallelism()), "trial");
}

/** Runs that train beside others: their time if they have the machine to themselves, and the cores that they use. */
interface Part {
  readonly ms: number;
  readonly threads: number;
}

/** Milliseconds until both have ended that begin together: where cores are too few, each thread gets an equal share. */
export function sideBySideMs(one: Part, other: Part, cores: number): number {
  const slower = Math.max(1, (one.threads + other.threads) / cores);
  return Math.max(one.ms, other.ms) + (slower - 1) * Math.min(one.ms, other.ms);
}

async function workPart(
  runs: readonly Run[],
  engine: Engine,
  workers: number,
  options: Parameters<typeof speedHere>[2],
): Promise<Part> {
  const threads = Math.min(workers, availableParallelism());
  if (runs.length === 0) return { ms: 0, threads };
  const speed = await speedHere(engine, threads, options);
  const ms = START_MS + workMs(runs, { workers, cores: threads, speed }) + diagnosisMs(runs) / threads;
  return { ms, threads };
}

/** Of members of the family, then of models in code: each is measured alone. */
async function trialPart(runs: readonly AnyRun[], engine: Engine): Promise<Part> {
  const { specs, codes } = byKind(runs);
  const specsMs = await estimateMs(specs, engine);
  const code = await codeTime(codes, engine);
  const ms = specsMs + code.ms;
  const traced = runs.some((run) => engine.path(run).endsWith("-traced"));
  const threads = traced || ms === 0 ? availableParallelism() : (specsMs + code.ms * code.places) / ms;
  return { ms, threads };
}

function rangeOf(value: number, from: keyof typeof APART): TimeEstimate {
  return { value, low: value / APART[from], high: value * APART[from], from };
}

interface Cores {
  readonly workers: number;
  readonly cores: number;
  readonly speed: Speed;
}

/** Milliseconds until all bundles have ended, each begun by the core that is free first. */
export function workMs(runs: readonly Run[], { workers, cores, speed }: Cores): number {
  const bundles = bundlesOf(runs, workers).map((bundle) => bundle.map((i) => runs[i] as Run));
  return lastEnd(
    bundles.map((bundle) => timeNs(workOf(bundle), speed) / 1e6),
    cores,
  );
}
