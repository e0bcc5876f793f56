import { stringify } from "yaml";
import { GENERATOR_PRESETS, type Mark } from "../data/presets.ts";
import type { Config } from "./config.ts";
import { CONFIG_VERSION, SETTING_KEYS, type SettingKey } from "./schema.ts";

/** A config as a file of this version, marks included; the generator's constants follow as comments. */
export function configYaml(config: Config): string {
  const settings = Object.fromEntries(SETTING_KEYS.map((key) => [key, config[key]]));
  const marks = Object.fromEntries(marked(config));
  return `${stringify({ version: CONFIG_VERSION, ...settings, marks }, { flowCollectionPadding: false })}${generatorComment(config)}`;
}

function marked(config: Config): [SettingKey, Mark][] {
  return SETTING_KEYS.flatMap((key) => {
    const origin = config.origins[key];
    return origin === "yours" ? [] : [[key, origin] as [SettingKey, Mark]];
  });
}

function generatorComment({ data }: Config): string {
  const { settings, origins } = GENERATOR_PRESETS[data];
  const keys = Object.keys(settings) as (keyof typeof settings)[];
  const lines = keys.map(
    (key) => `#   ${key}: ${JSON.stringify(settings[key])} (${origins[key].mark}: ${origins[key].why})`,
  );
  return [`# data ${data}, constants of the generator:`, ...lines, ""].join("\n");
}
