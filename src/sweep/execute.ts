import type { Engine, Run } from "../engines/engine.ts";
import { type RunRecord, recordOf } from "../records/record.ts";

/** What is told of a sweep while it runs. */
export interface SweepListener {
  progress(run: Run, step: number): void;
  result(record: RunRecord): void;
}

/** Trains every run; each record goes to `keep`, then to the listener. Returns when done or when `signal` stops it. */
export async function executeRuns(
  runs: readonly Run[],
  engine: Engine,
  keep: (record: RunRecord) => void,
  listener: SweepListener,
  signal: AbortSignal,
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
