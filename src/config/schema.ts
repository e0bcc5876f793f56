import { z } from "zod";
import { LATER_SETTINGS, SETTINGS_SCHEMA } from "./settings.ts";

export const MARKS = ["paper", "read off", "assumed"] as const;

export type Settings = z.output<typeof SETTINGS_SCHEMA>;
export type SettingKey = keyof Settings;
export const SETTING_KEYS = Object.keys(SETTINGS_SCHEMA.shape) as SettingKey[];

/** Settings that extend a sweep: with more of them it is still the same sweep. */
export const EXTENT: readonly SettingKey[] = ["correlations", "models", "runs"];
export const NAMES: readonly SettingKey[] = ["name", "about"];

/** The version of the config files that this mmoe stores: that of its newest setting. */
export const CONFIG_VERSION = Math.max(1, ...Object.values(LATER_SETTINGS).map(({ since }) => since));

/** A config file that people write: every setting, and where each value comes from. Stored ones have a version too. */
export const FILE_SCHEMA = SETTINGS_SCHEMA.extend({
  version: z
    .int()
    .min(1)
    .max(CONFIG_VERSION)
    .describe(`the version of a stored config, a whole number from 1 to ${CONFIG_VERSION}`)
    .optional(),
  marks: z
    .partialRecord(z.enum(SETTING_KEYS as [SettingKey, ...SettingKey[]]), z.enum(MARKS))
    .describe(`a mark (${MARKS.join(", ")}) for each setting that has one`),
});
