// What models in code were found to be when they were tried, remembered in the user's cache: the next sweep of the same code starts sooner.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { makeFolder, writeWholeSync } from "../../files.ts";
import type { CodeModel } from "../../models/code.ts";
import { version } from "../../version.ts";
import type { MethodName } from "../methods.ts";
import { LOADED } from "./protocol.ts";

/** What a finding depends on, beside what the loaded model says of its libraries and its device. */
export interface CheckOf {
  /** One model, or the key of a code that several may have in common. */
  readonly model: CodeModel | string;
  readonly methods: readonly MethodName[];
  /** The program that runs it. */
  readonly command: readonly string[];
  readonly device: string;
  /** Most runs in one call. */
  readonly together: number;
  /** Whether it was asked for its weights. */
  readonly weights?: boolean;
}

const FOUND = LOADED.extend({
  /** How many numbers each of its parameters has, by name. */
  parameters: z.record(z.string(), z.number()),
  /** All of them. */
  size: z.number(),
  /** Whether it gives its weights. */
  givesWeights: z.boolean(),
  /** Whether it gives the same numbers again. */
  deterministic: z.boolean(),
  /** Whether runs of it train in one call as each does alone. */
  inOneCall: z.boolean(),
});

/** What was found out about a model that passed. */
export type Found = z.output<typeof FOUND>;

/** Files are small; of more than this, the oldest go. */
const MOST_KEPT = 500;

/** What was found before; undefined if it was not tried, or can't be read. */
export function foundBefore(check: CheckOf): Found | undefined {
  try {
    return FOUND.safeParse(JSON.parse(readFileSync(pathOf(check), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Keeps what was found. A cache that can't be written is none. */
export function keepFound(check: CheckOf, found: Found): void {
  try {
    makeFolder(folder());
    writeWholeSync(pathOf(check), JSON.stringify(found));
    const paths = readdirSync(folder()).map((name) => join(folder(), name));
    if (paths.length <= MOST_KEPT) return;
    const byAge = paths.map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => a.at - b.at);
    for (const { path } of byAge.slice(0, -MOST_KEPT)) rmSync(path, { force: true });
  } catch {
    // the model is tried again next time
  }
}

function folder({ XDG_CACHE_HOME: cache = "" }: NodeJS.ProcessEnv = process.env): string {
  return join(isAbsolute(cache) ? cache : join(homedir(), ".cache"), "mmoe", "checks");
}

/** By everything on which a finding depends, and by the processor, whose rounding may be another. */
function pathOf(check: CheckOf): string {
  const all = JSON.stringify([version, cpus()[0]?.model, check]);
  return join(folder(), `${createHash("sha256").update(all).digest("hex")}.json`);
}
