import type { Engine, Run } from "../engines/engine.ts";
import { type RunRecord, recordOf } from "../records/record.ts";

/** What is told of a sweep while it runs. */
export interface SweepListener {
  progress(run: Run, step: number): void;
  result(record: RunRecord): void;
}

interface Execution {
  /** Gets each record before the listener does. */
  keep(record: RunRecord): void;
  readonly listener: SweepListener;
  readonly signal: AbortSignal;
}

/** Trains every run. Returns when done or when `signal` stops it. */
export async function executeRuns(
  runs: readonly Run[],
  engine: Engine,
  { keep, listener, signal }: Execution,
): Promise<void> {
  await engine.train(runs, {
    signal,
    onProgress: (run, step) => listener.progress(run, step),
    onResult: (result) => {
      const record = recordOf(result, engine.name);
      keep(record);
      listener.result(record);
    },
  });
}
