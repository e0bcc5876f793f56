import { z } from "zod";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "../data/presets.ts";
import { INITIALIZER_NAMES } from "../models/initializers.ts";
import { MODEL_NAMES } from "../models/zoo.ts";

/** The largest count anywhere: a counter of the row generator has 32 bits. */
export const LARGEST_COUNT = 2 ** 31 - 1;

const PRESET_NAMES = Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[];

/** Descriptions complete the sentence "expected ...": they are the error texts and the editors' hints. */
const count = (least = 1) =>
  z.int().min(least).max(LARGEST_COUNT).describe(`a whole number from ${least} to ${LARGEST_COUNT}`);
const choice = <T extends string>(values: readonly T[]) => z.enum(values).describe(`one of ${values.join(", ")}`);
const listOf = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item)
    .min(1)
    .refine((values) => new Set(values).size === values.length)
    .describe(`a list of ${what}, at least one and none twice`);

const correlation = z.number().min(-1).max(1).transform(withoutMinusZero).describe("a number from -1 to 1");
const positive = (what: string) => z.number().positive().describe(what);

export const MARKS = ["paper", "read off", "assumed"] as const;

/** Everything that defines a sweep. A file gives every key; nothing is filled in behind its back. */
export const SETTINGS_SCHEMA = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/i)
    .max(60)
    .describe("a name of letters, digits, '.', '_' and '-'"),
  about: z.string().describe("a sentence: what the sweep reproduces"),
  data: choice(PRESET_NAMES),
  seed: count(0),
  correlations: listOf(correlation, "numbers from -1 to 1"),
  models: listOf(choice(MODEL_NAMES), "models"),
  runs: count(),
  trainRows: z.union([count(), z.literal("fresh")]).describe(`a whole number from 1 to ${LARGEST_COUNT}, or fresh`),
  sampling: choice(["epochs", "replacement"]),
  batch: count(),
  steps: count(),
  optimizer: choice(["adam", "sgd"]),
  lr: positive("a number above 0"),
  initializer: choice(INITIALIZER_NAMES),
  initializerStd: positive("a number above 0 (used by truncated-normal)"),
  dropout: z.number().min(0).lt(1).describe("a number from 0 to below 1"),
  evalEvery: count(),
  heldoutRows: count(),
});

export type Settings = z.output<typeof SETTINGS_SCHEMA>;
export type SettingKey = keyof Settings;
export const SETTING_KEYS = Object.keys(SETTINGS_SCHEMA.shape) as SettingKey[];

/** A config file: the settings, and where each value comes from. */
export const FILE_SCHEMA = SETTINGS_SCHEMA.extend({
  marks: z
    .partialRecord(z.enum(SETTING_KEYS as [SettingKey, ...SettingKey[]]), z.enum(MARKS))
    .describe(`a mark (${MARKS.join(", ")}) for each setting that has one`),
});

/** -0 would give a run an id of its own. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}
