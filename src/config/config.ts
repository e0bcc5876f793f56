import { createHash } from "node:crypto";
import { GENERATOR_PRESETS, type Mark } from "../data/presets.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import type { TrainingSettings } from "../engines/engine.ts";
import type { Initializer } from "../models/initializers.ts";
import type { ModelSpec } from "../models/spec.ts";
import { type ModelName, ZOO } from "../models/zoo.ts";
import { type GridPoint, listedKeys } from "./grid.ts";
import { EXTENT, NAMES, type PointSettings, type SettingKey, type Settings } from "./schema.ts";
import { LATER_SETTINGS } from "./settings.ts";

/** Source of a setting's value; `yours` if it has no mark or was given on the command line. */
export type SettingOrigin = Mark | "yours";

/** One checked, frozen value that defines a sweep. */
export interface Config extends Settings {
  readonly origins: Readonly<Record<SettingKey, SettingOrigin>>;
}

/** A config without a list: what one run is trained with. */
export interface PointConfig extends PointSettings, Pick<Config, "origins"> {}

/** The config at a point that chooses every setting that is a list. */
export function configAt(config: Config, point: GridPoint): PointConfig {
  const open = listedKeys(config).find((key) => point[key] === undefined);
  if (open !== undefined) throw new RangeError(`configAt: expected a value of ${open}, got none`);
  return { ...config, ...point } as PointConfig;
}

export function generatorOf(config: Pick<Config, "data" | "labels">): GeneratorSettings {
  const { settings } = GENERATOR_PRESETS[config.data];
  return config.labels === "raw" ? { ...settings, rawLabels: true } : settings;
}

export function trainingOf(config: PointConfig): TrainingSettings {
  const { trainRows, sampling, batch, steps, optimizer, lr, evalEvery, heldoutRows } = config;
  return {
    trainRows,
    sampling,
    batch,
    steps,
    optimizer,
    lr,
    huberDelta: config.loss === "huber" ? config.huberDelta : null,
    initializer: initializerOf(config),
    evalEvery,
    heldoutRows,
  };
}

export function modelOf(config: PointConfig, name: ModelName): ModelSpec {
  const { inputs } = generatorOf(config);
  return { ...ZOO[name].build({ inputs, tasks: config.tasks }), dropout: config.dropout };
}

function initializerOf({ initializer, initializerStd }: PointConfig): Initializer {
  return initializer === "truncated-normal" ? { name: initializer, std: initializerStd } : { name: initializer };
}

/**
 * Eight hexadecimal digits of the data settings, training settings and seed. They do not depend on which runs: more
 * models, correlations, runs or values of a listed setting belong to the same results. A setting that came later counts
 * only if it has another value than before it existed.
 */
export function trainedHash(config: Config): string {
  const listed = listedKeys(config);
  const common = { ...config, ...Object.fromEntries(listed.map((key) => [key, "listed"])) } as PointConfig;
  const { seed, dropout, initializerStd } = common;
  const trained = {
    generator: generatorOf(common),
    training: { ...trainingOf(common), huberDelta: undefined }, // it is among those that came later
    dropout,
    seed,
    ...laterChanges(common),
    ...(listed.includes("initializer") && { initializerStd }), // truncated-normal may be among them
  };
  return createHash("sha256").update(JSON.stringify(trained)).digest("hex").slice(0, 8);
}

function laterChanges(config: PointConfig): Record<string, unknown> {
  const trained = Object.entries(config).filter(([key, value]) => {
    const later = LATER_SETTINGS[key];
    return later !== undefined && !UNTRAINED.includes(key) && JSON.stringify(value) !== JSON.stringify(later.before);
  });
  const { tuned } = config;
  return { ...Object.fromEntries(trained), ...(tuned && { tuned: tuned.choices }) }; // not why they were chosen
}

const UNTRAINED: readonly string[] = [...EXTENT, ...NAMES];
