import type { Curve, GeneratedRun } from "../engines/engine.ts";
import type { Reading } from "./probe.ts";

/** A run group for a worker. */
export interface Job {
  readonly number: number;
  readonly runs: readonly GeneratedRun[];
  /** Whether readings are wanted while it trains. */
  readonly watched: boolean;
  /** Whether the final parameters are wanted. */
  readonly keepParameters?: boolean;
}

export type ToWorker =
  | { readonly kind: "kernels"; readonly module: WebAssembly.Module }
  | { readonly kind: "train"; readonly job: Job; readonly paused: boolean }
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
