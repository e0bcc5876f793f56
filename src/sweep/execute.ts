import type { Engine, Run } from "../engines/engine.ts";
import { type RunRecord, recordOf } from "../records/record.ts";
import type { TimeLimit } from "./time-limit.ts";

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
  readonly limit: TimeLimit | undefined;
}

/** Trains every run. Returns when done, when `signal` stops it, or when no further run would end within the limit. */
export async function executeRuns(
  runs: readonly Run[],
  engine: Engine,
  { keep, listener, signal, limit }: Execution,
): Promise<void> {
  await engine.train(runs, {
    signal,
    ...(limit && { noMore: limit.noMore, onBegin: (begun) => limit.begin(begun) }),
    onProgress: (run, step) => {
      limit?.progress(run, step);
      listener.progress(run, step);
    },
    onResult: (result) => {
      const record = recordOf(result, engine.name);
      keep(record);
      limit?.result(record);
      listener.result(record);
    },
  });
}
