import { checkGrid, withoutSingles } from "./check-grid.ts";
import { checkedBy, checkFile } from "./checked-by.ts";
import type { Config, SettingOrigin } from "./config.ts";
import { withCrossedRuns } from "./cross.ts";
import { type GivenValues, type Override, upToDate } from "./file-version.ts";
import { checkModels, definitionsApart, ownModelsIn, withModels } from "./own-models.ts";
import { checkHeard } from "./refused.ts";
import { checkRows, rowsFirst, withRows } from "./rows.ts";
import { FILE_SCHEMA, SETTING_KEYS, type SettingKey, type Settings, SWEEP_SCHEMA } from "./schema.ts";
import { checkTasks } from "./tasks.ts";
import { checkTuned } from "./tuned.ts";

/** The file with the overrides laid over it, checked and frozen. Throws UsageError for the first thing wrong. */
export function checkConfig(file: GivenValues, overrides: readonly Override[]): Config {
  const { marks, version: _, ...given } = checkFile(FILE_SCHEMA, upToDate(withRows(file)));
  const settings = withoutSingles(definitionsApart(given, file)) as Settings;
  const origins = Object.fromEntries(SETTING_KEYS.map((key) => [key, marks[key] ?? "yours"])) as Origins;
  const sources: Partial<Record<SettingKey, string>> = {};
  for (const one of rowsFirst(overrides)) {
    for (const [key, value] of Object.entries(overriding(settings, one)) as [SettingKey, never][]) {
      if (!same(settings[key], value)) origins[key] = "yours";
      settings[key] = value;
      sources[key] = one.source;
    }
  }
  withCrossedRuns(settings, sources, file.source);
  settings.ownModels = ownModelsIn(settings);
  origins.ownModels = settings.ownModels.length > 0 ? "yours" : "assumed";
  if (settings.rows !== null) origins.tasks = "yours"; // the table has them
  checkSettings(settings, sources, file.source);
  return frozen({ ...settings, origins });
}

type Origins = Record<SettingKey, SettingOrigin>;

/** The settings that an override gives; definitions of models are added to those before. */
function overriding(before: Settings, override: Override): Partial<Settings> {
  const { source } = override;
  const given = "valuesAfter" in override ? { ...override, values: override.valuesAfter(before) } : override;
  const { values } = withRows(given, within(source));
  const checked = checkedBy(SWEEP_SCHEMA.partial(), values as object, within(source), source);
  const { ownModels, ...others } = definitionsApart(checked, override);
  const all = ownModels && { ownModels: withModels(before.ownModels, ownModels) };
  return withoutSingles({ ...others, ...all });
}

/** Refuses settings that do not fit together; `sources` names the overrides among them. */
function checkSettings(settings: Settings, sources: Partial<Record<SettingKey, string>>, file: string): void {
  const place = (key: SettingKey, at = "") => sources[key] ?? `${file}: ${key === "ownModels" ? "models" : key}${at}`;
  checkRows(settings, place);
  checkTasks(settings, place);
  checkModels(settings, place);
  checkGrid(settings, place);
  checkTuned(settings, sources.tuned === undefined ? Object.keys(sources) : [], place);
  checkHeard(settings, place);
}

/** The places of a flag's value: the flag and, of a setting with keys, the key: `--set data: alpha[1]`. */
function within(flag: string): (path: string) => string {
  return (path) => {
    const dot = path.indexOf(".");
    return dot < 0 ? flag : `${flag}: ${path.slice(dot + 1)}`;
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function frozen(config: Config): Config {
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  };
  freeze(config);
  return config;
}
