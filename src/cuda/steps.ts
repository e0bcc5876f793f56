import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeWholeSync } from "../write-whole.ts";
import type { Locked } from "./package-locks.ts";

/** One step of a set-up. */
export interface Step {
  /** Name of the step's marker, which people see too. */
  readonly name: string;
  /** What was asked for, e.g. a version: a step that was done for something else is done again. */
  readonly wanted: string;
  /** The packages that it downloads. */
  readonly locked?: Locked;
  /** Approximate size of the download, and of the disk space that the step needs. */
  readonly downloadBytes?: number;
  readonly diskBytes?: number;
  /** Whether its result is there. */
  isDone(): boolean;
  /** Makes the result, from any state that an interrupted run may have left. */
  run(context: StepContext): Promise<void>;
}

export interface StepContext {
  /** Called with each line that the step's commands print. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
  /** The home's lock, which the step's commands inherit. */
  readonly lock?: number;
}

interface Listener {
  onStart(step: Step): void;
  onDone(step: Step, elapsedMs: number): void;
}

/** The steps to run: the first that `markers` does not list as done, and all after it, which depend on it. */
export function pendingSteps(steps: readonly Step[], markers: string): Step[] {
  const done = readMarkers(markers) ?? {};
  const first = steps.findIndex((step) => done[step.name] !== step.wanted || !step.isDone());
  return first < 0 ? [] : steps.slice(first);
}

/** Runs the pending steps in order; each is marked when it has ended, so that a set-up cut short goes on there. */
export async function runSteps(
  steps: readonly Step[],
  markers: string,
  context: StepContext,
  { onStart, onDone }: Listener,
): Promise<void> {
  const pending = pendingSteps(steps, markers);
  const ready = steps.slice(0, steps.length - pending.length);
  for (const step of pending) {
    onStart(step);
    const began = performance.now();
    writeMarkers(markers, ready);
    await step.run(context);
    context.signal.throwIfAborted();
    ready.push(step);
    writeMarkers(markers, ready);
    onDone(step, performance.now() - began);
  }
}

/** What was done, by the step's name; undefined if nothing has begun. */
export function readMarkers(path: string): Record<string, string> | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function writeMarkers(path: string, done: readonly Step[]): void {
  const markers = Object.fromEntries(done.map(({ name, wanted }) => [name, wanted]));
  mkdirSync(dirname(path), { recursive: true });
  writeWholeSync(path, `${JSON.stringify(markers, null, 2)}\n`);
}
