// What commands share: values of options, the file that they write, and the formats that they print.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { LARGEST_COUNT } from "../config/kinds.ts";
import { didYouMean } from "../config/suggest.ts";
import { KERNEL_CHOICES, type KernelChoice } from "../engines/cpu/kernel-sets.ts";
import { UsageError } from "../errors.ts";
import { writeWholeSync } from "../files.ts";
import { writable } from "../records/find-results.ts";
import type { EngineName } from "../sweep/engines.ts";
import type { Output } from "./command.ts";
import { type Block, blocksLatex, blocksMarkdown, blocksText, roomOf } from "./text/blocks.ts";

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

interface OutputOptions {
  readonly output?: string | undefined;
  readonly overwrite?: boolean | undefined;
}

/**
 * The file to write; undefined without -o. Refuses `-`, a file whose folder can't be written, and to replace a file without
 * --overwrite: UsageError.
 */
export function outputFile({ output, overwrite = false }: OutputOptions): string | undefined {
  if (output === undefined) return undefined;
  const file = pathOption("--output", output);
  if (file === "-") throw new UsageError("--output: expected a file, got '-'; a file of this name is ./-");
  writable(file, () => accessSync(`${dirname(file)}/.`, constants.W_OK), "give another -o");
  if (!existsSync(file)) return file;
  if (!statSync(file).isFile()) throw new UsageError(`${file} is not a file that can be replaced; give another -o`);
  if (!overwrite) throw new UsageError(`${file} exists; give another -o, or --overwrite`);
  return file;
}

/**
 * Writes all of `text` to stdout, and waits until a slow reader has taken it, so that memory does not fill up. False if
 * the reader has left, or if stdout can't be written: the process says so at its end.
 */
export function writeOut(out: Output, text: string): Promise<boolean> {
  return new Promise((done) => {
    out.write(text, (error) => done(!error));
  });
}

export const TEXT_FORMATS = ["table", "csv", "json", "markdown", "latex"] as const;
export type Format = (typeof TEXT_FORMATS)[number];

/** What a command takes beside --csv and --json, which say what these formats hold. */
export const FORMAT_OPTION = ["--format <name>", `${TEXT_FORMATS.join(", ")} (default: table)`] as const;

interface FormatOptions {
  readonly format?: string | undefined;
  readonly csv?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Throws UsageError for an unknown format, or for two of them. */
export function formatOption({ format, csv = false, json = false }: FormatOptions): Format {
  const chosen = format === undefined ? undefined : choiceOption("--format", format, TEXT_FORMATS);
  const given = new Map<string, Format>();
  if (chosen) given.set(`--format ${chosen}`, chosen);
  if (csv) given.set("--csv", "csv");
  if (json) given.set("--json", "json");
  const [first = "table", second] = new Set(given.values());
  if (second === undefined) return first;
  throw new UsageError(`${[...given.keys()].join(" and ")}: expected one of them`);
}

/** What a command shows in each format: only the chosen one is made. */
interface Contents {
  readonly csv: () => string;
  readonly json: () => object;
  readonly blocks: () => readonly Block[];
}

export function writeAs(out: Output, format: Format, { csv, json, blocks }: Contents): void {
  if (format === "csv") out.write(csv());
  else if (format === "json") out.write(jsonText(json()));
  else out.write(blocksAs(format, blocks(), out));
}

/** Blocks for people, in one of the formats that are for people. */
export function blocksAs(format: "table" | "markdown" | "latex", blocks: readonly Block[], out: Output): string {
  if (format === "latex") return blocksLatex(blocks);
  return format === "markdown" ? blocksMarkdown(blocks) : blocksText(blocks, roomOf(out));
}

/** Writes what -o names, completely or not at all. Throws UsageError if the operating system refuses it. */
export function writeOutput(file: string, content: string | Uint8Array): void {
  writable(file, () => writeWholeSync(file, content), "give another -o");
}

/** Runs needed, where no number of runs on a table would do. */
export const MORE_ROWS = "more rows";

/** A value as JSON; numbers that are not finite are null, but for runs needed, where only more rows would do. */
export function jsonText(value: object, indent = 2): string {
  const shown = (key: string, one: unknown) => (key === "needed" && one === Number.POSITIVE_INFINITY ? MORE_ROWS : one);
  return `${JSON.stringify(value, shown, indent)}\n`;
}
