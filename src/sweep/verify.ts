import type { Config } from "../config/config.ts";
import { arithmeticOf, isExact } from "../engines/arithmetic.ts";
import type { Engine } from "../engines/engine.ts";
import { numbersOf, sameNumbers } from "../records/journal-line.ts";
import { type RunRecord, recordOf, tasksOf } from "../records/record.ts";
import { checkRuns } from "./check-runs.ts";
import { withEarlyStopping } from "./early-stopping.ts";
import { planWanted } from "./plan.ts";
import { withTables } from "./share.ts";

/** A finished run, and the same run trained again. */
export interface Verified {
  readonly recorded: RunRecord;
  readonly again: RunRecord;
  /** All numbers are the same to the last recorded digit; on TensorFlow, the rows are, and early losses about. */
  readonly same: boolean;
  /** The last step whose losses are compared; undefined if all are. */
  readonly comparedTo: number | undefined;
}

/** Trains the runs of `records` again, as `config` says, on an engine of their kind. */
export async function verifyRuns(
  records: readonly RunRecord[],
  config: Config,
  engine: Engine,
  signal: AbortSignal,
): Promise<Verified[]> {
  const recorded = new Map(records.map((record) => [record.id, record]));
  const runs = withTables(planWanted(config, ({ id }) => recorded.has(id)));
  await checkRuns(runs, config, engine);
  const verified: Verified[] = [];
  await withEarlyStopping(engine).train(runs, {
    signal,
    onResult: (result) => {
      const before = recorded.get(result.run.id) as RunRecord;
      const again = recordOf(result, engine.name);
      verified.push({ recorded: before, again, ...comparisonOf(before, again) });
    },
  });
  return verified;
}

/**
 * Where numbers are not exact, rounding depends on the runs beside it, and training amplifies it: in a hundred steps to at most
 * 0.3 %, in a thousand, at the paper preset's learning rate, to another network (npm run bench -- agreement).
 */
const EARLY = { steps: 100, tolerance: 0.01 };
/** For the first losses, if none are early: a quarter to four times. */
const LATE_TOLERANCE = 3;

function comparisonOf(before: RunRecord, again: RunRecord): Pick<Verified, "same" | "comparedTo"> {
  const areEqual = sameNumbers(numbersOf(before), numbersOf(again));
  const areExact = isExact(before) && arithmeticOf(before) === arithmeticOf(again);
  if (areEqual || areExact) return { same: areEqual, comparedTo: undefined };
  const { steps } = before.curve;
  const early = steps.filter((step) => step <= EARLY.steps).length;
  const tolerance = early > 0 ? EARLY.tolerance : LATE_TOLERANCE;
  const compared = Math.max(1, early);
  const [ours, theirs] = [before, again].map(({ curve: { train, heldout } }) =>
    [train, heldout].flatMap((losses) => [...losses.subarray(0, tasksOf(before) * compared)]),
  ) as [number[], number[]];
  const same =
    before.status === again.status &&
    before.labelCorrelations.join() === again.labelCorrelations.join() &&
    again.curve.steps.length === steps.length &&
    ours.every((loss, i) => isWithin(tolerance, loss, theirs[i]));
  return { same, comparedTo: steps[compared - 1] };
}

/** Whether the larger one is at most 1 + `tolerance` times the other. */
function isWithin(tolerance: number, a: number, b: number): boolean {
  return Math.max(a, b) <= (1 + tolerance) * Math.min(a, b);
}
