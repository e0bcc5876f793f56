import type { Config } from "../config/config.ts";
import type { Env } from "../cuda/home.ts";
import { arithmeticOf, isExact } from "../engines/arithmetic.ts";
import type { Engine } from "../engines/engine.ts";
import { TENSORFLOW_CPU } from "../engines/tfjs/device.ts";
import { NotInstalled, UsageError } from "../errors.ts";
import { LANGUAGES } from "../models/code.ts";
import { numbersOf, sameNumbers } from "../records/journal-line.ts";
import { type RunRecord, recordOf, tasksOf } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { numberOf } from "../units.ts";
import { checkRuns } from "./check-runs.ts";
import { withEarlyStopping } from "./early-stopping.ts";
import {
  ENGINE_NAMES,
  ENGINE_OF,
  type EngineName,
  type EngineOptions,
  loadEngine,
  processEngine,
  TFJS_BACKENDS,
  withMetrics,
} from "./engines.ts";
import { planWanted } from "./plan.ts";
import { withTables } from "./share.ts";

interface TrainAgainOptions extends Pick<EngineOptions, "kernels" | "python"> {
  /** Train the runs of a card on a CPU. */
  readonly allowCpu: boolean;
  readonly env: Env;
  /** Called with a line for each engine: what it trains. */
  readonly note: (line: string) => void;
  /** When it aborts, the runs that are not trained yet are left out. */
  readonly signal: AbortSignal;
}

/** Trains each run of `records` again, on an engine of the kind that trained it if it is installed, and compares the numbers. */
export async function trainAgain(
  records: readonly RunRecord[],
  config: Config,
  { allowCpu, kernels, python, env, note, signal }: TrainAgainOptions,
): Promise<Verified[]> {
  const verified: Verified[] = [];
  for (const group of groupBy(records, arithmeticOf).values()) {
    if (signal.aborted) break;
    const { engine: name, device } = group[0];
    const options = { env, note, python };
    const language = LANGUAGES.find((one) => ENGINE_OF[one] === name);
    const trains =
      language !== undefined
        ? await processEngine(language, { ...options, device: codeDeviceOf(device) })
        : await familyEngineOf(group[0], { ...options, allowCpu, kernels });
    const engine = config.metrics.length > 0 ? await withMetrics(trains, options) : trains;
    try {
      verified.push(...(await verifyRuns(group, config, engine, { note, signal })));
    } finally {
      await engine.dispose();
    }
  }
  return verified;
}

/**
 * An engine for runs of members of the family, by one of them: theirs, or the cpu engine, which trains all of them too, where
 * theirs is not installed. Runs of a card need `allowCpu` for that.
 */
async function familyEngineOf(
  { engine, device }: RunRecord,
  options: EngineOptions & { readonly allowCpu: boolean },
): Promise<Engine> {
  const name = engineOf(engine);
  const backend = TFJS_BACKENDS.find((one) => one === device) ?? "tensorflow";
  const allowCpu = options.allowCpu || device === TENSORFLOW_CPU;
  try {
    return await loadEngine(name, { ...options, backend, allowCpu });
  } catch (error) {
    if (!(error instanceof NotInstalled) || !(allowCpu || name === "tfjs")) throw error;
    return loadEngine("cpu", options);
  }
}

/** Of `torch 2.15.0 cpu` the CPU, of `torch 2.15.0 NVIDIA H100` a card; Node's models know of none. */
function codeDeviceOf(device: string): "cpu" | "cuda" {
  return / cpu$|^node /.test(device) ? "cpu" : "cuda";
}

function engineOf(name: string): EngineName {
  const known = ENGINE_NAMES.find((one) => one === name);
  if (known === undefined)
    throw new UsageError(`this mmoe has no engine '${name}', which trained these runs; use a newer mmoe`);
  return known;
}

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
async function verifyRuns(
  records: readonly RunRecord[],
  config: Config,
  engine: Engine,
  { note, signal }: Pick<TrainAgainOptions, "note" | "signal">,
): Promise<Verified[]> {
  const recorded = new Map(records.map((record) => [record.id, record]));
  const runs = withTables(planWanted(config, ({ id }) => recorded.has(id)));
  await checkRuns(runs, config, engine);
  note(
    `training ${numberOf(runs.length, "run")} again on ${engine.name} (${devicesText(records, engine)}): ${[...recorded.keys()].join(", ")}`,
  );
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

/** The device of an engine that has tried its models, and those that trained them before if they are others. */
function devicesText(records: readonly RunRecord[], { device }: Engine): string {
  const others = new Set(records.map((record) => record.device).filter((one) => one !== device));
  return `${device}${others.size > 0 ? `; trained on ${[...others].join(", ")}` : ""}`;
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
