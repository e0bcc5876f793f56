import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import type { GeneratorConfig } from "../../src/config/config.ts";
import { GENERATOR_PRESETS, generatorSettings } from "../../src/data/presets.ts";

const NAMES = ["constants", "points", "phases", "rungs"];
const FILES = NAMES.map((name) => `research/results/${name}.csv`);
const ROWS = FILES.map((file): Record<string, string>[] => parse(readFileSync(file), { columns: true }));
/** The sets that fit Figure 2, as `npm run research -- fit` wrote them, with their names. */
const SETS = ROWS.flat().map(({ sines, set, data }) => {
  return { name: nameOf({ sines, set }), text: data, settings: parseYaml(data) };
});

/**
 * The name of a generator's constants: sines and place of the set in that file, or a preset that is none of them. Throws
 * RangeError for others.
 */
export function constantsName(data: GeneratorConfig["data"]): string {
  const own = { ...generatorSettings(data) };
  const found = SETS.find(({ settings }) => isDeepStrictEqual(settings, own));
  if (found !== undefined) return found.name;
  if (typeof data === "string") return data;
  throw new RangeError(`data: expected constants of ${FILES.join(" or ")}, got ${JSON.stringify(data)}`);
}

/** The names of all sets of `constants`, `points`, `phases` or `rungs`; undefined for another name. */
export function setsIn(file: string): string[] | undefined {
  return ROWS[NAMES.indexOf(file)]?.map(nameOf);
}

function nameOf({ sines, set }: Record<string, string | undefined>): string {
  return `${sines}-${set}`;
}

/** The constants of a name as a config's `data` takes them. Throws RangeError for a name of none. */
export function constantsText(name: string): string {
  const found = SETS.find((set) => set.name === name);
  if (found !== undefined) return found.text;
  if (name in GENERATOR_PRESETS) return name;
  throw new RangeError(`constants: expected a set of ${FILES.join(" or ")} or a preset of the generator, got ${name}`);
}
