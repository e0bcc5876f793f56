import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import type { Config } from "../../src/config/config.ts";

/** The sets that fit Figure 2, as `mmoe data --fit` wrote them. */
const SETS = "results/calibration/constants.csv";

/** The name of a generator's constants: a preset, or sines and place of a set in that file. Throws for others. */
export function constantsName(data: Config["data"]): string {
  if (typeof data === "string") return data;
  const rows: Record<string, string>[] = parse(readFileSync(SETS), { columns: true });
  const found = rows.find((row) => isDeepStrictEqual(parseYaml(row.data as string), { ...data }));
  if (found === undefined) throw new RangeError(`data: expected constants of ${SETS}, got ${JSON.stringify(data)}`);
  return `${found.sines}-${found.set}`;
}
