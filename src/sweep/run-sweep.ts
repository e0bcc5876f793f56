import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import { arithmeticOf } from "../engines/arithmetic.ts";
import type { AnyRun, Engine } from "../engines/engine.ts";
import { MachineError } from "../machine-error.ts";
import { Checkpoints, type Kept, keptOf } from "../records/checkpoints.ts";
import { JOURNALS } from "../records/find-results.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { ProgressFile } from "../records/progress-file.ts";
import { provenanceOf } from "../records/provenance.ts";
import { type RunRecord, recordOf } from "../records/record.ts";
import { ResultsFolder } from "../records/results-folder.ts";
import { otherTrainers } from "../records/writers.ts";
import { checkRuns } from "./check-runs.ts";
import { type EngineName, type EngineOptions, loadEngine } from "./engines.ts";
import { type ShareRequest, type SweepShare, shareOf, trainedWith, withTables } from "./share.ts";
import { TimeLimit } from "./time-limit.ts";

/** A sweep to train, by which engine, and for how long. */
export interface SweepRequest extends ShareRequest {
  /** By default `auto`. */
  readonly engine?: EngineName | undefined;
  readonly engineOptions?: EngineOptions | undefined;
  /** Also write every run's curve, in `curves-long.csv`. */
  readonly long?: boolean | undefined;
  /**
   * Milliseconds after which to stop. An engine that does not keep runs in flight begins none that would end later.
   */
  readonly limitMs?: number | undefined;
  /** Milliseconds between two checkpoints of a run in flight: 2 minutes by default. */
  readonly checkpointMs?: number | undefined;
  /** The command line, for the provenance. */
  readonly argv?: readonly string[] | undefined;
}

/** Callbacks of a sweep while it runs. */
export interface SweepListener {
  /** Training begins. */
  start?(start: SweepStart): void;
  /** A run has been trained for `step` steps; `loss` is the latest point of its training curve, NaN before the first. */
  progress?(run: AnyRun, step: number, loss: number): void;
  /** A run has ended, and its record is on disk. */
  result?(record: RunRecord): void;
  /** A line for people: a damaged record, an engine's choice, a time limit that comes too early. */
  note?(line: string): void;
}

export interface SweepStart extends SweepShare {
  /** Name and device of the engine that was chosen. */
  readonly engine: string;
  readonly device: string;
  /** The engine beside it, which trains the runs that it can't. */
  readonly beside?: Engine["beside"];
  /** Other engines that trained runs of this folder; their losses agree within float32's tolerance. */
  readonly trainedBefore: readonly string[];
  /** Steps that runs in flight of earlier processes have done, by the ids of the runs: they go on from there. */
  readonly kept: ReadonlyMap<string, number>;
}

/** How a sweep ended. */
export interface SweepOutcome {
  /** The results folder. */
  readonly out: string;
  /** Runs of this process's share, by how they ended, in this process or before. */
  readonly done: number;
  readonly failed: number;
  readonly missing: number;
  /** Of the missing runs, those in flight that the same request goes on with. */
  readonly kept: Kept;
  /** Every record of the folder; undefined if a stop left no time to read them and write the CSV files. */
  readonly records: readonly RunRecord[] | undefined;
  /**
   * What stopped it before all was trained and written: the caller's signal, its time limit, or that no further run
   * could end before the limit; `machine`: trouble that left runs without a result.
   */
  readonly stopped: "signal" | "limit" | "machine" | "before-limit" | undefined;
  /** The machine's trouble, if that stopped it. */
  readonly trouble?: MachineError;
}

/** A stop that gives no time, such as a power cut, loses no more than this of a run in flight. */
const CHECKPOINT_MS = 120_000;

/**
 * Trains the runs of a sweep that its results folder lacks. Every record is on disk when its run has ended; the CSV
 * files are written at the end. The same request goes on after an earlier one was stopped, also with the runs in flight
 * if the engine keeps them. When `signal` is aborted, it returns within two seconds. Throws UsageError, before the first
 * step, for a folder, model or engine that can't be used.
 */
export async function runSweep(
  request: SweepRequest,
  { signal, listener = {} }: { signal?: AbortSignal; listener?: SweepListener } = {},
): Promise<SweepOutcome> {
  const note = (line: string) => listener.note?.(line);
  const planned = shareOf(request, note);
  const share = { ...planned, todo: withTables(planned.todo) };
  const engine = await loadEngine(request.engine ?? "auto", { ...request.engineOptions, note }, trainedWith(share));
  try {
    await checkRuns(share.todo, share.config, engine, signal);
    return await train(share, engine, request, { signal, listener });
  } finally {
    await engine.dispose();
  }
}

async function train(
  share: SweepShare,
  engine: Engine,
  { argv = [], long = false, overwrite = false, limitMs, checkpointMs = CHECKPOINT_MS }: SweepRequest,
  { signal, listener }: { signal: AbortSignal | undefined; listener: SweepListener },
): Promise<SweepOutcome> {
  const { config, out, shard, todo } = share;
  const { name, device, beside } = engine;
  const trainer = { engine: name, device, ...(beside && { beside }) };
  const others = share.begun ? otherTrainers(join(out, JOURNALS), trainer) : [];
  const provenance = provenanceOf({ argv, config, engine, shard });
  const folder = new ResultsFolder(out, config, { provenance, long, overwrite, shard });
  const note = (line: string) => listener.note?.(line);
  const checkpoints = new Checkpoints(out, { trained: trainedHash(config), arithmetic: arithmeticOf(trainer) }, note);
  const limit = limitMs === undefined ? undefined : new TimeLimit(limitMs, note);
  const stop = AbortSignal.any([signal, limit?.over].filter((each) => each !== undefined));
  const late = lateAfter(stop);
  const ended = new Map(share.ended);
  let progress: ProgressFile | undefined;
  try {
    checkpoints.remove(share.ended.values());
    const states = checkpoints.states(todo);
    const kept = new Map(checkpoints.steps);
    progress = new ProgressFile(folder.journalName, provenance.start, kept);
    listener.start?.({ ...share, ...trainer, trainedBefore: others, kept });
    const training = engine.train(todo, {
      signal: stop,
      ...(engine.keepsStates && {
        keeping: { states, everyMs: checkpointMs, onState: (run, state) => checkpoints.keep(run, state) },
      }),
      ...(limit && !keepsAll(engine) && { noMore: limit.noMore, onBegin: (begun) => limit.begin(begun) }),
      onProgress: (run, step, loss) => {
        limit?.progress(run, step);
        progress?.reach(run, step);
        listener.progress?.(run, step, loss);
      },
      onResult: (result) => {
        const record = recordOf(result, engine.name);
        folder.add(record);
        checkpoints.remove([record]);
        progress?.end(record.id, record.steps);
        ended.set(record.id, { id: record.id, status: record.status });
        limit?.result(record);
        listener.result?.(record);
      },
    });
    const trouble = await training.then(() => undefined, troubleOf);
    progress.close();
    const records = await folder.finish(late);
    const counts = countsOf(share.runs, ended);
    const whole = counts.missing === 0 && records !== undefined;
    const stopped = whole ? undefined : stoppedBy(trouble);
    const left = keptOf(todo, checkpoints.steps);
    return { ...counts, kept: left, out, records, stopped, ...(stopped === "machine" && trouble && { trouble }) };
  } finally {
    limit?.clear();
    progress?.close();
    checkpoints.close();
    folder.close();
  }

  function stoppedBy(trouble: MachineError | undefined): SweepOutcome["stopped"] {
    if (signal?.aborted) return "signal";
    if (limit?.over.aborted) return "limit";
    if (trouble) return "machine";
    return limit?.noMore.aborted ? "before-limit" : undefined;
  }
}

/** Whether a stop loses no run in flight. The engine beside another keeps none. */
function keepsAll({ keepsStates, beside }: Engine): boolean {
  return keepsStates && beside === undefined;
}

/** The machine's trouble, in which the sweep still ends in order. Throws any other error. */
function troubleOf(error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  throw error;
}

function countsOf(runs: readonly AnyRun[], ended: ReadonlyMap<string, RecordHead>) {
  const count = (status: RecordHead["status"]) => runs.filter(({ id }) => ended.get(id)?.status === status).length;
  const [done, failed] = [count("done"), count("failed")];
  return { done, failed, missing: runs.length - done - failed };
}

/** A sweep that is told to stop has two seconds: CSV files that take longer than this are given up. */
const LATE_MS = 1000;

/** Aborts a while after `stop`. */
function lateAfter(stop: AbortSignal): AbortSignal {
  const late = new AbortController();
  const start = () => setTimeout(() => late.abort(), LATE_MS).unref();
  if (stop.aborted) start();
  else stop.addEventListener("abort", start, { once: true });
  return late.signal;
}
