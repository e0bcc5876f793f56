import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mutationsOf } from "./mutations.ts";

/** A source file with one change. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** The line that changes, and the change, as a reader would look for them. */
  readonly text: string;
  readonly change: string;
  /** The whole mutated file. */
  readonly code: string;
  /** Tells it from every other mutant of any state of the file. */
  readonly id: string;
}

export const FOLDERS = ["src/identity", "src/stats", "src/data", "src/records", "src/claims", "src/models"];

/** All mutants of the files below, or of those whose path contains `only`. */
export function allMutants(only = ""): Mutant[] {
  const files = FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return files.filter((file) => file.endsWith(".ts") && file.includes(only)).flatMap(mutantsOf);
}

function mutantsOf(file: string): Mutant[] {
  const code = readFileSync(file, "utf8");
  return mutationsOf(code).map(({ start, end, replacement }) => {
    const before = code.slice(0, start).split("\n");
    const changed = code.slice(0, start) + replacement + code.slice(end);
    const at = before.length - 1;
    return {
      file,
      line: before.length,
      text: (code.split("\n")[at] as string).trim(),
      change: `${short(code.slice(start, end))} → ${short(replacement)}`,
      code: changed,
      id: createHash("sha256").update(`${file}\n${changed}`).digest("hex").slice(0, 16),
    };
  });
}

function short(code: string): string {
  const line = code.replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

/** `count` of the mutants, chosen by the seed, in the order of their files. */
export function sampled(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const rank = ({ id }: Mutant) => createHash("sha256").update(`${seed} ${id}`).digest("hex");
  const ranked = mutants.map((mutant) => ({ mutant, rank: rank(mutant) })).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const chosen = new Set(ranked.slice(0, count).map(({ mutant }) => mutant));
  return mutants.filter((mutant) => chosen.has(mutant));
}
