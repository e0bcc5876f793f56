import { mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { Env } from "../cuda/home.ts";
import type { Engine } from "../engines/engine.ts";
import { isSystemError } from "../system-error.ts";
import { version } from "../version.ts";
import { writeWholeSync } from "../write-whole.ts";
import { measureSpeed, type Speed } from "./speed.ts";
import { WORK_KINDS, type WorkKind } from "./work.ts";

const MEASURED = z.object({
  mmoe: z.string(),
  cpu: z.string(),
  kernels: z.string(),
  workers: z.int().positive(),
  /** ISO time. */
  measured: z.iso.datetime(),
  speed: z.object(
    Object.fromEntries(WORK_KINDS.map((kind) => [kind, z.number().nonnegative()])) as Record<WorkKind, z.ZodNumber>,
  ),
});
type Measured = z.output<typeof MEASURED>;

const FILE = z.object({ version: z.literal(1), speeds: z.array(MEASURED) });

/** A machine may get slower or faster: after this time it is measured again. */
const FRESH_MS = 30 * 86_400_000;
/** Most speeds that a file keeps: a home may be on many machines. */
const MOST_KEPT = 100;

const inMemory = new Map<string, Speed>();

interface Options {
  readonly env?: Env;
  /** Called with a line before a measurement. */
  readonly note?: (line: string) => void;
}

/**
 * The speed of this machine with `workers` workers: measured once for a processor and its kernels, and kept in the user's
 * cache for 30 days.
 */
export async function speedHere(
  engine: Pick<Engine, "train" | "device">,
  workers: number,
  { env = process.env, note = () => {} }: Options = {},
): Promise<Speed> {
  const here = { mmoe: version, cpu: cpus()[0]?.model ?? "unknown", kernels: engine.device, workers };
  const key = keyOf(here);
  const file = speedFile(env);
  const known = inMemory.get(key) ?? freshIn(file).find((one) => keyOf(one) === key)?.speed;
  if (known !== undefined) return known;
  note(`measuring how fast this machine trains, once${file === undefined ? "" : `; kept in ${file}`}`);
  const speed = await measureSpeed(engine, workers);
  inMemory.set(key, speed);
  const others = freshIn(file).filter((one) => keyOf(one) !== key);
  keep(file, [{ ...here, measured: new Date().toISOString(), speed }, ...others].slice(0, MOST_KEPT));
  return speed;
}

/** `mmoe/speed.json` in the user's cache; undefined without a home. */
export function speedFile({ XDG_CACHE_HOME = "", LOCALAPPDATA, HOME }: Env): string | undefined {
  const home = HOME ? join(HOME, ".cache") : undefined;
  const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : (LOCALAPPDATA ?? home);
  return cache === undefined ? undefined : join(cache, "mmoe/speed.json");
}

function keyOf({ mmoe, cpu, kernels, workers }: Omit<Measured, "measured" | "speed">): string {
  return [mmoe, cpu, kernels, workers].join("\n");
}

/** The speeds in the file that are not too old; none if it can't be read. */
function freshIn(file: string | undefined): readonly Measured[] {
  if (file === undefined) return [];
  try {
    const { speeds } = FILE.parse(JSON.parse(readFileSync(file, "utf8")));
    return speeds.filter(({ measured }) => Math.abs(Date.now() - Date.parse(measured)) < FRESH_MS);
  } catch {
    return [];
  }
}

/** Without a cache that can be written, the next process measures again. */
function keep(file: string | undefined, speeds: readonly Measured[]): void {
  if (file === undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeWholeSync(file, `${JSON.stringify({ version: 1, speeds }, null, 2)}\n`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
