import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { arithmeticOf } from "../engines/arithmetic.ts";
import { readText } from "../regular-file.ts";
import { PROVENANCE } from "./journal.ts";
import type { Provenance } from "./provenance.ts";
import { provenanceIn } from "./provenance-schema.ts";
import { journalTotals } from "./read-journals.ts";
import { isTraining } from "./writer-lock.ts";

/** A process that trains, or trained, into a folder of journals. */
export interface Writer {
  /** The name of its journal, without the extension. */
  readonly name: string;
  readonly provenance: Provenance;
  /** Runs that ended in it. */
  readonly runs: number;
  /** Milliseconds from its start to its last run, as far as its clock can be trusted. */
  readonly elapsedMs: number;
  /** ISO time of its last sign of life. */
  readonly heard: string;
  /** `ended`: it says so itself. `silent`: it does not, and is on another machine, so it may still train. */
  readonly state: "training" | "ended" | "killed" | "silent";
}

/** The writers of the journals in `folder` whose provenance can be read, in order of start. */
export function writersIn(folder: string): Writer[] {
  return provenancesIn(folder, () => {}).map(({ name, provenance }) => {
    const path = [join(folder, `${name}.jsonl`), join(folder, `${name}.jsonl.gz`)].find(existsSync);
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    const heard = stat?.mtimeMs ?? Date.parse(provenance.start);
    const { runs, busyMs } = path === undefined ? { runs: 0, busyMs: 0 } : journalTotals(path);
    return {
      name,
      provenance,
      runs,
      elapsedMs: plausible(heard - Date.parse(provenance.start), busyMs, provenance.cores),
      heard: new Date(heard).toISOString(),
      state: stateOf(folder, provenance),
    };
  });
}

/**
 * Time between two times of a wall clock, which may have jumped. It is limited by `busyMs`, the time of all runs
 * together by a steady clock: they ran one after the other, or on all cores at once.
 */
function plausible(elapsedMs: number, busyMs: number, cores: number): number {
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
  const files = readdirSync(folder).filter((name) => name.endsWith(PROVENANCE));
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

type Trainers = Pick<Provenance, "engine" | "device" | "beside">;

/** Engines, with their devices, that trained runs in `folder` by another arithmetic than this one: `tfjs (wasm)`. */
export function otherTrainers(folder: string, own: Trainers): string[] {
  const ours = trainersOf(own).map(arithmeticOf);
  const all = provenancesIn(folder, () => {}).flatMap(({ provenance }) => trainersOf(provenance));
  return [...new Set(all.filter((trainer) => !ours.includes(arithmeticOf(trainer))).map(trainerText))];
}

/** A process's engine, and the one beside it. */
export function trainersOf({ engine, device, beside }: Trainers): Pick<Provenance, "engine" | "device">[] {
  return [{ engine, device }, ...(beside ? [{ engine: beside.name, device: beside.device }] : [])];
}

/** `cpu (avx512)` */
export function trainerText({ engine, device }: Pick<Provenance, "engine" | "device">): string {
  return `${engine} (${device})`;
}

function stateOf(folder: string, provenance: Provenance): Writer["state"] {
  if (provenance.end !== null) return "ended";
  const training = isTraining(folder, provenance);
  if (training === undefined) return "silent";
  return training ? "training" : "killed";
}
