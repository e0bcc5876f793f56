import { z } from "zod";
import { DECLARED, FILE_SCHEMA, LATER_SETTINGS, SETTING_KEYS, type SettingKey } from "../../src/config/schema.ts";
import { TRAINING_PATHS, type TrainingPath } from "../../src/engines/training-path.ts";
import { MADE, table } from "./made-tables.ts";

const VERSIONS = `## Versions

\`config.yaml\` holds the version of its settings. A newer mmoe can read an older file. Each setting that did not exist yet gets the value that mmoe used before the setting existed, and the folder keeps its name. An older mmoe refuses a newer file.

Your own config files need no version: they count as the newest version of which they use a setting, or as version 1. They take other settings of that version from the config that they extend (by default preset \`paper\`). They therefore stay valid when settings are added.`;

/** docs/settings.md: every setting, from where it is declared. */
export function settingsPage(): string {
  const rows = SETTING_KEYS.map((key) => [
    ...[`\`${key}\``, expectedOf(key), isIdentity(key) ? "yes" : ""],
    ...[DECLARED[key].grid ? "yes" : "", notesOf(key)],
  ]);
  return `# Settings

${MADE}

A results folder has all settings of its sweep in \`config.yaml\`. [config.md](config.md) shows how to write a config yourself, with only the settings that you change. The schema for editors is [configs/schema.json](../configs/schema.json).

A setting is part of a sweep's **identity** if changing it makes another sweep, in another folder. A setting that can be **listed** can be a list of values; the sweep trains every combination. The notes say where only one value is allowed. Some settings are newer than the first version of config files: for these, the notes say which value they have in an older file.

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
  return [beforeText(key), refusedText(key)].filter((text) => text !== "").join("; ");
}

function beforeText(key: SettingKey): string {
  const later = LATER_SETTINGS[key];
  return later === undefined ? "" : `\`${JSON.stringify(later.before)}\` before version ${later.since}`;
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
