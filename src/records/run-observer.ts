import type { AnyRun, RunState } from "../engines/engine.ts";
import type { RunRecord } from "./record.ts";

/** Follows the runs of a sweep while they train: one concern of what happens to them. An error that it throws ends the sweep. */
export interface RunObserver {
  /** These runs begin together. They begin again if a thread died or memory was short. */
  begin?(runs: readonly AnyRun[]): void;
  /** A run has been trained for `step` steps; `loss` is the latest point of its training curve, NaN before the first. */
  progress?(run: AnyRun, step: number, loss: number): void;
  /** The number of steps of a run is being chosen: it has been tried for `tried` steps; `chosen` is the number, once known. */
  choosing?(run: AnyRun, tried: number, chosen?: number): void;
  /** A run in flight can resume from `state`. */
  keep?(run: AnyRun, state: RunState): void;
  /** A run has ended. */
  result?(record: RunRecord): void;
}
