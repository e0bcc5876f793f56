import { LARGEST_COUNT } from "../config/kinds.ts";
import { didYouMean } from "../config/suggest.ts";
import { KERNEL_CHOICES, type KernelChoice } from "../engines/cpu/kernel-sets.ts";
import { UsageError } from "../errors.ts";
import type { EngineName } from "../sweep/engines.ts";

/** A whole number from a flag's text; UsageError with flag and value for anything else. */
export function countOption(flag: string, text: string, least = 1, most = LARGEST_COUNT): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${flag}: expected a whole number from ${least} to ${most}, got '${text}'`);
}

/** A number of at least `least` from a flag's text; UsageError with flag and value for anything else. */
export function numberOption(flag: string, text: string, least: number): number {
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= least && Number.isFinite(value)) return value;
  throw new UsageError(`${flag}: expected a number of at least ${least}, got '${text}'`);
}

/** A path from a flag's text; UsageError for none, which would be the working folder. */
export function pathOption(flag: string, text: string): string {
  if (text !== "") return text;
  throw new UsageError(`${flag}: expected a path, got ''`);
}

/** A folder from a flag's text; UsageError for `-`, which means stdout where a file is written. */
export function folderOption(flag: string, text: string): string {
  if (text !== "-") return pathOption(flag, text);
  throw new UsageError(`${flag}: expected a folder, got '-'; several files can't go to stdout`);
}

/** One of `values` from a flag's text; UsageError with flag, value and the nearest choice for anything else. */
export function choiceOption<T extends string>(flag: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(`${flag}: expected one of ${values.join(", ")}, got '${text}'${didYouMean(text, values)}`);
}

/** What `--kernels` asks for. Whether it runs is known only where it trains. UsageError with an engine that has no kernels. */
export function kernelsOption(text: string | undefined, engine: EngineName): KernelChoice | undefined {
  if (text === undefined) return undefined;
  const choice = choiceOption("--kernels", text, KERNEL_CHOICES);
  if (engine === "cpu" || engine === "auto") return choice;
  throw new UsageError(`--kernels ${choice} is for --engine cpu, not ${engine}`);
}

/** Milliseconds from a flag's text, e.g. 3h50m, 90s or 2d; UsageError with flag and value for anything else. */
export function durationOption(flag: string, text: string): number {
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const [days, hours, minutes, seconds] = (parts ?? []).slice(1).map((part) => Number(part ?? 0)) as number[];
  const ms = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000;
  if (ms > 0 && ms <= LARGEST_COUNT) return ms; // a timer can't be longer than 24 days
  throw new UsageError(`${flag}: expected a time such as 3h50m, at most 24d, got '${text}'`);
}

/** The items of a comma-separated flag. */
export function listOption(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

/** An option that may be given again: all its texts. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
