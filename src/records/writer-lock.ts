import { readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import { readText, writeWholeSync } from "../files.ts";
import { isAlive } from "../system-errors.ts";
import { localTime } from "../units.ts";

/** One of `count` disjoint parts of a sweep, `index` from 1. */
export const SHARD_SCHEMA = z.object({ index: z.int(), count: z.int() });
export type Shard = Readonly<z.output<typeof SHARD_SCHEMA>>;

const OWNER_SCHEMA = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** When the process began, by the system: tells it from a later one with its number. Null if it does not say. */
  began: z.string().nullable(),
  /** For people: ISO time. */
  since: z.iso.datetime(),
  /** The shard that it trains; null for the complete sweep. */
  shard: SHARD_SCHEMA.nullable(),
});

type Owner = z.output<typeof OWNER_SCHEMA>;

/** Most bytes of a lock; it has some 150. */
const LARGEST_LOCK = 10_000;

/**
 * Keeps a second process of this machine from training the same runs into the same folder. Each process has a file of
 * its own, so the file of a killed one can be removed without a race; machines that share the folder do not see each
 * other. If two begin at the same moment, one or both are refused, never neither.
 */
export class Lock {
  readonly #path: string;

  /** Throws UsageError if another process trains runs of `shard` (null: the complete sweep). */
  constructor(folder: string, shard: Shard | null) {
    this.#path = join(folder, `${hostname()}-${process.pid}.lock`);
    const began = beganAt(process.pid);
    const own: Owner = { pid: process.pid, host: hostname(), began, since: new Date().toISOString(), shard };
    writeWholeSync(this.#path, JSON.stringify(own));
    const other = othersIn(folder).find((owner) => overlap(owner.shard, shard));
    if (other === undefined) return;
    this.release();
    const { pid, host, since } = other;
    throw new UsageError(
      `${folder}: process ${pid} on ${host} has been writing here since ${localTime(since)} (${minutesOf(other)} min ago); ` +
        "wait for it, or give another --out",
    );
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Other processes of this machine that train into `folder`; the locks of those that were killed are removed. */
function othersIn(folder: string): Owner[] {
  const others = ownersIn(folder).filter(({ owner }) => owner.host === hostname() && owner.pid !== process.pid);
  for (const { path, owner } of others) if (!isRunning(owner)) rmSync(path, { force: true });
  return others.map(({ owner }) => owner).filter(isRunning);
}

/**
 * Whether the process `pid` of `host` trains into `folder`; undefined for one of another machine, which can't be seen.
 */
export function isTraining(folder: string, { host, pid }: Pick<Owner, "host" | "pid">): boolean | undefined {
  if (host !== hostname()) return undefined;
  return ownersIn(folder).some(({ owner }) => owner.host === host && owner.pid === pid && isRunning(owner));
}

function ownersIn(folder: string): { path: string; owner: Owner }[] {
  const paths = readdirSync(folder).filter((name) => name.endsWith(".lock"));
  return paths.flatMap((name) => {
    const path = join(folder, name);
    const owner = ownerOf(path);
    return owner === undefined ? [] : [{ path, owner }];
  });
}

/** Reads a lock; undefined if it was released meanwhile, or is not a lock. */
function ownerOf(path: string): Owner | undefined {
  try {
    return OWNER_SCHEMA.parse(JSON.parse(readText(path, { most: LARGEST_LOCK })));
  } catch {
    return undefined;
  }
}

/** Different shards of one split have no run in common. */
function overlap(a: Shard | null, b: Shard | null): boolean {
  return a === null || b === null || a.count !== b.count || a.index === b.index;
}

/** How long a process of this machine has run; by the system's uptime if that is known, since a wall clock may jump. */
function minutesOf({ began, since }: Owner): number {
  const ms = began === null ? Date.now() - Date.parse(since) : 1000 * (uptime() - Number(began) / TICKS_PER_SECOND);
  return Math.max(0, Math.round(ms / 60_000));
}

/** Clock ticks per second of /proc, the same on every architecture. */
const TICKS_PER_SECOND = 100;

function isRunning({ pid, began }: Owner): boolean {
  return isAlive(pid) && (began === null || began === beganAt(pid));
}

/** Field 22 of Linux's /proc/PID/stat: when the process began, in ticks since boot. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
