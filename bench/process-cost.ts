import { execFileSync, spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

export const MB = 1e6;

/** What a process cost, as cost.js writes it. */
export interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** What a program in Node cost. */
export function costOf(words: readonly string[]): Cost {
  const { status, stderr, output } = spawnSync(process.execPath, ["--import", pathOf("cost.js"), ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(output[3] as string) as Cost;
}

/** `4.5 s (4.8 s of processor, 450 MB)`. */
export function costText({ ms, cpuMs, peakBytes }: Cost): string {
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
  return `${seconds(ms)} s (${seconds(cpuMs)} s of processor, ${(peakBytes / MB).toFixed(0)} MB)`;
}

/** Rows per second as a Python program prints them, and how many times as fast `own` is: a line under ours. */
export function peerLine(name: string, python: string, words: readonly string[], own: number): string {
  const printed = execFileSync(python, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return `    ${name} ${rateText(Number(printed))}: mmoe is ${(own / Number(printed)).toFixed(2)} times as fast`;
}

/** The numbers of threads that PyTorch is timed with, and its name with each. */
export function pytorchThreads(): { readonly name: string; readonly threads: number }[] {
  return [1, cpus().length].map((threads) => ({
    name: `PyTorch, compiled, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    threads,
  }));
}

export function rateText(rowsPerSecond: number): string {
  return `${Math.round(rowsPerSecond).toLocaleString("en")} rows/s`;
}

/** A file of bench/, or beside it. */
export function pathOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
