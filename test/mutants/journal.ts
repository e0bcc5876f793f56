import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { Fate } from "./run-tests.ts";

const PATH = "test-output/mutants.jsonl";

/** Fates of mutants that an earlier run, or this one before it was stopped, has noticed; by their id. */
export function noticedBefore(): Map<string, Fate> {
  if (!existsSync(PATH)) return new Map();
  const lines = readFileSync(PATH, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line)).map(({ id, fate }) => [id, fate]));
}

export function forget(): void {
  rmSync(PATH, { force: true });
}

export function note({ id, file, line, change }: Mutant, fate: Fate): void {
  mkdirSync(dirname(PATH), { recursive: true });
  appendFileSync(PATH, `${JSON.stringify({ id, fate, file, line, change })}\n`);
}
