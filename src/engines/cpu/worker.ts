import { MessageChannel, type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { ownMetricsAt } from "../diagnosing.ts";
import type { OwnValues, Predictions, Run, RunResult, RunState } from "../engine.ts";
import { instantiate } from "./instantiate.ts";
import type { KernelSource } from "./kernels.ts";
import { type RunGroupKeeping, trainRunGroup } from "./run-group.ts";
import type { Measure } from "./training-run.ts";

/** A run group to train. */
export interface Task {
  readonly runs: readonly Run[];
  /** Where the runs go on from, all at one step; without it they begin. */
  states?: readonly RunState[];
  /** Milliseconds between two states of the runs; undefined if they are not kept. */
  readonly keepEveryMs: number | undefined;
  /** Int32 [1], shared: how many states the worker has said that nobody has taken care of. */
  readonly waiting: SharedArrayBuffer;
  /** Each run's index in `steps` and `losses`. */
  readonly indices: readonly number[];
  /** Int32, shared: how far each run is. */
  readonly steps: SharedArrayBuffer;
  /** Float64, shared: the latest loss of each, which is written before its step. */
  readonly losses: SharedArrayBuffer;
  /** Int32 [1], shared: not 0 to stop. */
  readonly stop: SharedArrayBuffer;
  /** How many threads share the work of a run. */
  readonly threads: number;
  readonly keepParameters: boolean;
  readonly keepPredictions: boolean;
}

/** What a worker answers to a task: nothing if it was stopped. */
export type Answer = readonly RunResult[] | undefined;

/** What a worker says: the states of its task's runs, and what it asks, any number of times, then its answer. */
export type Message =
  | { readonly states: readonly RunState[] }
  | { readonly asked: Asked }
  | { readonly answer: Answer };

/** The arguments of `Hooks.measure`, whose worker waits until there is a reply, and then for `ready` to be 1. */
export interface Asked {
  /** Its id. */
  readonly run: string;
  readonly step: number;
  readonly heldout: Predictions;
  /** Takes OwnValues. */
  readonly reply: MessagePort;
  /** Int32 [1], shared. */
  readonly ready: SharedArrayBuffer;
}

const kernels = instantiate(workerData as KernelSource);
const say = (message: Message, ports: readonly MessagePort[] = []) => parentPort?.postMessage(message, ports);

/** Asks the main thread, and blocks this one until it replies. */
const measure: Measure = (run, step, heldout) => {
  if (ownMetricsAt(run, step).length === 0) return {};
  const { port1, port2: reply } = new MessageChannel();
  const ready = new SharedArrayBuffer(4);
  say({ asked: { run: run.id, step, heldout, reply, ready } }, [reply]);
  Atomics.wait(new Int32Array(ready), 0, 0);
  const values: OwnValues = receiveMessageOnPort(port1)?.message;
  port1.close();
  return values;
};

parentPort?.on(
  "message",
  ({ runs, states, keepEveryMs, indices, threads, keepParameters, keepPredictions, ...shared }: Task) => {
    const steps = new Int32Array(shared.steps);
    const losses = new Float64Array(shared.losses);
    const stop = new Int32Array(shared.stop);
    const waiting = new Int32Array(shared.waiting).fill(0); // a worker may have died of the task
    const keepingEvery = (everyMs: number): RunGroupKeeping => ({
      everyMs,
      isReady: () => Atomics.load(waiting, 0) === 0,
      onStates: (states) => {
        Atomics.add(waiting, 0, 1);
        say({ states });
      },
    });
    const watch = {
      keepParameters,
      keepPredictions,
      isStopped: () => Atomics.load(stop, 0) !== 0,
      onStep: (i: number, step: number, loss: number) => {
        losses[indices[i]] = loss;
        Atomics.store(steps, indices[i], step);
      },
      ...(states && { states }),
      ...(keepEveryMs !== undefined && { keeping: keepingEvery(keepEveryMs) }),
    };
    const answer = trainRunGroup(kernels, runs, watch, { threads, measure });
    say({ answer });
  },
);
