import { type GridPoint, pointText } from "../identity/cell.ts";
import { belongTogether, type Config, trainedHash } from "./config.ts";
import { definitionText, ownModelsIn, withModels } from "./own-models.ts";
import { EXTENT, listedKeys, SETTING_KEYS, type SettingKey, SHOWN, valuesOf } from "./schema.ts";
import { settingText, valueText } from "./setting-rows.ts";

/** Settings in which two configs train differently, e.g. `batch: 256 there, 64 here`; none if they belong together. */
export function configDifferences(
  there: Config,
  here: Config,
  places: readonly [string, string] = ["there", "here"],
): string[] {
  if (belongTogether(trainedHash(there), trainedHash(here))) return [];
  const listed: readonly SettingKey[] = listedKeys(there).filter((key) => Array.isArray(here[key]));
  const trained = SETTING_KEYS.filter((key) => ![...EXTENT, ...SHOWN, ...listed].includes(key));
  const texts = trained.map((key): [string, string, string] => [key, trainedText(there, key), trainedText(here, key)]);
  return [...texts, ...modelTexts(there, here)]
    .filter(([, a, b]) => a !== b)
    .map(([key, a, b]) => `${key}: ${a} ${places[0]}, ${b} ${places[1]}`);
}

/** Definitions of the models that both have. */
function modelTexts(there: Config, here: Config): [string, string, string][] {
  return there.ownModels.flatMap((model) => {
    const other = here.ownModels.find(({ name }) => name === model.name);
    return other ? [[`model ${model.name}`, definitionText(model), definitionText(other)]] : [];
  });
}

/** A list that makes a grid in brackets: `[0.001, 0.01]`. */
function trainedText(config: Config, key: SettingKey): string {
  const text = settingText(config, key);
  return listedKeys(config).some((listed) => listed === key) ? `[${text}]` : text;
}

/**
 * `config` with all runs, models and their definitions, correlations and values of listed settings of either; both have the same settings as
 * lists. A value that is the other's keeps the other's mark.
 */
export function widened(config: Config, other: Config): Config {
  const models = union(other.models, config.models);
  const wide = {
    ...config,
    runs: Math.max(config.runs, other.runs),
    models,
    ownModels: ownModelsIn({ models, ownModels: withModels(other.ownModels, config.ownModels) }),
    points: unitedPoints(other.points, config.points),
    correlations: config.correlations && union(other.correlations ?? [], config.correlations),
    ...Object.fromEntries(
      listedKeys(config).map((key) => [key, union(valuesOf(other, key), valuesOf(config, key))] as const),
    ),
  };
  const origins = SETTING_KEYS.map((key) => {
    const from = valueText(wide[key]) === valueText(other[key]) ? other : config;
    return [key, from.origins[key]] as const;
  });
  return Object.freeze({ ...wide, origins: Object.fromEntries(origins) as Config["origins"] });
}

/** The points of either, each in the more runs. */
function unitedPoints(first: Config["points"], second: Config["points"]): Config["points"] {
  if (first === null || second === null) return null;
  const both = new Map<string, (typeof first)[number]>();
  for (const one of [...first, ...second]) {
    const key = `${one.model} ${pointText(one.values as GridPoint)}`;
    both.set(key, { ...one, runs: Math.max(one.runs, both.get(key)?.runs ?? 0) });
  }
  return [...both.values()];
}

function union<T>(first: readonly T[], second: readonly T[]): T[] {
  return [...new Set([...first, ...second])];
}
