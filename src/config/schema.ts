import { z } from "zod";
import { hasConstant, type MethodName } from "../engines/methods.ts";
import { type GridPoint, type GridValue, partOf, pointText } from "../identity/cell.ts";
import { distinctList } from "./kinds.ts";
import { NAMED_OR_OWN } from "./own-model-schema.ts";
import { GIVEN_ROWS, GIVEN_TASKS } from "./rows-schema.ts";
import { CONSTANT_KEYS, type GridKey, type Optional, SETTINGS, type Setting } from "./settings.ts";

const MARKS = ["paper", "read off", "assumed"] as const;

type Schemas = { [Key in keyof typeof SETTINGS]: (typeof SETTINGS)[Key]["schema"] };

export const DECLARED: Readonly<Record<keyof Schemas, Setting>> = SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as (keyof Schemas)[];

export const SETTINGS_SCHEMA = z.strictObject(fromKeys<Schemas>(SETTING_KEYS, (key) => DECLARED[key].schema));

function fromKeys<T extends Readonly<Record<string, z.ZodType>>>(
  keys: readonly (keyof T)[],
  schemaOf: (key: keyof T) => z.ZodType,
): T {
  return Object.fromEntries(keys.map((key) => [key, schemaOf(key)])) as T;
}

/** Settings with one value each. */
export type PointSettings = z.output<typeof SETTINGS_SCHEMA>;
type ListedSettings = { [Key in GridKey]: PointSettings[Key] | readonly PointSettings[Key][] };

/** The settings of a sweep: some may be lists. */
export type Settings = Omit<PointSettings, GridKey> & ListedSettings;
export type SettingKey = keyof Settings;

/** Names a setting, and perhaps a place in it, as the user gave it. */
export type Place = (key: SettingKey, at?: string) => string;

/** Settings that may be a list. */
export const GRID_KEYS = SETTING_KEYS.filter((key): key is GridKey => DECLARED[key].grid);

/** Settings that extend a sweep: with more of them it is still the same sweep. */
export const EXTENT = SETTING_KEYS.filter((key) => DECLARED[key].hash === "extent");
/** Settings that say how a sweep is called and shown: no run depends on them. */
export const SHOWN = SETTING_KEYS.filter((key) => DECLARED[key].hash === "shown");

/** The settings that a file may lack. */
export const OPTIONAL_SETTINGS: Readonly<Record<string, Optional<unknown>>> = Object.fromEntries(
  SETTING_KEYS.flatMap((key) => {
    const declared = DECLARED[key];
    return declared.default === undefined ? [] : [[key, declared]];
  }),
);

/** The version of config files. Raised when the meaning of a setting changes, but not when one is added. */
export const CONFIG_VERSION = 1;

/** The settings of a sweep, as a file or an option gives them: a model may be defined where it is listed. */
export const SWEEP_SCHEMA = SETTINGS_SCHEMA.extend({
  models: distinctList(NAMED_OR_OWN, "models"),
  rows: GIVEN_ROWS,
  ...fromKeys<{ [Key in GridKey]: z.ZodType<ListedSettings[Key]> }>(GRID_KEYS, (key) =>
    oneOrSeveral(SETTINGS_SCHEMA.shape[key]),
  ),
});

function oneOrSeveral<T extends z.ZodType>(value: T) {
  const several = z
    .array(value)
    .min(1)
    .refine((values) => new Set(values).size === values.length)
    .describe("a list of values, at least one, without duplicates");
  return z.union([value, several]);
}

const version = z.literal(CONFIG_VERSION).describe(`the version of a stored config, ${CONFIG_VERSION}`).optional();
const marks = z
  .partialRecord(z.enum(SETTING_KEYS), z.enum(MARKS).describe(`one of ${MARKS.join(", ")}`))
  .describe(`a mark (${MARKS.join(", ")}) for each setting that has one`)
  .optional();
const base = z.string().min(1).describe("a preset, or the path of a config, relative to this file's folder").optional();

/** A config file with every setting, and where each value comes from. Stored ones have a version too. */
export const FILE_SCHEMA = SWEEP_SCHEMA.extend({ version, marks });

/** A config file that has the values of another where it gives none. */
export const EXTENDING_SCHEMA = SWEEP_SCHEMA.partial().extend({ extends: base, marks });

/** A config file of either kind, as it is written. */
export const ANY_FILE_SCHEMA = EXTENDING_SCHEMA.extend({
  version,
  tasks: z.union([EXTENDING_SCHEMA.shape.tasks, GIVEN_TASKS]),
  steps: z.union([EXTENDING_SCHEMA.shape.steps, z.literal("auto").describe("early stopping, on a fixed training set")]),
});

/** The settings that are lists, in the order of a config. */
export function listedKeys(settings: Settings): GridKey[] {
  return GRID_KEYS.filter((key) => Array.isArray(settings[key]));
}

/**
 * Every combination of the listed settings, the last one varying fastest; one empty point if none is a list. A method takes no
 * value of a constant that it does not have. Where `points` are given, only theirs.
 */
export function gridPoints(settings: Settings, keys = listedKeys(settings)): GridPoint[] {
  if (settings.points !== null) {
    const parts = settings.points.map(({ values }) =>
      partOf(values as GridPoint, (key) => keys.some((one) => one === key)),
    );
    return [...new Map(parts.map((part) => [pointText(part), part])).values()];
  }
  return keys.reduce<GridPoint[]>(
    (points, key) =>
      points.flatMap((point) => valuesFor(settings, key, point.method).map((value) => ({ ...point, [key]: value }))),
    [{}],
  );
}

/** How many points there are, without making them. */
export function pointCount(settings: Settings): number {
  if (settings.points !== null) return gridPoints(settings).length;
  const others = listedKeys(settings).filter((key) => key !== "method");
  const pointsOf = (method: GridValue) =>
    others.reduce((count, key) => count * valuesFor(settings, key, method).length, 1);
  return valuesOf(settings, "method").reduce((sum: number, method) => sum + pointsOf(method), 0);
}

/** The values of a listed setting at a method, if one is known. */
function valuesFor(settings: Settings, key: GridKey, method: GridValue | undefined): readonly GridValue[] {
  const known = method === undefined ? valuesOf(settings, "method") : [method];
  return known.every((one) => lacks(one, key)) ? ["default"] : valuesOf(settings, key);
}

/** Whether a setting is a constant that a method does not have. */
export function lacks(method: GridValue, key: GridKey): boolean {
  const constant = CONSTANT_KEYS.find(([of]) => of === key);
  return constant !== undefined && !hasConstant(method as MethodName, constant[1]);
}

/** The values of a setting, listed or not. */
export function valuesOf(settings: Settings, key: GridKey): readonly GridValue[] {
  return [settings[key]].flat();
}
