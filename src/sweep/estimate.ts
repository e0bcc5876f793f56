import { availableParallelism } from "node:os";
import type { Env } from "../cuda/home.ts";
import { byKind } from "../engines/abilities.ts";
import { bundlesOf } from "../engines/cpu/bundle.ts";
import type { AnyRun, Engine, Run } from "../engines/engine.ts";
import type { Estimate } from "../stats/estimate.ts";
import { codeMs } from "./code-time.ts";
import { diagnosisMs } from "./diagnosis-time.ts";
import { lastEnd } from "./last-end.ts";
import { type Speed, timeNs } from "./speed.ts";
import { speedHere } from "./speed-file.ts";
import { estimateMs } from "./trial-time.ts";
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

/** Estimates the time of `runs` of one sweep: on the cpu engine from their work, else by training a part of them. */
export async function estimateTime(
  runs: readonly AnyRun[],
  engine: Engine,
  options: { readonly env?: Env; readonly note?: (line: string) => void } = {},
): Promise<TimeEstimate> {
  const { specs, codes } = byKind(runs);
  const codesMs = codes.length === 0 ? 0 : await codeMs(codes, engine);
  if (engine.workers === undefined) return rangeOf((await estimateMs(specs, engine)) + codesMs, "trial");
  const own = specs.filter((run) => engine.path(run) === "cpu");
  const others = specs.filter((run) => engine.path(run) !== "cpu");
  const cores = Math.min(engine.workers, availableParallelism());
  const speed = own.length === 0 ? undefined : await speedHere(engine, cores, options);
  const training = speed === undefined ? 0 : START_MS + workMs(own, { workers: engine.workers, cores, speed });
  const ms = training + diagnosisMs(own) / cores;
  if (own.length === runs.length) return { ...rangeOf(ms, "work"), cores };
  return rangeOf(ms + (await estimateMs(others, engine)) + codesMs, "trial");
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
