import { relative } from "node:path";
import { stringify } from "yaml";
import type { Mark } from "../data/presets.ts";
import { type Config, constantsOf } from "./config.ts";
import { isCodeDefinition } from "./own-models.ts";
import { CONFIG_VERSION, SETTING_KEYS, type SettingKey } from "./schema.ts";

/** A config as a file of this version in `folder`, marks included; a preset's constants follow as comments. */
export function configYaml(config: Config, folder = "."): string {
  const moved = <T extends { readonly file: string }>(from: T) => {
    return { ...from, file: relative(folder, from.file).replaceAll("\\", "/") }; // so that both may move together
  };
  const ownModels = config.ownModels.map((model) => (isCodeDefinition(model) ? moved(model) : model));
  const metrics = config.metrics.map(moved);
  const all = { ...config, ownModels, metrics, rows: config.rows && moved(config.rows) };
  const settings = Object.fromEntries(SETTING_KEYS.map((key) => [key, all[key]]));
  const marks = Object.fromEntries(marked(config));
  return `${stringify({ version: CONFIG_VERSION, ...settings, marks }, { flowCollectionPadding: false })}${generatorComment(config)}`;
}

function marked(config: Config): [SettingKey, Mark][] {
  return SETTING_KEYS.flatMap((key) => {
    const origin = config.origins[key];
    return origin === "yours" ? [] : [[key, origin] as [SettingKey, Mark]];
  });
}

/** A preset's constants; those of the config are in it already. */
function generatorComment(config: Config): string {
  if (typeof config.data !== "string") return "";
  const lines = constantsOf(config).map(
    ({ name, value, from, why }) => `#   ${name}: ${JSON.stringify(value)} (${from}: ${why})`,
  );
  return [`# data ${config.data}, constants of the generator:`, ...lines, ""].join("\n");
}
