// What the page trains, in the keys of a sweep's config, and the address that says it: only what differs from the paper's.

import type { Sampling } from "../data/order.ts";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "../data/presets.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import type { EvalEvery } from "../engines/evaluations.ts";
import type { Optimizer } from "../engines/training-settings.ts";
import { INITIALIZER_NAMES, type Initializer } from "../models/initializers.ts";
import type { ModelSpec } from "../models/spec.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../models/zoo.ts";

/** A model of the zoo, and the sizes that were changed. */
export interface PlayModel {
  readonly like: ModelName;
  /** Experts that all tasks share. */
  readonly experts?: number;
  /** Units of each expert, or of the bottom. */
  readonly units?: number;
}

export interface PlaySettings {
  readonly data: GeneratorPresetName | GeneratorSettings;
  /** How many of the data's sines are left, the slowest ones; null for all. */
  readonly sines: number | null;
  /** Null for that of the data. */
  readonly noiseStd: number | null;
  /** The correlation of each pair of tasks. */
  readonly correlation: number;
  readonly tasks: number;
  readonly models: readonly PlayModel[];
  readonly seed: number;
  /** The index of the run that is shown, from 0. */
  readonly run: number;
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: Optimizer;
  readonly lr: number;
  readonly dropout: number;
  readonly trainRows: number | "fresh";
  readonly sampling: Sampling;
  readonly initializer: Initializer["name"];
  readonly initializerStd: number;
  readonly evalEvery: EvalEvery;
  readonly heldoutRows: number;
}

export const MOST_MODELS = 3;

/** The lowest correlation that K tasks can all have with each other. */
export function lowestCorrelation(tasks: number): number {
  return -1 / (tasks - 1);
}

/** Whether a number of experts says all of them: tasks share them all, and gates take any number. */
export function hasExperts(like: ModelName): boolean {
  const { gating, experts, gate } = ZOO[like].build({ inputs: 100, tasks: 2 }) as ModelSpec;
  return gating !== "none" && experts.perTask === 0 && gate.select === undefined;
}

/** Whether a number of units says all of a model's experts: they have one layer. */
export function hasUnits(like: ModelName): boolean {
  return ZOO[like].build({ inputs: 100, tasks: 2 }).experts.layers.length === 1;
}

/** How a setting reads in an address: `read` gives undefined for what is no value. */
interface Key<T> {
  readonly name: string;
  readonly read: (text: string) => T | undefined;
  readonly write?: (value: T) => string;
  /** The option of `mmoe sweep` that changes the setting of a config that has its name; none of other settings. */
  readonly option?: "--seed" | "--batch" | "--steps" | "--lr" | "--set";
}

type Keys = { readonly [Name in Exclude<keyof PlaySettings, "data">]: Key<PlaySettings[Name]> };

export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

const whole = (min: number, max: number): Bounds => ({ min, max, isWhole: true });
const real = (min: number, max: number): Bounds => ({ min, max, isWhole: false });

/** Bounds of what a page can train and show. */
export const BOUNDS = {
  sines: whole(0, 20),
  noiseStd: real(0, 10),
  correlation: real(-1, 1),
  tasks: whole(2, 5),
  experts: whole(1, 32),
  units: whole(1, 512),
  seed: whole(0, 2 ** 31),
  run: whole(0, 9999),
  batch: whole(1, 2048),
  steps: whole(1, 1_000_000),
  lr: real(1e-7, 10),
  dropout: real(0, 0.99),
  trainRows: whole(1, 1e6),
  initializerStd: real(1e-4, 10),
  heldoutRows: whole(1, 100_000),
} as const;

const within =
  ({ min, max, isWhole }: Bounds) =>
  (text: string) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return value >= min && value <= max && (Number.isInteger(value) || !isWhole) ? value : undefined;
  };
const oneOf =
  <T extends string>(...names: readonly T[]) =>
  (text: string) =>
    names.find((name) => name === text);

export const KEYS: Keys = {
  sines: { name: "sines", read: within(BOUNDS.sines) },
  noiseStd: { name: "noise", read: within(BOUNDS.noiseStd) },
  correlation: { name: "p", read: within(BOUNDS.correlation) },
  tasks: { name: "tasks", read: within(BOUNDS.tasks), option: "--set" },
  models: { name: "models", read: modelsIn, write: (models) => models.map(modelText).join(",") },
  seed: { name: "seed", read: within(BOUNDS.seed), option: "--seed" },
  run: { name: "run", read: within(BOUNDS.run) },
  batch: { name: "batch", read: within(BOUNDS.batch), option: "--batch" },
  steps: { name: "steps", read: within(BOUNDS.steps), option: "--steps" },
  optimizer: { name: "optimizer", read: oneOf("adam", "sgd"), option: "--set" },
  lr: { name: "lr", read: within(BOUNDS.lr), option: "--lr" },
  dropout: { name: "dropout", read: within(BOUNDS.dropout), option: "--set" },
  trainRows: {
    name: "rows",
    read: (text) => (text === "fresh" ? "fresh" : within(BOUNDS.trainRows)(text)),
    option: "--set",
  },
  sampling: { name: "sampling", read: oneOf("epochs", "replacement"), option: "--set" },
  initializer: { name: "init", read: oneOf(...INITIALIZER_NAMES), option: "--set" },
  initializerStd: { name: "std", read: within(BOUNDS.initializerStd), option: "--set" },
  evalEvery: {
    name: "every",
    read: (text) => (/^log:[1-9]\d{0,3}$/.test(text) ? text : within(BOUNDS.steps)(text)),
    option: "--set",
  },
  heldoutRows: { name: "heldout", read: within(BOUNDS.heldoutRows), option: "--set" },
};

const SETTING_NAMES = Object.keys(KEYS) as (keyof Keys)[];
/** Settings that a config has under the names that the page uses. */
export const OF_CONFIG = SETTING_NAMES.filter((key) => KEYS[key].option !== undefined) as (keyof OfConfig)[];
type OfConfig = Omit<PlaySettings, "data" | "sines" | "noiseStd" | "correlation" | "models" | "run">;

/** `mmoe`, `mmoe:4` of 4 experts, `mmoe:4x32` of 32 units each, `shared-bottom:x16`. */
function modelText({ like, experts, units }: PlayModel): string {
  if (experts === undefined && units === undefined) return like;
  return `${like}:${experts ?? ""}${units === undefined ? "" : `x${units}`}`;
}

function modelsIn(text: string): PlayModel[] | undefined {
  const models = text.split(",").flatMap((one): PlayModel[] => {
    const [, name, experts, units] = /^([a-z0-9-]+)(?::(\d+)?(?:x(\d+))?)?$/.exec(one) ?? [];
    const like = MODEL_NAMES.find((known) => known === name);
    if (like === undefined) return [];
    const [E, H] = [within(BOUNDS.experts)(experts ?? ""), within(BOUNDS.units)(units ?? "")];
    return [
      {
        like,
        ...(E !== undefined && hasExperts(like) && { experts: E }),
        ...(H !== undefined && hasUnits(like) && { units: H }),
      },
    ];
  });
  const first = models.filter(({ like }, i) => models.findIndex((other) => other.like === like) === i);
  return first.length > 0 ? first.slice(0, MOST_MODELS) : undefined;
}

const numbers = (text: string, most: number) => {
  const values = text === "" ? [] : text.split(",").map((one) => within(real(-most, most))(one));
  return values.includes(undefined) ? undefined : (values as number[]);
};

/** A preset, or constants such as `100,0.5646,0.1;3.6,6.4;1.5,1.5`: inputs, scale and noise; frequencies; phases. */
function dataIn(text: string): PlaySettings["data"] | undefined {
  const preset = oneOf(...(Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[]))(text);
  if (preset !== undefined) return preset;
  const [ends = "", frequencies = "", phases = ""] = text.split(";");
  const [inputs = 0, scale = 0, noiseStd = -1] = numbers(ends, 1e4) ?? [];
  const [alpha, beta] = [numbers(frequencies, 1e4), numbers(phases, 1e4)];
  const isGood = Number.isInteger(inputs) && inputs >= BOUNDS.tasks.max && scale >= 1e-4 && noiseStd >= 0;
  if (!isGood || alpha === undefined || alpha.length > BOUNDS.sines.max || alpha.length !== beta?.length)
    return undefined;
  return { inputs, scale, alpha, beta, noiseStd };
}

function dataText(data: PlaySettings["data"]): string {
  if (typeof data === "string") return data;
  return [[data.inputs, data.scale, data.noiseStd], data.alpha, data.beta].map((list) => list.join(",")).join(";");
}

/** What differs from `defaults`, for an address: `p=0.9&models=mmoe`. Signs that need no escape are left as they are. */
export function addressOf(settings: PlaySettings, defaults: PlaySettings): string {
  const said = SETTING_NAMES.flatMap((key) => {
    const write = (KEYS[key].write ?? String) as (value: unknown) => string;
    const [now, before] = [write(settings[key]), write(defaults[key])];
    return now === before ? [] : [`${KEYS[key].name}=${now}`];
  });
  const data = dataText(settings.data);
  return [...(data === dataText(defaults.data) ? [] : [`data=${data}`]), ...said].join("&");
}

/** The settings of an address; what it says wrongly is as in `defaults`. */
export function settingsIn(address: URLSearchParams, defaults: PlaySettings): PlaySettings {
  const said = SETTING_NAMES.map((key) => [key, KEYS[key].read(address.get(KEYS[key].name) ?? "")] as const);
  const found = Object.fromEntries(said.filter(([, value]) => value !== undefined));
  return possible({ ...defaults, data: dataIn(address.get("data") ?? "") ?? defaults.data, ...found });
}

/** With a correlation that so many tasks can have. */
export function possible(settings: PlaySettings): PlaySettings {
  return { ...settings, correlation: Math.max(settings.correlation, lowestCorrelation(settings.tasks)) };
}

/** The part of a config that says what the page trains. */
interface ConfigValues extends OfConfig, Pick<PlaySettings, "data"> {
  readonly correlations: readonly number[];
  readonly models: readonly string[];
}

/** Settings of a config's first correlation and first run. Its models are of the zoo. */
export function configSettings(config: ConfigValues): PlaySettings {
  const { data, correlations } = config;
  const models = config.models.map((name) => ({ like: name as ModelName }));
  const same = Object.fromEntries(OF_CONFIG.map((key) => [key, config[key]])) as OfConfig;
  const own = { sines: null, noiseStd: null, correlation: correlations[0] ?? 0.5, models, run: 0 };
  return possible({ ...same, data, ...own });
}
