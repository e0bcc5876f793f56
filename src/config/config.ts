import { createHash } from "node:crypto";
import { GENERATOR_PRESETS, generatorSettings, type Mark } from "../data/presets.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import type { TrainingSettings } from "../engines/engine.ts";
import type { Initializer } from "../models/initializers.ts";
import type { ModelSpec } from "../models/spec.ts";
import { type ModelName, ZOO } from "../models/zoo.ts";
import { EXTENT, NAMES, type SettingKey, type Settings } from "./schema.ts";
import { LATER_SETTINGS } from "./settings.ts";

/** Source of a setting's value; `yours` if it has no mark or was given on the command line. */
export type SettingOrigin = Mark | "yours";

/** One checked, frozen value that defines a sweep. */
export interface Config extends Settings {
  readonly origins: Readonly<Record<SettingKey, SettingOrigin>>;
}

export function generatorOf(config: Config): GeneratorSettings {
  return generatorSettings(config.data);
}

/** A constant of the generator with the source of its value. */
export interface Constant {
  readonly name: keyof GeneratorSettings;
  readonly value: number | readonly number[];
  readonly from: SettingOrigin;
  readonly why: string;
}

/** The generator's constants. A preset has a source for each; constants of the config all have that of `data`. */
export function constantsOf(config: Config): Constant[] {
  const { data, origins } = config;
  const settings = generatorOf(config);
  return (Object.keys(settings) as Constant["name"][]).map((name) => {
    const value = settings[name];
    if (typeof data !== "string") return { name, value, from: origins.data, why: "" };
    const { mark, why } = GENERATOR_PRESETS[data].origins[name];
    return { name, value, from: mark, why };
  });
}

export function trainingOf(config: Config): TrainingSettings {
  const { trainRows, sampling, batch, steps, optimizer, lr, evalEvery, heldoutRows } = config;
  return {
    trainRows,
    sampling,
    batch,
    steps,
    optimizer,
    lr,
    initializer: initializerOf(config),
    evalEvery,
    heldoutRows,
  };
}

export function modelOf(config: Config, name: ModelName): ModelSpec {
  const { inputs } = generatorOf(config);
  return { ...ZOO[name].build({ inputs, tasks: config.tasks }), dropout: config.dropout };
}

function initializerOf({ initializer, initializerStd }: Config): Initializer {
  return initializer === "truncated-normal" ? { name: initializer, std: initializerStd } : { name: initializer };
}

/**
 * Eight hexadecimal digits of the data settings, training settings and seed. They do not depend on which runs: more
 * models, correlations or runs belong to the same results. A setting that came later counts only if it has another
 * value than before it existed.
 */
export function trainedHash(config: Config): string {
  const { seed, dropout } = config;
  const trained = {
    generator: generatorOf(config),
    training: trainingOf(config),
    dropout,
    seed,
    ...laterChanges(config),
  };
  return createHash("sha256").update(JSON.stringify(trained)).digest("hex").slice(0, 8);
}

function laterChanges(config: Config): Record<string, unknown> {
  const trained = Object.entries(config).filter(([key, value]) => {
    const later = LATER_SETTINGS[key];
    return later !== undefined && !UNTRAINED.includes(key) && JSON.stringify(value) !== JSON.stringify(later.before);
  });
  return Object.fromEntries(trained);
}

const UNTRAINED: readonly string[] = [...EXTENT, ...NAMES];
