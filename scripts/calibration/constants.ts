import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import type { Config } from "../../src/config/config.ts";
import { generatorSettings } from "../../src/data/presets.ts";

/** The sets that fit Figure 2, as `mmoe data --fit` wrote them. */
const SETS = "results/calibration/constants.csv";

/**
 * The name of a generator's constants: sines and place of the set in that file, or a preset that is none of them. Throws
 * RangeError for others.
 */
export function constantsName(data: Config["data"]): string {
  const rows: Record<string, string>[] = parse(readFileSync(SETS), { columns: true });
  const settings = { ...generatorSettings(data) };
  const found = rows.find((row) => isDeepStrictEqual(parseYaml(row.data as string), settings));
  if (found !== undefined) return `${found.sines}-${found.set}`;
  if (typeof data === "string") return data;
  throw new RangeError(`data: expected constants of ${SETS}, got ${JSON.stringify(data)}`);
}
