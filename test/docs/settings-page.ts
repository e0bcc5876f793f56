import { z } from "zod";
import {
  CONFIG_VERSION,
  DECLARED,
  FILE_SCHEMA,
  OPTIONAL_SETTINGS,
  SETTING_KEYS,
  type SettingKey,
} from "../../src/config/schema.ts";
import { TRAINING_PATHS, type TrainingPath } from "../../src/engines/training-path.ts";
import { MADE, table } from "./made-tables.ts";

const VERSIONS = `## Versions

\`config.yaml\` holds the version of its settings, which is ${CONFIG_VERSION}. It changes when the meaning of a setting changes, but not when a setting is added: a new setting has a default, which a file without it gets, and the folder keeps its name. An older mmoe refuses a file with a setting that it does not know.

Your own config files need no version. What they lack, they take from the config that they extend, by default preset \`paper\`; a file that has every setting without a default extends none, and the others have their defaults.`;

/** docs/settings.md: every setting, from where it is declared. */
export function settingsPage(): string {
  const rows = SETTING_KEYS.map((key) => [
    `\`${key}\``,
    expectedOf(key),
    isIdentity(key) ? "yes" : "",
    DECLARED[key].grid ? "yes" : "",
    notesOf(key),
  ]);
  return `# Settings

${MADE}

A results folder has all settings of its sweep in \`config.yaml\`. [config.md](config.md) shows how to write a config yourself, with only the settings that you change. The schema for editors is [configs/schema.json](../configs/schema.json).

A setting is part of a sweep's **identity** if changing it makes another sweep, in another folder. A setting that can be **listed** can be a list of values; the sweep trains every combination. The notes say where only one value is allowed. A complete file may lack a setting that has a default.

${table("setting", rows, ["is", "identity", "listed", "notes"])}

${VERSIONS}
`;
}

/** Whether another value is another sweep. */
export function isIdentity(key: SettingKey): boolean {
  const { hash } = DECLARED[key];
  return hash !== "shown" && hash !== "extent";
}

export function notesOf(key: SettingKey): string {
  return [defaultText(key), refusedText(key)].filter((text) => text !== "").join("; ");
}

function defaultText(key: SettingKey): string {
  const setting = OPTIONAL_SETTINGS[key];
  return setting === undefined ? "" : `default \`${JSON.stringify(setting.default)}\``;
}

/** Where training refuses all values of a setting but one. */
function refusedText(key: SettingKey): string {
  const refused = Object.entries(DECLARED[key].paths).filter(([, support]) => typeof support === "object");
  const [first] = refused.map(([, { only }]) => `only \`${Array.isArray(only) ? "[]" : only}\` `);
  return `${first ?? ""}${refused.map(([path]) => TRAINING_PATHS[path as TrainingPath].where).join(", ")}`;
}

/** What a setting may be; of one that may be listed, one value. */
export function expectedOf(key: SettingKey): string {
  const schema = (FILE_SCHEMA.shape as Readonly<Record<string, z.ZodType>>)[key];
  const one =
    schema instanceof z.ZodUnion && schema.description === undefined ? (schema.options[0] as z.ZodType) : schema;
  return one?.description ?? "";
}
