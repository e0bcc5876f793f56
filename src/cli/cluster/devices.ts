import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { LossSet } from "../../config/losses.ts";
import type { AnyRun } from "../../engines/engine.ts";
import { UsageError } from "../../errors.ts";
import { CONFIG } from "../../records/find-results.ts";
import type { Shard } from "../../records/writer-lock.ts";
import { shardsOf } from "../../sweep/share.ts";
import { numberOf } from "../../units.ts";
import { type Context, type Effects, EXIT } from "../command.ts";
import { writeResults } from "../merge.ts";
import { onStopSignals } from "../stop.ts";
import { shardText } from "./shard-option.ts";

interface Fleet {
  readonly devices: readonly string[];
  /** Arguments of `mmoe sweep` for every process, without those below. */
  readonly words: readonly string[];
  /** Worker threads of all together; by default this process's cores. */
  readonly jobs?: number | undefined;
  /** The results folder of all. */
  readonly out: string;
  /** The runs that they train together, and which part of the sweep that is; null for the complete sweep. */
  readonly runs: readonly AnyRun[];
  readonly shard: Shard | null;
  /** The command that goes on after this one has stopped. */
  readonly goOn: string;
  readonly json?: boolean;
  readonly long?: boolean;
  /** The losses in the table at the end. */
  readonly losses: readonly LossSet[];
}

/**
 * The exit codes of several processes as one, in order of precedence: first "more to do, run again", then failures. Any
 * other code is a crash.
 */
const FIRST: readonly number[] = [EXIT.interrupted, EXIT.stopped];
const LAST: readonly number[] = [EXIT.bug, EXIT.usage, EXIT.checkFailed, EXIT.failedRuns, EXIT.done];

/** Trains a shard on each device, in a process that sees no other; then writes CSV and table of all, unless stopped. */
export async function trainOnDevices(fleet: Fleet, context: Context): Promise<number> {
  const { devices, out, runs, goOn, losses, json = false, long = false } = fleet;
  const { effects, note } = context;
  const shards = shardsOf(fleet.shard, devices.length);
  const children = shards.map((shard, i) => start(fleet, devices[i], shard, effects));
  const release = onStopSignals(effects, (signal) => () => {
    for (const child of children) child.kill(signal);
  });
  const codes = await Promise.all(
    children.map(async (child, i) => {
      const { code, by } = await ended(child);
      if (code !== EXIT.done && code !== EXIT.failedRuns && !FIRST.includes(code))
        note(`mmoe: device ${devices[i]}: its process ended with ${by}`);
      return code;
    }),
  ).finally(release);

  const code = worst(codes);
  if (FIRST.includes(code)) {
    note(`mmoe: stopped; finished runs are kept in ${out}; resume with:\n${goOn}`);
    return code;
  }
  if (!existsSync(join(out, CONFIG))) return code; // no process got as far
  const records = await writeResults(out, { long, losses, quiet: json }, effects);
  const trained = new Set(records.map(({ id }) => id));
  const missing = runs.filter(({ id }) => !trained.has(id)).length;
  if (missing > 0)
    note(`mmoe: ${numberOf(missing, "run")} ${missing === 1 ? "remains" : "remain"}; resume with:\n${goOn}`);
  return code;
}

function start(fleet: Fleet, device: string, shard: Shard, effects: Effects): ChildProcess {
  const { devices, words, out, json = false, jobs = availableParallelism() } = fleet;
  const ofEach = Math.max(1, Math.floor(jobs / devices.length));
  const own = ["--out", out, "--jobs", String(ofEach), "--shard", shardText(shard)];
  const child = spawn(process.execPath, [BIN, "sweep", ...words, ...own], {
    env: { ...effects.env, [VISIBLE]: device },
    // when the channel closes, the process knows that this one is gone
    stdio: ["ignore", json ? "pipe" : "ignore", "pipe", "ipc"],
    // a terminal's Ctrl-C comes to this process alone, which passes it on
    detached: true,
  });
  passLinesOn(child.stderr, (line) => effects.stderr.write(`[${device}] ${line}\n`));
  passLinesOn(child.stdout, (line) => effects.stdout.write(`${line}\n`));
  return child;
}

function passLinesOn(from: Readable | null, write: (line: string) => void): void {
  if (from) createInterface({ input: from }).on("line", write);
}

async function ended(child: ChildProcess): Promise<{ code: number; by: string }> {
  const [code, signal] = (await once(child, "close")) as [number, null] | [null, NodeJS.Signals];
  if (signal === null) return { code, by: `exit code ${code}` };
  if (signal === "SIGTERM" || signal === "SIGHUP") return { code: EXIT.stopped, by: signal }; // before its handler was set
  if (signal === "SIGINT") return { code: EXIT.interrupted, by: signal };
  return { code: 128 + constants.signals[signal], by: signal };
}

function worst(codes: readonly number[]): number {
  const order = [...FIRST, ...codes.filter((code) => !FIRST.includes(code) && !LAST.includes(code)), ...LAST];
  return order.find((code) => codes.includes(code)) ?? EXIT.done;
}

/** Read by CUDA: the devices that a process may use, by number or UUID. Slurm sets it to those of a job. */
const VISIBLE = "CUDA_VISIBLE_DEVICES";

/**
 * The devices of `--devices`, each as CUDA_VISIBLE_DEVICES names it to one process. If that variable is set already,
 * numbers count within it, and `all` is all of those; else `all` is all that nvidia-smi lists.
 */
export function devicesOption(text: string, env: Effects["env"]): string[] {
  const visible = env[VISIBLE]?.split(",").filter((device) => device !== "");
  if (text === "all") return visible?.length ? visible : listed(env);
  const numbers = text.split(",").map((item) => (/^\d+$/.test(item) ? Number(item) : Number.NaN));
  if (numbers.some(Number.isNaN) || new Set(numbers).size < numbers.length) {
    throw new UsageError(`--devices: expected all, or different numbers such as 0,1, got '${text}'`);
  }
  const beyond = numbers.find((number) => visible !== undefined && number >= visible.length);
  if (beyond !== undefined) {
    throw new UsageError(`--devices: there is no device ${beyond} in ${VISIBLE}=${env[VISIBLE]}, which counts from 0`);
  }
  return numbers.map((number) => visible?.[number] ?? String(number));
}

function listed(env: Effects["env"]): string[] {
  const { status, stdout } = spawnSync("nvidia-smi", ["--list-gpus"], { env: { ...env }, encoding: "utf8" });
  const count = status === 0 ? stdout.split("\n").filter((line) => line.startsWith("GPU ")).length : 0;
  if (env[VISIBLE] === undefined && count > 0) return Array.from({ length: count }, (_, i) => String(i));
  const where = env[VISIBLE] === undefined ? "nvidia-smi lists none" : `${VISIBLE} is empty`;
  throw new UsageError(`--devices all: no device found: ${where}; name them (--devices 0,1), or leave out --devices`);
}

/** The program that starts this package's command line, seen from src as from dist. */
export const BIN = fileURLToPath(new URL("../../../bin/mmoe.js", import.meta.url));
