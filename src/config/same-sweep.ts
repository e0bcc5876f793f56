import { type Config, trainedHash } from "./config.ts";
import { EXTENT, NAMES, SETTING_KEYS, type SettingKey } from "./schema.ts";
import { valueText } from "./setting-rows.ts";

/** Settings in which two configs train differently, e.g. `batch: 256 there, 64 here`; none if they belong together. */
export function differences(
  there: Config,
  here: Config,
  places: readonly [string, string] = ["there", "here"],
): string[] {
  if (trainedHash(there) === trainedHash(here)) return [];
  const trained = SETTING_KEYS.filter((key) => !EXTENT.includes(key) && !NAMES.includes(key));
  const texts = trained.map((key): [SettingKey, string, string] => [key, valueText(there[key]), valueText(here[key])]);
  return texts.filter(([, a, b]) => a !== b).map(([key, a, b]) => `${key}: ${a} ${places[0]}, ${b} ${places[1]}`);
}

/** `config` with all runs, models and correlations of either. A value that is the other's keeps the other's mark. */
export function widened(config: Config, other: Config): Config {
  const wide = {
    ...config,
    runs: Math.max(config.runs, other.runs),
    models: union(other.models, config.models),
    correlations: union(other.correlations, config.correlations),
  };
  const origins = SETTING_KEYS.map((key) => {
    const from = valueText(wide[key]) === valueText(other[key]) ? other : config;
    return [key, from.origins[key]] as const;
  });
  return Object.freeze({ ...wide, origins: Object.fromEntries(origins) as Config["origins"] });
}

function union<T>(first: readonly T[], second: readonly T[]): T[] {
  return [...new Set([...first, ...second])];
}
