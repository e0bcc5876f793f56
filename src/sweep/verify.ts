import type { Config } from "../config/config.ts";
import type { Engine } from "../engines/engine.ts";
import { numbersOf } from "../records/journal-line.ts";
import { type RunRecord, recordOf } from "../records/record.ts";
import { planRuns } from "./plan.ts";

/** A finished run and the same one trained again. */
export interface Verified {
  readonly recorded: RunRecord;
  readonly again: RunRecord;
  /** All losses alike, to the last recorded digit. */
  readonly same: boolean;
}

/** Trains the runs of `records` again, as `config` says, on an engine of their kind. */
export async function verifyRuns(
  records: readonly RunRecord[],
  config: Config,
  engine: Engine,
  signal: AbortSignal,
): Promise<Verified[]> {
  const recorded = new Map(records.map((record) => [record.id, record]));
  const runs = planRuns(config).filter(({ id }) => recorded.has(id));
  const verified: Verified[] = [];
  await engine.train(runs, {
    signal,
    onResult: (result) => {
      const before = recorded.get(result.run.id) as RunRecord;
      const again = recordOf(result, engine.name);
      verified.push({ recorded: before, again, same: numbersOf(before) === numbersOf(again) });
    },
  });
  return verified;
}
