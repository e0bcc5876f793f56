import { createHash } from "node:crypto";
import { GENERATOR_PRESETS, generatorSettings, type Mark } from "../data/presets.ts";
import type { GeneratorConstants, GeneratorSettings } from "../data/settings.ts";
import { areDrawn, areWeighted, type TableSettings } from "../data/table.ts";
import { outputCount } from "../data/task-kinds.ts";
import { defined } from "../defined.ts";
import { CONSTANT, isConstant, type Schedule } from "../engines/learning-rate.ts";
import { type ConstantName, hasConstant } from "../engines/methods.ts";
import type { TrainingSettings } from "../engines/training-settings.ts";
import type { GridPoint } from "../identity/cell.ts";
import { isCode, type Model } from "../models/code.ts";
import type { Initializer } from "../models/initializers.ts";
import { generatorOf } from "./generated.ts";
import { definitionHash, modelNamed } from "./own-models.ts";
import { rowsIdentity } from "./rows.ts";
import { chosenIn, funnelOf, readingOf } from "./rows-schema.ts";
import {
  DECLARED,
  listedKeys,
  OPTIONAL_SETTINGS,
  type PointSettings,
  type SettingKey,
  type Settings,
} from "./schema.ts";
import { CONSTANT_KEYS, type SeenKey } from "./settings.ts";
import { columnsOf, embeddingsIn, inputsOfRows } from "./table-inputs.ts";
import { classNumbers, classWeights, tasksOfRuns } from "./task-kinds.ts";

/** Source of a setting's value; `yours` if it has no mark or was given on the command line. */
export type SettingOrigin = Mark | "yours";

/** One checked, frozen value that defines a sweep. */
export interface Config extends Settings {
  readonly origins: Readonly<Record<SettingKey, SettingOrigin>>;
}

/** The config of a sweep on the generator's rows. */
export interface GeneratorConfig extends Config {
  readonly data: NonNullable<Config["data"]>;
  readonly correlations: NonNullable<Config["correlations"]>;
}

/** A config without a list: what one run is trained with. */
export interface PointConfig extends PointSettings, Pick<Config, "origins"> {}

/** The config at a point that chooses every setting that is a list. */
export function configAt(config: Config, point: GridPoint): PointConfig {
  const open = listedKeys(config).find((key) => point[key] === undefined);
  if (open !== undefined) throw new RangeError(`configAt: expected a value of ${open}, got none`);
  return { ...config, ...point } as PointConfig;
}

/** A constant of the generator with the source of its value. */
interface Constant {
  readonly name: keyof GeneratorConstants;
  readonly value: number | readonly number[];
  readonly from: SettingOrigin;
  readonly why: string;
}

/** The generator's constants; none for rows of the user's own. A preset has a source for each; constants of the config all have that of `data`. */
export function constantsOf(config: Config): Constant[] {
  const { data, origins } = config;
  if (data === null) return [];
  const settings = generatorSettings(data);
  return (Object.keys(settings) as Constant["name"][]).map((name) => {
    const value = settings[name];
    if (typeof data !== "string") return { name, value, from: origins.data, why: "" };
    const { mark, why } = GENERATOR_PRESETS[data].origins[name];
    return { name, value, from: mark, why };
  });
}

/** Rows of the user's own, not in memory yet; undefined for those of the generator. */
export function tableOf(config: Pick<Config, "rows" | "labels" | "taskKinds">): TableSettings | undefined {
  const { rows, labels, taskKinds } = config;
  if (rows === null) return undefined;
  const { file, sha256, heldout, standardise } = rows;
  const columns = { chosen: chosenIn(rows), reading: readingOf(rows), columns: columnsOf(rows) };
  const optional = defined({ ...columns, classes: classNumbers(taskKinds), classWeights: classWeights(taskKinds) });
  const sizes = { inputs: inputsOfRows(rows), tasks: rows.labels.length };
  const { folds, trainRows, heldoutRows } = rows;
  const isOwn = folds !== undefined || areDrawn(columns.reading ?? {});
  const whole = isOwn ? { whole: { trainRows, heldoutRows } } : {};
  return { file, sha256, heldout, standardise, ...optional, ...sizes, ...whole, rawLabels: labels === "raw" };
}

/** Settings that reach a path in a run's rows, model or names; all others that a path sees are in its training. */
type Beside =
  | ("data" | "rows" | "correlations" | "correlationMatrix" | "tasks" | "labels" | "seed")
  | ("groupSize" | "betweenGroups" | "inputs" | "sines" | "noiseStd")
  | ("labelScale" | "labelled" | "positives" | "taskWeights" | "taskWeightDecay")
  | ("dropout" | "diagnostics" | "loss" | "initializerStd" | "labelKind")
  | ("warmup" | "decaySteps" | "decayFactor" | `method.${ConstantName}`);

export function trainingOf(config: PointConfig): TrainingSettings & Pick<TrainingSettings, Exclude<SeenKey, Beside>> {
  const { trainRows, sampling, batch, steps, optimizer, lr, method, evalEvery, heldoutRows } = config;
  const { beta1, beta2, epsilon, momentum, nesterov, weightDecay, clipNorm } = config;
  const taskKinds = tasksOfRuns(config);
  return {
    trainRows,
    sampling,
    batch,
    steps,
    optimizer,
    lr,
    schedule: scheduleOf(config),
    beta1,
    beta2,
    epsilon,
    momentum,
    nesterov,
    weightDecay,
    clipNorm: clipNorm === "none" ? null : clipNorm,
    method,
    ...constantsGiven(config),
    embeddingSteps: config.embeddingSteps,
    ...(config.embeddingDecay > 0 && { embeddingDecay: config.embeddingDecay }),
    ...(taskKinds && { taskKinds }),
    huberDelta: config.loss === "huber" ? config.huberDelta : null,
    arithmetic: config.arithmetic,
    initializer: initializerOf(config),
    ...(config.embeddingStd !== "size" && { embeddingStd: config.embeddingStd }),
    outputBias: config.outputBias,
    evalEvery,
    heldoutRows,
    ...(config.evalRows !== "all" && { evalRows: config.evalRows }),
  };
}

/** The constants that a config gives a method which has them; absent if they are all its own. */
function constantsGiven(config: PointConfig): Pick<TrainingSettings, "constants"> {
  const given = CONSTANT_KEYS.flatMap(([key, name]) => {
    const value = config[key];
    return value !== "default" && hasConstant(config.method, name) ? [[name, value] as const] : [];
  });
  return given.length > 0 ? { constants: Object.fromEntries(given) } : {};
}

export function modelOf(config: PointConfig, name: string): Model {
  const table = tableOf(config);
  const { inputs } = table ?? generatorOf(config);
  const tasks = tasksOfRuns(config);
  const outputs = tasks?.some(({ kind }) => kind === "categorical") ? tasks.map(outputCount) : undefined;
  const embeddings = config.rows ? embeddingsIn(config.rows) : {};
  const ends = { inputs, ...embeddings, tasks: config.tasks, ...(outputs && { outputs }) };
  const model = modelNamed(name, config.ownModels, ends);
  const funnel = config.rows ? funnelOf(config.rows) : undefined;
  if (!isCode(model)) return { ...model, dropout: config.dropout, ...(funnel && { funnel }) };
  const classes = tasks?.map((task) => (task.kind === "regression" ? null : (task.classes ?? 2)));
  const gaps = tasks?.map((task) => task.gaps === true);
  return {
    ...model,
    ...(classes?.some((count) => count !== null) && { classes }),
    ...(gaps?.includes(true) && { gaps }),
    ...(table && areWeighted(table) && { weighted: true }),
  };
}

function initializerOf({ initializer, initializerStd }: PointConfig): Initializer {
  return initializer === "truncated-normal" ? { name: initializer, std: initializerStd } : { name: initializer };
}

function scheduleOf({ schedule: name, warmup, steps, decaySteps, decayFactor }: PointConfig): Schedule {
  if (isConstant({ name, warmup })) return CONSTANT; // whatever it would fall by
  return { name, warmup, steps, decaySteps: decaySteps === "none" ? steps : decaySteps, decayFactor };
}

/**
 * Eight hexadecimal digits of the data settings, training settings and seed, then those of each of the user's own models:
 * `20ca4b02 wide=1f0c9d3e`. They do not depend on which runs: more models, correlations, runs or values of a listed
 * setting belong to the same results. A setting with a default counts only if it has another value.
 */
export function trainedHash(config: Config): string {
  const own = config.ownModels.map((model) => `${model.name}=${definitionHash(model)}`);
  return [settingsHash(config), ...own.sort()].join(" ");
}

/** Whether results of the hashes `a` and `b` belong together: no model is another one there. */
export function belongTogether(a: string, b: string): boolean {
  const [[settingsA, ...ownA], [settingsB, ...ownB]] = [a.split(" "), b.split(" ")] as [string[], string[]];
  const hashes = new Map(ownA.map((one) => one.split("=") as [string, string]));
  const differs = (one: string) => {
    const [name, hash] = one.split("=") as [string, string];
    return (hashes.get(name) ?? hash) !== hash;
  };
  return settingsA === settingsB && !ownB.some(differs);
}

/** Eight hexadecimal digits for the name of a sweep's folder. */
export function folderHash(config: Config): string {
  const hash = trainedHash(config);
  return config.ownModels.length === 0 ? hash : digits(hash);
}

function settingsHash(config: Config): string {
  const listed = listedKeys(config);
  const common = { ...config, ...Object.fromEntries(listed.map((key) => [key, "listed"])) } as PointConfig;
  const { seed, dropout, initializerStd } = common;
  const first = Object.entries(trainingOf({ ...common, method: "sum" })) // a method and constants count by their names
    .filter(([key]) => !(key in OPTIONAL_SETTINGS));
  const trained = {
    ...(common.rows === null ? { generator: hashedGenerator(common) } : { rows: rowsIdentity(common.rows) }),
    training: Object.fromEntries(first),
    dropout,
    seed,
    ...notDefault(common),
    ...(listed.includes("initializer") && { initializerStd }), // truncated-normal may be among them
  };
  return digits(JSON.stringify(trained));
}

/** The generator without the settings that came later, which are hashed by their names. */
function hashedGenerator({ data, labels, labelKind }: PointConfig): GeneratorSettings {
  return {
    ...generatorSettings(data as NonNullable<typeof data>),
    ...(labels === "raw" && { rawLabels: true }),
    ...(labelKind === "binary" && { binaryLabels: true }),
  };
}

function digits(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function notDefault(config: PointConfig): Record<string, unknown> {
  const changes = Object.entries(OPTIONAL_SETTINGS).flatMap(([key, setting]) => {
    const [{ hash }, value] = [DECLARED[key as SettingKey], config[key as SettingKey]];
    if (JSON.stringify(value) === JSON.stringify(setting.default)) return [];
    if (hash === "trained") return [[key, value]];
    return typeof hash === "object" ? [[key, hash.hashed(value)]] : [];
  });
  return Object.fromEntries(changes);
}
