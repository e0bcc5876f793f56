import { GENERATOR_PRESETS } from "../data/presets.ts";
import type { Config, SettingOrigin } from "./config.ts";
import { SETTING_KEYS, type SettingKey } from "./schema.ts";
import { choicesText } from "./tuned.ts";

/** A setting as shown to people. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly from: SettingOrigin;
  /** Why it has that mark; empty if no reason is recorded. */
  readonly why: string;
  /** True for a constant of the generator that the setting `data` names, which precedes it. */
  readonly ofGenerator: boolean;
}

/** A sweep's settings, each value with its mark: the config's settings in order, the generator's after `data`. */
export function settingRows(config: Config): SettingRow[] {
  const untuned = config.tuned === null ? ["tuned"] : [];
  const keys = SETTING_KEYS.filter((key) => !["name", "about", ...untuned].includes(key));
  return keys.flatMap((key) => {
    const row = { name: key, value: settingText(config, key), from: config.origins[key], why: "", ofGenerator: false };
    return key === "data" ? [row, ...generatorRows(config)] : [row];
  });
}

function generatorRows({ data }: Config): SettingRow[] {
  const { settings, origins } = GENERATOR_PRESETS[data];
  const keys = Object.keys(settings) as (keyof typeof settings)[];
  return keys.map((name) => {
    const { mark, why } = origins[name];
    return { name, value: valueText(settings[name]), from: mark, why, ofGenerator: true };
  });
}

/** A setting of a config on one line; of what was tuned, the choices. */
export function settingText(config: Config, key: SettingKey): string {
  return key === "tuned" && config.tuned !== null ? choicesText(config.tuned) : valueText(config[key]);
}

/** A setting's value on one line: a list by commas, a matrix as JSON. */
export function valueText(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  if (!Array.isArray(value)) return String(value);
  return value.some(Array.isArray) ? JSON.stringify(value) : value.join(", ");
}
