import { existsSync, statSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { pathOption } from "./options.ts";

interface Options {
  readonly output?: string;
  readonly overwrite?: boolean;
}

/** The file to write; undefined without -o. Refuses to replace one without --overwrite: UsageError. */
export function outputFile({ output, overwrite = false }: Options): string | undefined {
  if (output === undefined) return undefined;
  const file = pathOption("--output", output);
  if (!existsSync(file)) return file;
  if (!statSync(file).isFile()) throw new UsageError(`${file} is not a file that can be replaced; give another -o`);
  if (!overwrite) throw new UsageError(`${file} exists; give another -o, or --overwrite`);
  return file;
}
