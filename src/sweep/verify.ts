import type { Config } from "../config/config.ts";
import type { Engine } from "../engines/engine.ts";
import { numbersOf } from "../records/journal-line.ts";
import { type RunRecord, recordOf } from "../records/record.ts";
import { planRuns } from "./plan.ts";

/** A finished run and the same one trained again. */
export interface Verified {
  readonly recorded: RunRecord;
  readonly again: RunRecord;
  /** All losses alike: to the last recorded digit, but for those of TensorFlow, whose rounding depends on the group. */
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
      verified.push({ recorded: before, again, same: areSame(before, again) });
    },
  });
  return verified;
}

/** Devices on which a run has the same bits whatever is trained beside it. */
const EXACT = ["wasm", "cpu"];
/** How far a loss may be off elsewhere, relatively: rounding grows with the steps. */
const TOLERANCE = 0.01;

function areSame(before: RunRecord, again: RunRecord): boolean {
  if (EXACT.includes(before.device)) return numbersOf(before) === numbersOf(again);
  const [ours, theirs] = [before, again].map(({ curve, trainingSetLoss }) => {
    return [...curve.train, ...curve.heldout, ...(trainingSetLoss ?? [])];
  }) as [number[], number[]];
  return (
    before.status === again.status &&
    ours.length === theirs.length &&
    ours.every((loss, i) => Math.abs((theirs[i] as number) / loss - 1) <= TOLERANCE)
  );
}
