import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import { arithmeticOf } from "../engines/arithmetic.ts";
import type { AnyRun, Engine, RunState } from "../engines/engine.ts";
import { isCode, languageOf } from "../models/code.ts";
import { Checkpoints, type Kept, keptOf } from "../records/checkpoints.ts";
import { JOURNALS } from "../records/find-results.ts";
import { ProgressFile } from "../records/progress-file.ts";
import { provenanceOf } from "../records/provenance.ts";
import type { RunRecord } from "../records/record.ts";
import { ResultsFolder } from "../records/results-folder.ts";
import type { RunObserver } from "../records/run-observer.ts";
import { otherTrainers, type Trainers } from "../records/writers.ts";
import { ENGINE_OF } from "./engines.ts";
import type { SweepShare } from "./share.ts";

interface RecordingOptions {
  readonly argv?: readonly string[] | undefined;
  readonly long?: boolean | undefined;
  readonly overwrite?: boolean | undefined;
  readonly note: (line: string) => void;
}

/** What one process writes of its runs into the results folder: its journal and the CSV files, checkpoints, its progress. */
export class Recording {
  /** Other engines that trained runs of this folder. */
  readonly trainedBefore: readonly string[];
  readonly #share: SweepShare;
  readonly #folder: ResultsFolder;
  readonly #checkpoints: Checkpoints;
  readonly #start: string;
  #progress: ProgressFile | undefined;

  /** Throws UsageError if the folder can't be written, or another process is writing there. */
  constructor(
    share: SweepShare,
    engine: Engine,
    { argv = [], long = false, overwrite = false, note }: RecordingOptions,
  ) {
    const { config, out, shard, begun } = share;
    const { name, device, beside } = engine;
    const trainer = { engine: name, device, ...(beside && { beside }) };
    this.trainedBefore = begun ? otherTrainers(join(out, JOURNALS), trainer) : [];
    const provenance = provenanceOf({ argv, config, engine, shard });
    this.#share = share;
    this.#start = provenance.start;
    this.#folder = new ResultsFolder(out, config, { provenance, long, overwrite, shard });
    const ofRun = (run: AnyRun) => arithmeticOf(trainerOf(run, trainer));
    this.#checkpoints = new Checkpoints(out, { trained: trainedHash(config), arithmeticOf: ofRun }, note);
  }

  /** Reads where runs in flight of earlier processes go on from, by their ids. */
  begin(): ReadonlyMap<string, RunState> {
    this.#checkpoints.remove(this.#share.ended.values());
    const states = this.#checkpoints.states(this.#share.todo);
    this.#progress = new ProgressFile(this.#folder.journalName, this.#start, states);
    return states;
  }

  /** In the order in which they are told: a record is on disk before its checkpoint is removed. */
  get observers(): readonly RunObserver[] {
    return [this.#folder, this.#checkpoints, ...(this.#progress ? [this.#progress] : [])];
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
