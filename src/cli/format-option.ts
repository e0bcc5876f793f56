// Shared by the commands that print tables for people or programs.
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import type { Output } from "./effects.ts";
import { choiceOption } from "./options.ts";
import { type Block, blocksLatex, blocksMarkdown, blocksText, roomOf } from "./text/blocks.ts";

export const TEXT_FORMATS = ["table", "csv", "json", "markdown", "latex"] as const;
type Format = (typeof TEXT_FORMATS)[number];

export interface FormatOptions {
  readonly format?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** Adds --format and the shorter flags; `csv` and `json` say what these formats hold. */
export function addFormatOption(command: Command, { csv, json }: { csv: string; json: string }): Command {
  return command
    .option("--format <name>", `${TEXT_FORMATS.join(", ")} (default: table)`)
    .option("--csv", `as --format csv: ${csv}`)
    .option("--json", `as --format json: ${json}`);
}

/** Throws UsageError for an unknown format, or for two of them. */
export function formatOption({ format, csv = false, json = false }: FormatOptions): Format {
  const chosen = format === undefined ? undefined : choiceOption("--format", format, TEXT_FORMATS);
  const given = new Set<Format>([
    ...(chosen ? [chosen] : []),
    ...(csv ? ["csv" as const] : []),
    ...(json ? ["json" as const] : []),
  ]);
  const [first = "table", second] = given;
  if (second === undefined) return first;
  const flags = [...(chosen ? [`--format ${chosen}`] : []), ...(csv ? ["--csv"] : []), ...(json ? ["--json"] : [])];
  throw new UsageError(`${flags.join(" and ")}: expected one of them`);
}

/** Blocks for people, in one of the formats that are for people. */
export function blocksAs(format: "table" | "markdown" | "latex", blocks: readonly Block[], out: Output): string {
  if (format === "latex") return blocksLatex(blocks);
  return format === "markdown" ? blocksMarkdown(blocks) : blocksText(blocks, roomOf(out));
}

/** A value as JSON; numbers that are not finite are null. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
