import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { AnyRun, RunState } from "../engines/engine.ts";
import { readText, writeWholeSync } from "../files.ts";
import { mean } from "../stats/moments.ts";
import { quietly } from "../system-errors.ts";
import { LOSS_UNIT, number, numbers, string, whole } from "./fields.ts";
import type { RunRecord } from "./record.ts";
import type { RunObserver } from "./run-observer.ts";

/** Raised when the meaning of the file changes. */
export const PROGRESS_VERSION = 1;

/** What a process that trains says of itself every few seconds: `journal/*.progress.json`. */
export const PROGRESS_SCHEMA = z.object({
  schema: z.literal(PROGRESS_VERSION).meta({ description: "version of the file's meaning" }),
  heard: z.iso
    .datetime()
    .meta({ description: "when the file was written: the start of the process plus time on a monotonic clock" }),
  elapsedMs: number("time since the process began to train", "ms"),
  steps: whole("training steps of all its runs, without those of earlier processes", "steps"),
  inFlight: z
    .array(
      z.object({
        id: string("a run that trains now"),
        step: whole("training steps done", "steps"),
        steps: whole("requested training steps", "steps"),
        curve: z
          .object({
            steps: numbers("training steps", "steps"),
            train: numbers("training loss there, mean over tasks", LOSS_UNIT),
          })
          .optional()
          .meta({ description: "its curve so far; for at most 40 runs, and absent before its first point" }),
      }),
    )
    .meta({ description: "the runs that train now" }),
});

export type ProcessProgress = z.output<typeof PROGRESS_SCHEMA>;

/** Ending of the file beside a journal that says how far its process is. */
export const PROGRESS = ".progress.json";

type InFlight = ProcessProgress["inFlight"][number];

const EVERY_MS = 5000;
/** Runs in flight whose curves are written: a group on a card may have hundreds. */
const MOST_CURVES = 40;
/** Most points of such a curve. */
const MOST_POINTS = 200;
/** Most bytes of such a file: a run in flight has some 100. */
const LARGEST = 10_000_000;

/** The file of one process, which is there while it trains. Trouble with it never ends a sweep. */
export class ProgressFile implements RunObserver {
  readonly #path: string;
  readonly #start: string;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Steps done of the runs in flight, and those that earlier processes did of them. */
  readonly #inFlight = new Map<string, InFlightRun>();
  readonly #kept: ReadonlyMap<string, Pick<RunState, "step" | "curve">>;
  /** Steps of the runs that ended. */
  #steps = 0;

  /** Beside the journal `name`, without its ending. `start` is an ISO time, now; `kept` is what earlier processes did of runs. */
  constructor(name: string, start: string, kept: ReadonlyMap<string, Pick<RunState, "step" | "curve">>) {
    this.#path = name + PROGRESS;
    this.#start = start;
    this.#kept = kept;
    this.#write();
    this.#timer = setInterval(() => this.#write(), EVERY_MS).unref();
  }

  progress({ id, training }: AnyRun, step: number, loss: number): void {
    const kept = this.#kept.get(id);
    const run: InFlightRun = this.#inFlight.get(id) ?? {
      step,
      steps: training.steps,
      before: kept?.step ?? 0,
      curve: { steps: [...(kept?.curve.steps ?? [])], train: (kept?.curve.train ?? []).map(mean) },
    };
    run.step = step;
    if (!Number.isNaN(loss) && loss !== run.curve.train.at(-1)) {
      run.curve.steps.push(step);
      run.curve.train.push(loss);
    }
    this.#inFlight.set(id, run);
  }

  result({ id, steps }: Pick<RunRecord, "id" | "steps">): void {
    this.#steps += Math.max(0, steps - (this.#inFlight.get(id)?.before ?? this.#kept.get(id)?.step ?? 0));
    this.#inFlight.delete(id);
  }

  /** Removes the file. */
  close(): void {
    clearInterval(this.#timer);
    quietly(() => rmSync(this.#path, { force: true }));
  }

  #write(): void {
    const elapsedMs = performance.now() - this.#began;
    const inFlight = Array.from(this.#inFlight, ([id, { step, steps, curve }], i): InFlight => {
      const isShown = i < MOST_CURVES && curve.steps.length > 0;
      return { id, step, steps, ...(isShown && { curve: thinned(curve) }) };
    });
    const own = [...this.#inFlight.values()].reduce((sum, { step, before }) => sum + step - before, 0);
    const heard = new Date(Date.parse(this.#start) + elapsedMs).toISOString(); // a wall clock may jump
    const progress: ProcessProgress = {
      schema: PROGRESS_VERSION,
      heard,
      elapsedMs: Math.round(elapsedMs),
      steps: this.#steps + own,
      inFlight,
    };
    quietly(() => writeWholeSync(this.#path, `${JSON.stringify(progress)}\n`));
  }
}

interface InFlightRun {
  step: number;
  readonly steps: number;
  /** Steps that earlier processes did. */
  readonly before: number;
  readonly curve: FlightCurve;
}

/** Loss is the mean over tasks. */
type FlightCurve = NonNullable<InFlight["curve"]>;

/** With few enough points, its last among them, and losses of 5 digits. */
function thinned({ steps, train }: FlightCurve): FlightCurve {
  const gap = Math.ceil(steps.length / MOST_POINTS);
  const stays = (_: number, i: number) => (steps.length - 1 - i) % gap === 0;
  return { steps: steps.filter(stays), train: train.filter(stays).map((loss) => Number(loss.toPrecision(5))) };
}

/** How far the process of the journal `name` in `folder` said that it was; undefined if it says nothing. */
export function progressIn(folder: string, name: string): ProcessProgress | undefined {
  try {
    return PROGRESS_SCHEMA.parse(JSON.parse(readText(join(folder, name + PROGRESS), { most: LARGEST })));
  } catch {
    return undefined;
  }
}
