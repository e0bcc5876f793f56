import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import { arithmeticOf } from "../engines/arithmetic.ts";
import type { AnyRun, Engine, Hooks, Keeping, RunState } from "../engines/engine.ts";
import { isCode, languageOf } from "../models/code.ts";
import { Checkpoints, type Kept, keptOf } from "../records/checkpoints.ts";
import { FIGURES, JOURNALS } from "../records/find-results.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { KeptArrays, type KeptKinds } from "../records/kept-arrays.ts";
import { ProgressFile } from "../records/progress-file.ts";
import { provenanceOf } from "../records/provenance.ts";
import { type RunRecord, recordOf } from "../records/record.ts";
import { ResultsFolder } from "../records/results-folder.ts";
import type { RunObserver } from "../records/run-observer.ts";
import { otherTrainers, type Trainers } from "../records/writers.ts";
import { MachineError } from "../system-errors.ts";
import { keepTables, keepTablesBeside } from "../tables/table-cache.ts";
import { checkRuns } from "./check-runs.ts";
import { ENGINE_OF, type EngineName, type EngineOptions, loadEngine } from "./engines.ts";
import {
  plannedShare,
  type ShareRequest,
  type SweepShare,
  shareNow,
  tablesOf,
  trainedWith,
  withTables,
} from "./share.ts";
import { TimeLimit } from "./time-limit.ts";

/** A sweep to train, by which engine, and for how long. */
export interface SweepRequest extends ShareRequest {
  /** By default `auto`. */
  readonly engine?: EngineName | undefined;
  readonly engineOptions?: EngineOptions | undefined;
  /** Also write every run's curve, in `curves-long.csv`. */
  readonly long?: boolean | undefined;
  /** What to keep of each run in a file of its own; nothing by default. */
  readonly keep?: Partial<KeptKinds> | undefined;
  /**
   * Milliseconds after which to stop. An engine that does not keep runs in flight begins none that would end later.
   */
  readonly limitMs?: number | undefined;
  /** Milliseconds between two checkpoints of a run in flight: 2 minutes by default. */
  readonly checkpointMs?: number | undefined;
  /** The command line, for the provenance. */
  readonly argv?: readonly string[] | undefined;
}

/** Callbacks of a sweep while it runs. When a run has ended, its record is on disk. */
export interface SweepListener extends Pick<RunObserver, "choosing" | "progress" | "result"> {
  /** Training begins. */
  start?(start: SweepStart): void;
  /** A line for people: a damaged record, an engine's choice, a time limit that comes too early. */
  note?(line: string): void;
}

export interface SweepStart extends SweepShare {
  /** Name and device of the engine that was chosen. */
  readonly engine: string;
  readonly device: string;
  /** The engines beside it, which train the runs that it can't. */
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
  /** Of the missing runs, those in flight that the same request resumes. */
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
 * step, for a folder, model or engine that can't be used. An engine that is `lent` trains several sweeps, one after the other,
 * without a new start.
 */
export async function runSweep(
  request: SweepRequest,
  { signal, listener = {}, lent }: { signal?: AbortSignal; listener?: SweepListener; lent?: Engine } = {},
): Promise<SweepOutcome> {
  const note = (line: string) => listener.note?.(line);
  const planned = plannedShare(request, note);
  keepTablesBeside(planned.out);
  const share = { ...planned, todo: withTables(planned.todo) };
  const options = { ...request.engineOptions, keepsWeights: request.keep?.weights, note };
  const engine = lent ?? (await loadEngine(request.engine ?? "auto", options, trainedWith(share)));
  try {
    await checkRuns(share.todo, share.config, engine, signal);
    if (request.keep?.weights)
      for (const [model, gives] of Object.entries(engine.givesWeights ?? {}))
        if (!gives) note(`model ${model}: no weights are kept: it has no method weights() (docs/own-models.md)`);
    return await train(share, engine, request, { signal, listener });
  } finally {
    if (engine !== lent) await engine.dispose();
  }
}

async function train(
  planned: SweepShare,
  engine: Engine,
  { limitMs, checkpointMs = CHECKPOINT_MS, keep = {}, ...options }: SweepRequest,
  { signal, listener }: { signal: AbortSignal | undefined; listener: SweepListener },
): Promise<SweepOutcome> {
  const { out } = planned;
  const { name, device, beside } = engine;
  const note = (line: string) => listener.note?.(line);
  const recording = new Recording(planned, engine, { ...options, note });
  const limit = limitMs === undefined ? undefined : new TimeLimit(limitMs, note);
  const stop = AbortSignal.any([signal, limit?.over].filter((each) => each !== undefined));
  const late = lateAfter(stop);
  const kinds = { weights: false, predictions: false, ...keep };
  const arrays = new KeptArrays(out, kinds, planned.config);
  try {
    if (options.overwrite) (await import("../figures/files.ts")).removeFigures(join(out, FIGURES)); // loaded for this alone
    await keepTables(tablesOf(planned.todo), { signal: stop, note });
    const { share, states, own } = recording.begin();
    const ended = new EndedRuns(share);
    const kept = new Map(Array.from(states, ([id, { step }]) => [id, step]));
    const { trainedBefore } = recording;
    listener.start?.({ ...share, engine: name, device, ...(beside && { beside }), trainedBefore, kept });
    const keepsAll = engine.keepsStates && beside === undefined; // a stop loses no run in flight
    const ending = keepsAll ? undefined : limit;
    const observers: readonly RunObserver[] = [...own, ended, ...(ending ? [ending] : []), listener];
    const onState: Keeping["onState"] = (run, state) => {
      for (const observer of observers) observer.keep?.(run, state);
    };
    const training = engine.train(share.todo, {
      signal: stop,
      ...(ending && { noMore: ending.noMore }),
      ...(engine.keepsStates && { keeping: { states, everyMs: checkpointMs, onState } }),
      ...tellRuns(observers, name, arrays),
      keepParameters: kinds.weights,
      keepPredictions: kinds.predictions,
    });
    const trouble = await training.then(() => undefined, troubleOf);
    const records = await recording.finish(late);
    const counts = ended.counts();
    const whole = counts.missing === 0 && records !== undefined;
    const stopped = whole ? undefined : stoppedBy(signal, limit, trouble);
    const left = recording.kept();
    return { ...counts, kept: left, out, records, stopped, ...(stopped === "machine" && trouble && { trouble }) };
  } finally {
    limit?.clear();
    recording.close();
  }
}

/** The hooks of an engine that tell each observer, in this order. */
function tellRuns(observers: readonly RunObserver[], engine: string, arrays: KeptArrays): Hooks {
  return {
    onBegin: (runs) => {
      for (const observer of observers) observer.begin?.(runs);
    },
    onProgress: (run, step, loss) => {
      for (const observer of observers) observer.progress?.(run, step, loss);
    },
    onChoosing: (run, tried, chosen) => {
      for (const observer of observers) observer.choosing?.(run, tried, chosen);
    },
    onResult: (result) => {
      arrays.write(result);
      const record = recordOf(result, engine);
      for (const observer of observers) observer.result?.(record);
    },
  };
}

function stoppedBy(
  signal: AbortSignal | undefined,
  limit: TimeLimit | undefined,
  trouble: MachineError | undefined,
): SweepOutcome["stopped"] {
  if (signal?.aborted) return "signal";
  if (limit?.over.aborted) return "limit";
  if (trouble) return "machine";
  return limit?.noMore.aborted ? "before-limit" : undefined;
}

/** The machine's trouble, in which the sweep still ends in order. Throws any other error. */
function troubleOf(error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  throw error;
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

interface RecordingOptions extends Pick<SweepRequest, "argv" | "long" | "overwrite" | "retryFailed"> {
  readonly note: (line: string) => void;
}

/** What one process writes of its runs into the results folder: its journal and the CSV files, checkpoints, its progress. */
class Recording {
  /** Other engines that trained runs of this folder. */
  readonly trainedBefore: readonly string[];
  readonly #retryFailed: boolean | undefined;
  #share: SweepShare;
  readonly #folder: ResultsFolder;
  readonly #checkpoints: Checkpoints;
  readonly #start: string;
  #progress: ProgressFile | undefined;

  /** Throws UsageError if the folder can't be written, or another process is writing there. */
  constructor(
    share: SweepShare,
    engine: Engine,
    { argv = [], long = false, overwrite = false, retryFailed, note }: RecordingOptions,
  ) {
    const { config, out, shard, begun } = share;
    const provenance = provenanceOf({ argv, config, engine, shard });
    this.trainedBefore = begun ? otherTrainers(join(out, JOURNALS), provenance) : [];
    this.#share = share;
    this.#retryFailed = retryFailed;
    this.#start = provenance.start;
    this.#folder = new ResultsFolder(out, config, { provenance, long, overwrite, shard });
    const ofRun = (run: AnyRun) => arithmeticOf(trainerOf(run, provenance));
    this.#checkpoints = new Checkpoints(out, { trained: trainedHash(config), arithmeticOf: ofRun }, note);
  }

  /**
   * Reads what is left to train, and where runs in flight of earlier processes go on from, by their ids. Its `own` observers in the order
   * in which they are told: a record is on disk before its checkpoint is removed.
   */
  begin(): { share: SweepShare; states: ReadonlyMap<string, RunState>; own: readonly RunObserver[] } {
    this.#share = shareNow(this.#share, { retryFailed: this.#retryFailed });
    this.#checkpoints.remove(this.#share.ended.values());
    const states = this.#checkpoints.states(this.#share.todo);
    this.#progress = new ProgressFile(this.#folder.journalName, this.#start, states);
    return { share: this.#share, states, own: [this.#folder, this.#checkpoints, this.#progress] };
  }

  /** The runs in flight that the same request resumes. */
  kept(): Kept {
    return keptOf(this.#share.todo, this.#checkpoints.steps);
  }

  /** Writes the CSV files and returns every record of the folder; undefined if `signal` aborts before that. */
  finish(signal: AbortSignal): Promise<RunRecord[] | undefined> {
    this.#progress?.close();
    return this.#folder.finish(signal);
  }

  close(): void {
    this.#progress?.close();
    this.#checkpoints.close();
    this.#folder.close();
  }
}

/** The engine that trains a run, among those that keep states: models in code have their own. */
function trainerOf(run: AnyRun, { engine, device, beside = [] }: Trainers): { engine: string; device: string } {
  const { model } = run;
  const own = isCode(model) ? beside.find(({ name }) => name === ENGINE_OF[languageOf(model)]) : undefined;
  return own ? { engine: own.name, device: own.device } : { engine, device };
}

/** How the runs of a process's share ended, in this process or before. */
class EndedRuns implements RunObserver {
  readonly #statuses = new Map<string, RecordHead["status"]>();
  readonly #runs: SweepShare["runs"];

  constructor({ runs, ended }: Pick<SweepShare, "runs" | "ended">) {
    this.#runs = runs;
    for (const { id, status } of ended.values()) this.#statuses.set(id, status);
  }

  result({ id, status }: RunRecord): void {
    this.#statuses.set(id, status);
  }

  counts(): { done: number; failed: number; missing: number } {
    const count = (status: RecordHead["status"]) =>
      this.#runs.filter(({ id }) => this.#statuses.get(id) === status).length;
    const [done, failed] = [count("done"), count("failed")];
    return { done, failed, missing: this.#runs.length - done - failed };
  }
}
