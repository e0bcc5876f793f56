import { parentPort, workerData } from "node:worker_threads";
import type { Run, RunResult } from "../engine.ts";
import { instantiate } from "./instantiate.ts";
import type { KernelSource } from "./kernels.ts";
import { trainBundle } from "./train-bundle.ts";

/** A bundle to train. */
export interface Task {
  readonly runs: readonly Run[];
  /** Each run's index in `steps`. */
  readonly slots: readonly number[];
  /** Int32, shared: how far each run is. */
  readonly steps: SharedArrayBuffer;
  /** Int32 [1], shared: not 0 to stop. */
  readonly stop: SharedArrayBuffer;
  readonly keepParameters: boolean;
}

/** What a worker answers to a task: nothing if it was stopped. */
export type Answer = readonly RunResult[] | undefined;

const kernels = instantiate(workerData as KernelSource);

parentPort?.on("message", ({ runs, slots, keepParameters, ...shared }: Task) => {
  const steps = new Int32Array(shared.steps);
  const stop = new Int32Array(shared.stop);
  const answer: Answer = trainBundle(kernels, runs, {
    keepParameters,
    isStopped: () => Atomics.load(stop, 0) !== 0,
    onStep: (i, step) => {
      Atomics.store(steps, slots[i] as number, step);
    },
  });
  parentPort?.postMessage(answer);
});
