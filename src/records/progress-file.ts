import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { AnyRun } from "../engines/engine.ts";
import { isSystemError } from "../errors.ts";
import { readText } from "../regular-file.ts";
import { writeWholeSync } from "../write-whole.ts";
import { number, string, whole } from "./fields.ts";
import type { RunRecord } from "./record.ts";
import type { RunObserver } from "./run-observer.ts";

/** Raised when the meaning of the file changes. */
export const PROGRESS_VERSION = 1;

/** What a process that trains says of itself every few seconds: `journal/*.progress.json`. */
export const PROGRESS_SCHEMA = z.object({
  schema: z.literal(PROGRESS_VERSION).meta({ description: "version of the file's meaning" }),
  heard: z.iso.datetime().meta({ description: "when it was written, by the process's start and a steady clock" }),
  elapsedMs: number("time since the process began to train", "ms"),
  steps: whole("training steps of all its runs, without those of earlier processes", "steps"),
  inFlight: z
    .array(
      z.object({
        id: string("a run that trains now"),
        step: whole("training steps done", "steps"),
        steps: whole("training steps that were asked for", "steps"),
      }),
    )
    .meta({ description: "the runs that train now" }),
});

/** How far a process is. */
export type ProcessProgress = z.output<typeof PROGRESS_SCHEMA>;

/** Ending of the file beside a journal that says how far its process is. */
export const PROGRESS = ".progress.json";

const EVERY_MS = 5000;
/** Most bytes of such a file: a run in flight has some 100. */
const LARGEST = 10_000_000;

/** The file of one process, which is there while it trains. Trouble with it never ends a sweep. */
export class ProgressFile implements RunObserver {
  readonly #path: string;
  readonly #start: string;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Steps done of the runs in flight, and those that earlier processes did of them. */
  readonly #inFlight = new Map<string, { step: number; readonly steps: number; readonly before: number }>();
  readonly #kept: ReadonlyMap<string, number>;
  /** Steps of the runs that ended. */
  #steps = 0;

  /** Beside the journal `name`, without its ending. `start` is an ISO time, now; `kept` are steps of earlier processes. */
  constructor(name: string, start: string, kept: ReadonlyMap<string, number>) {
    this.#path = name + PROGRESS;
    this.#start = start;
    this.#kept = kept;
    this.#write();
    this.#timer = setInterval(() => this.#write(), EVERY_MS).unref();
  }

  progress({ id, training }: AnyRun, step: number): void {
    const run = this.#inFlight.get(id) ?? { step, steps: training.steps, before: this.#kept.get(id) ?? 0 };
    run.step = step;
    this.#inFlight.set(id, run);
  }

  result({ id, steps }: Pick<RunRecord, "id" | "steps">): void {
    this.#steps += Math.max(0, steps - (this.#inFlight.get(id)?.before ?? this.#kept.get(id) ?? 0));
    this.#inFlight.delete(id);
  }

  /** Removes the file. */
  close(): void {
    clearInterval(this.#timer);
    quietly(() => rmSync(this.#path, { force: true }));
  }

  #write(): void {
    const elapsedMs = performance.now() - this.#began;
    const inFlight = Array.from(this.#inFlight, ([id, { step, steps }]) => ({ id, step, steps }));
    const own = [...this.#inFlight.values()].reduce((sum, { step, before }) => sum + step - before, 0);
    const heard = new Date(Date.parse(this.#start) + elapsedMs).toISOString(); // a wall clock may jump
    const progress: ProcessProgress = {
      ...{ schema: PROGRESS_VERSION, heard, elapsedMs: Math.round(elapsedMs) },
      ...{ steps: this.#steps + own, inFlight },
    };
    quietly(() => writeWholeSync(this.#path, `${JSON.stringify(progress)}\n`));
  }
}

/** How far the process of the journal `name` in `folder` said that it was; undefined if it says nothing. */
export function progressIn(folder: string, name: string): ProcessProgress | undefined {
  try {
    return PROGRESS_SCHEMA.parse(JSON.parse(readText(join(folder, name + PROGRESS), { most: LARGEST })));
  } catch {
    return undefined;
  }
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
