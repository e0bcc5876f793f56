import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { arithmeticOf } from "../engines/arithmetic.ts";
import { reading, readText } from "../files.ts";
import { PROVENANCE } from "./journal.ts";
import { JOURNAL_ENDS } from "./journal-file.ts";
import { PROGRESS, type ProcessProgress, progressIn } from "./progress-file.ts";
import { type Provenance, provenanceIn } from "./provenance.ts";
import { journalTotals } from "./read-journals.ts";
import { isTraining } from "./writer-lock.ts";

/** A process that trains, or trained, into a folder of journals. */
export interface Writer {
  /** The name of its journal, without the extension. */
  readonly name: string;
  readonly provenance: Provenance;
  /** Runs that ended in it. */
  readonly runs: number;
  /** Milliseconds from its start to its last sign of life, as far as its clock can be trusted. */
  readonly elapsedMs: number;
  /** ISO time of its last sign of life, as its files say. */
  readonly heard: string;
  /**
   * `ended`: it says so itself. `silent`: it does not, is on another machine, and has not been heard of lately, so it may
   * still train.
   */
  readonly state: "training" | "ended" | "killed" | "silent";
  /** How far it is, or was when it was killed; null if it does not say. */
  readonly progress: ProcessProgress | null;
}

/** A process on another machine trains if it was heard of within this time; the clocks of two machines differ. */
const LATELY_MS = 120_000;

/** The writers of the journals in `folder` whose provenance can be read, in order of start. */
export function writersIn(folder: string): Writer[] {
  return provenancesIn(folder, () => {}).map(({ name, provenance }) => {
    const path = JOURNAL_ENDS.map((end) => join(folder, name + end)).find(existsSync);
    const { runs, busyMs } = path === undefined ? { runs: 0, busyMs: 0 } : journalTotals(path);
    const progress = provenance.end === null ? progressIn(folder, name) : undefined;
    const elapsedMs = progress?.elapsedMs ?? elapsedOf(provenance, busyMs);
    const counted = new Date(Date.parse(provenance.start) + elapsedMs).toISOString();
    const heard = progress?.heard ?? provenance.end ?? counted;
    const state = stateNow(folder, provenance, progress);
    return { name, provenance, runs, elapsedMs, heard, state, progress: progress ?? null };
  });
}

/** The ids of the runs that processes train now into the journals in `folder`, which are not read. */
export function runsInFlight(folder: string): string[] {
  return provenancesIn(folder, () => {}).flatMap(({ name, provenance }) => {
    const progress = provenance.end === null ? progressIn(folder, name) : undefined;
    if (progress === undefined || stateNow(folder, provenance, progress) !== "training") return [];
    return progress.inFlight.map(({ id }) => id);
  });
}

/** Removes what processes of this machine left that were killed. */
export function removeDeadProgress(folder: string): void {
  const names = new Set(readdirSync(folder).filter((name) => name.endsWith(PROGRESS)));
  if (names.size === 0) return;
  for (const { name, provenance } of provenancesIn(folder, () => {}))
    if (names.has(name + PROGRESS) && stateOf(folder, provenance) === "killed")
      rmSync(join(folder, name + PROGRESS), { force: true });
}

/**
 * From a process's start to its end by a wall clock, which may have jumped. It is limited by `busyMs`, the time of all
 * runs together by a steady clock: they ran one after the other, or on all cores at once. Without an end, the least.
 */
function elapsedOf({ start, end, cores }: Provenance, busyMs: number): number {
  const elapsedMs = end === null ? 0 : Date.parse(end) - Date.parse(start);
  return Math.min(Math.max(elapsedMs, busyMs / cores), busyMs);
}

/** Most bytes of a provenance file; it has some 3,000. */
const LARGEST_PROVENANCE = 1_000_000;

/** The provenance files beside the journals in `folder`, by the journal's name. */
export function provenancesIn(
  folder: string,
  warn: (line: string) => void,
): { name: string; provenance: Provenance }[] {
  if (!existsSync(folder)) return [];
  const files = reading(folder, () => readdirSync(folder)).filter((name) => name.endsWith(PROVENANCE));
  const all = files.flatMap((file) => {
    try {
      const provenance = provenanceIn(readText(join(folder, file), { most: LARGEST_PROVENANCE }));
      return [{ name: file.slice(0, -PROVENANCE.length), provenance }];
    } catch {
      warn(`${join(folder, file)}: not readable; left out`);
      return [];
    }
  });
  return all.sort((a, b) => a.provenance.start.localeCompare(b.provenance.start));
}

export type Trainers = Pick<Provenance, "engine" | "device" | "beside">;

/** Engines, with their devices, that trained runs in `folder` by another arithmetic than this one: `tfjs (wasm)`. */
export function otherTrainers(folder: string, own: Trainers): string[] {
  const ours = trainersOf(own).map(arithmeticOf);
  const all = provenancesIn(folder, () => {}).flatMap(({ provenance }) => trainersOf(provenance));
  return [...new Set(all.filter((trainer) => !ours.includes(arithmeticOf(trainer))).map(trainerText))];
}

/** A process's engine, and those beside it. */
export function trainersOf({ engine, device, beside = [] }: Trainers): Pick<Provenance, "engine" | "device">[] {
  return [{ engine, device }, ...beside.map(({ name, device }) => ({ engine: name, device }))];
}

/** `cpu (avx512)` */
export function trainerText({ engine, device }: Pick<Provenance, "engine" | "device">): string {
  return `${engine} (${device})`;
}

/** As `stateOf` sees it; what a process on another machine says of itself counts too. */
function stateNow(folder: string, provenance: Provenance, progress: ProcessProgress | undefined): Writer["state"] {
  const seen = stateOf(folder, provenance);
  const isHeard = progress !== undefined && Date.now() - Date.parse(progress.heard) < LATELY_MS;
  return seen === "silent" && isHeard ? "training" : seen;
}

function stateOf(folder: string, provenance: Provenance): Writer["state"] {
  if (provenance.end !== null) return "ended";
  const training = isTraining(folder, provenance);
  if (training === undefined) return "silent";
  return training ? "training" : "killed";
}
