import { type Config, trainedHash } from "./config.ts";
import { SETTING_KEYS, type SettingKey } from "./schema.ts";

/** What a sweep may have more of without becoming another one. */
const EXTENT: readonly SettingKey[] = ["correlations", "models", "runs"];
const NAMES: readonly SettingKey[] = ["name", "about"];

/** Settings in which two configs train differently, e.g. `batch: 256 there, 64 here`; none if they belong together. */
export function differences(
  there: Config,
  here: Config,
  places: readonly [string, string] = ["there", "here"],
): string[] {
  if (trainedHash(there) === trainedHash(here)) return [];
  return SETTING_KEYS.filter((key) => !EXTENT.includes(key) && !NAMES.includes(key) && there[key] !== here[key]).map(
    (key) => `${key}: ${there[key]} ${places[0]}, ${here[key]} ${places[1]}`,
  );
}

/** `config` with all runs, models and correlations of either. */
export function widened(config: Config, other: Config): Config {
  return Object.freeze({
    ...config,
    runs: Math.max(config.runs, other.runs),
    models: union(other.models, config.models),
    correlations: union(other.correlations, config.correlations),
  });
}

function union<T>(first: readonly T[], second: readonly T[]): T[] {
  return [...new Set([...first, ...second])];
}
