// Trains in a Web Worker: a slice of time, then a look at messages.

import packed from "../src/engines/cpu/kernels/kernels.wasm?packed";
import { RunGroupTraining } from "../src/engines/cpu/run-group.ts";
import { WasmKernels } from "../src/engines/cpu/wasm-kernels.ts";
import type { Curve, GeneratedRun } from "../src/engines/engine.ts";
import { Probe, type Reading } from "./probe.ts";

/** A run group for a worker. */
export interface Job {
  readonly number: number;
  readonly runs: readonly GeneratedRun[];
  /** Whether the page shows the runs: it has readings while they train, and their final parameters. */
  readonly isShown: boolean;
}

export type ToWorker =
  | { readonly kind: "train"; readonly job: Job }
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "stop" };

/** How far a run is. */
export interface Progress {
  readonly step: number;
  readonly curve: Curve;
  readonly failure?: string;
  readonly reading?: Reading;
  readonly parameters?: Float32Array;
}

/** What a worker says: how far the runs of a job are, in their order; at last that they are done. */
export interface FromWorker {
  readonly job: number;
  readonly done: boolean;
  readonly runs: readonly Progress[];
  /** Milliseconds of training since the job began, without readings and pauses. */
  readonly trainingMs: number;
}

/** How long the worker hears no message. */
const SLICE_MS = 20;
/** Shortest time between two readings of a run. */
const READ_EVERY_MS = 100;
/** Readings take at most about this share of the time. */
const READ_SHARE = 0.1;

let kernels: WasmKernels;
/** The page has the kernels by gzip, in base64. */
const ready = unpacked(packed).then((bytes) => {
  kernels = new WasmKernels(new WebAssembly.Module(bytes));
});
let training: Trainer | undefined;
let paused = true;
/** A message to itself: it comes after those that wait, and sooner than any timer. */
const turn = new MessageChannel();
let isTurning = false;

turn.port1.onmessage = () => {
  isTurning = false;
  if (training === undefined || paused) return;
  if (training.advance()) turnSoon();
  else training = undefined;
};

function turnSoon(): void {
  if (isTurning) return;
  isTurning = true;
  turn.port2.postMessage(null);
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => void ready.then(() => follow(data));

function follow(data: ToWorker): void {
  switch (data.kind) {
    case "train":
      training = new Trainer(data.job);
      turnSoon();
      break;
    case "pause":
      paused = data.paused;
      if (paused) training?.tellAll();
      turnSoon();
      break;
    case "stop":
      training = undefined;
  }
}

function unpacked(text: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** One job in training. */
class Trainer {
  readonly #job: Job;
  readonly #training: RunGroupTraining;
  readonly #probes: readonly Probe[];
  /** The run that is read next: one at a time, so that messages do not wait for all. */
  #next = 0;
  #trainingMs = 0;
  #readMs = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(job: Job) {
    this.#job = job;
    this.#training = new RunGroupTraining(kernels, job.runs);
    this.#probes = job.isShown ? job.runs.map((run) => new Probe(run)) : [];
    this.tellAll();
  }

  /** Trains for a slice of time; false if the job is done. */
  advance(): boolean {
    const began = performance.now();
    while (!this.#training.isOver && performance.now() - began < SLICE_MS) this.#training.advance(() => {});
    const now = performance.now();
    this.#trainingMs += now - began;
    if (this.#training.isOver) this.tellAll();
    else if (now - this.#readAt > this.#restMs) this.#tellNext();
    return !this.#training.isOver;
  }

  /** How far all runs are, at once, then with readings. */
  tellAll(): void {
    if (!this.#training.isOver) this.#tell(() => false);
    this.#tell(() => true);
  }

  get #restMs(): number {
    return Math.max(READ_EVERY_MS / this.#job.runs.length, this.#readMs / READ_SHARE);
  }

  #tellNext(): void {
    const began = performance.now();
    this.#tell((i) => i === this.#next);
    this.#next = (this.#next + 1) % this.#job.runs.length;
    this.#readAt = performance.now();
    this.#readMs = this.#readAt - began;
  }

  #tell(isRead: (i: number) => boolean): void {
    const done = this.#training.isOver;
    const runs = this.#training.runs.map((run, i): Progress => {
      const { step, curve, failure } = run;
      const reading = isRead(i) ? this.#probes[i]?.at(run.parameters) : undefined;
      return {
        step,
        curve,
        ...(failure !== undefined && { failure }),
        ...(reading && { reading }),
        ...(done && this.#job.isShown && { parameters: run.parameters }),
      };
    });
    const message: FromWorker = { job: this.#job.number, done, runs, trainingMs: this.#trainingMs };
    self.postMessage(message);
  }
}
