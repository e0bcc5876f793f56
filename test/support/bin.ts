import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { readJournal } from "../../src/records/read-journals.ts";
import { temporaryFolder, withoutPace } from "./effects.ts";

/** The built command line. */
export const BIN = fileURLToPath(new URL("../../bin/mmoe.js", import.meta.url));

/** Starts the built command line. */
export function start(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts the built command line after the JavaScript of `changes`, which makes another world for it. */
export function startIn(changes: string, ...argv: string[]): ChildProcess {
  const module = `data:text/javascript,${encodeURIComponent(changes)}`;
  return spawn(process.execPath, ["--import", module, BIN, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Starts the built command line under limits of the shell's `ulimit`, such as `-n 64`; as `user`, whose threads are counted
 * apart, with its rights alone.
 */
export function startUnder(limits: string, argv: readonly string[], user?: "nobody"): ChildProcess {
  const command = ["bash", "-c", `ulimit ${limits} && exec "$@"`, "bash", process.execPath, BIN, ...argv];
  const as = user === undefined ? [] : ["setpriv", `--reuid=${user}`, "--clear-groups"];
  const [program, ...words] = [...as, ...command] as [string, ...string[]];
  return spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
}

/** Whether this process may start others as another user. */
export function maySetUser(): boolean {
  return spawnSync("setpriv", ["--reuid=nobody", "--clear-groups", process.execPath, BIN, "--version"]).status === 0;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** Waits until a process ends; gives what it said on stderr, without its pace. */
export async function exited(child: ChildProcess): Promise<Exit> {
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  child.stdout?.resume();
  const [code, signal] = await once(child, "close");
  return { code, signal, stderr: withoutPace(stderr) };
}

/** Starts a process and kills it after some ms, if it has not ended by then. */
export async function killedAfter(ms: number, argv: readonly string[]): Promise<void> {
  const child = start(...argv);
  const end = exited(child);
  await pause(ms);
  child.kill("SIGKILL");
  await end;
}

export async function stdoutOf(child: ChildProcess): Promise<string> {
  let stdout = "";
  child.stdout?.on("data", (text) => {
    stdout += text;
  });
  await exited(child);
  return stdout;
}

/** Waits until a sweep has kept a run; gives its journal. */
export async function firstRun(out: string): Promise<string> {
  for (;;) {
    const names = existsSync(join(out, "journal")) ? readdirSync(join(out, "journal")) : [];
    const name = names.find((file) => file.endsWith(".jsonl"));
    if (name !== undefined && [...readJournal(join(out, "journal", name), () => {})].length > 0)
      return join(out, "journal", name);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** runs.csv but for its times, and curves.csv. */
export function timelessCsv(out: string): unknown[] {
  const rows: Record<string, string>[] = parse(readFileSync(join(out, "runs.csv")), { columns: true });
  return [rows.map((row) => ({ ...row, elapsedMs: "" })), readFileSync(join(out, "curves.csv"), "utf8")];
}

/** Whether file systems can be mounted here: root in a container may be without the right. */
export function mayMount(): boolean {
  const disk = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", disk], { stdio: "ignore" });
    execFileSync("umount", [disk]);
    return true;
  } catch {
    return false;
  }
}

/** Gives `use` a folder that is a disk of its own, of `size` such as 28k. */
export async function onDisk(size: string, use: (disk: string, remount: (options: string) => void) => Promise<void>) {
  const disk = temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk]);
  try {
    await use(disk, (options) => execFileSync("mount", ["-o", `remount,${options}`, disk]));
  } finally {
    execFileSync("umount", [disk]);
  }
}
