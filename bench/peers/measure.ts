import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Contender } from "./contenders.ts";

export interface Setting {
  readonly models: readonly string[];
  readonly method: string;
  readonly batch: number;
  readonly steps: number;
  /** Numbers of the cores to use. */
  readonly cores: readonly number[];
}

export interface Measured {
  readonly version: string;
  readonly runs: number;
  readonly usPerRunStep: number;
  /** The same in processor time, of the fastest round. */
  readonly cpuUsPerRunStep: number;
  readonly finalLoss: Readonly<Record<string, number>>;
}

interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Lines of its output, one a call. */
  readonly nextLine: () => Promise<string>;
}

/** Runs a contender once on some cores: its processes warm up, then all start together. */
export async function measure(contender: Contender, setting: Setting): Promise<Measured> {
  const { cores } = setting;
  const places = contender.spreadsBy === "processes" ? cores.map((core) => [core]) : [cores];
  const children = places.map((place) => start(contender, setting, place));
  await Promise.all(children.map(({ nextLine }) => nextLine()));
  for (const { process } of children) process.stdin.end("go\n");
  const lines = await Promise.all(children.map(({ nextLine }) => nextLine()));
  const results = lines.map((line) => JSON.parse(line) as Measured);
  const slowest = Math.max(...results.map(({ usPerRunStep }) => usPerRunStep));
  return { ...results[0], usPerRunStep: slowest / results.length };
}

function start(contender: Contender, { models, method, batch, steps }: Setting, cores: readonly number[]): Child {
  const { command, runs, rounds } = contender;
  const options = { models: models.join(), method, batch, steps, runs: runs(batch), rounds, threads: cores.length };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn("taskset", ["-c", cores.join(), ...command, ...flags, "--wait"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (!done) return value;
    if (child.exitCode === null) await once(child, "close");
    throw new Error(`${contender.name} ended with ${child.exitCode}: ${errors.trim().split("\n").at(-1)}`);
  };
  return { process: child, nextLine };
}
