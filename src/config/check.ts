import type { z } from "zod";
import { generatorSettings } from "../data/presets.ts";
import { combinesGradients, constantsOf, hasConstant, METHODS, type MethodName } from "../engines/methods.ts";
import { forAll, UsageError } from "../errors.ts";
import { type GridPoint, pointText } from "../identity/cell.ts";
import { thousands } from "../units.ts";
import { autoMarks, checkPatience, stoppingAfter, withAutoSteps } from "./auto-steps.ts";
import { checkedBy, expectTree } from "./checked-by.ts";
import { checkChooseBy } from "./choose-by.ts";
import { type Config, type PointConfig, type SettingOrigin, trainingOf } from "./config.ts";
import { type GivenValues, type Override, withDefaults } from "./file-version.ts";
import { checkGenerated, correlationsOf, generatorOf, withoutFront } from "./generated.ts";
import { checkMetrics } from "./own-metrics.ts";
import { checkModels, definitionsApart, found, ownModelsIn, withModels } from "./own-models.ts";
import { checkHeard } from "./refused.ts";
import { checkRows, rowsFirst, withRows } from "./rows.ts";
import {
  EXTENDING_SCHEMA,
  FILE_SCHEMA,
  GRID_KEYS,
  gridPoints,
  listedKeys,
  type Place,
  SETTING_KEYS,
  type SettingKey,
  type Settings,
  SWEEP_SCHEMA,
  valuesOf,
} from "./schema.ts";
import { CONSTANT_KEYS, type GridKey } from "./settings.ts";
import { embeddingsIn } from "./table-inputs.ts";
import { checkKinds } from "./task-kinds.ts";
import { checkTuned, trainedValues } from "./tuned.ts";

/** Values of one source, right by themselves, to be laid over those before. */
interface Layer {
  readonly source: Source;
  /** Or what makes them from the values before. */
  readonly values: RightValues | ((before: Settings) => RightValues);
}

interface Source {
  readonly name: string;
  readonly isFile: boolean;
  /** The option that gives a key of the value, if each key has its own. */
  readonly flagOf?: ((key: string) => string) | undefined;
}

/** Values that fit the schema, of some settings. */
type RightValues = Partial<Settings> & { readonly marks?: Partial<Record<SettingKey, SettingOrigin>> };

/** A config while it is put together. */
interface Draft {
  readonly settings: Settings;
  readonly origins: Record<SettingKey, SettingOrigin>;
  /** What gave a setting, apart from the complete file. */
  readonly sources: Partial<Record<SettingKey, Source>>;
  /** Settings that were given after `tuned`. */
  readonly sinceTuned: Set<SettingKey>;
  /** Whether steps are chosen because rows of the user's own took the generator's place, and nobody has said a number. */
  areStepsAuto: boolean;
}

/**
 * A complete file, with those that extend it and then the overrides laid over it, checked and frozen. Throws UsageError
 * with a line for each value that is wrong by itself, or else for the first settings that do not fit together.
 */
export function checkConfig(
  file: GivenValues,
  overrides: readonly Override[],
  extending: readonly GivenValues[] = [],
): Config {
  const [complete, ...layers] = forAll(
    [
      () => rightValues(FILE_SCHEMA, file, { prepare: withDefaults }),
      ...extending.map((one) => () => fileLayer(one)),
      ...rowsFirst(overrides).map((one) => () => overrideLayer(one)),
    ],
    (read) => read(),
  ) as [RightValues, ...Layer[]];
  const draft = draftOf(complete);
  for (const { source, values } of layers)
    lay(draft, typeof values === "function" ? values(draft.settings) : values, source);
  checkWhole(draft, file.source);
  return frozen({ ...draft.settings, origins: draft.origins });
}

function draftOf({ marks = {}, ...settings }: RightValues): Draft {
  const origins = Object.fromEntries(SETTING_KEYS.map((key) => [key, marks[key] ?? "yours"])) as Draft["origins"];
  return { settings: settings as Settings, origins, sources: {}, sinceTuned: new Set(), areStepsAuto: false };
}

function fileLayer(file: GivenValues): Layer {
  return { source: { name: file.source, isFile: true }, values: rightValues(EXTENDING_SCHEMA, file) };
}

const SOME_SETTINGS = SWEEP_SCHEMA.partial();

function overrideLayer(override: Override): Layer {
  const { source } = override;
  const flagOf = "valuesAfter" in override ? override.flagOf : undefined;
  const right = (given: GivenValues) => rightValues(SOME_SETTINGS, given, { place: within(source, flagOf) });
  const values =
    "valuesAfter" in override
      ? (before: Settings) => right({ ...override, values: override.valuesAfter(before) })
      : right(override);
  return { source: { name: source, isFile: false, flagOf }, values };
}

/** Definitions of models are added to those before. */
function lay(draft: Draft, right: RightValues, source: Source): void {
  const { settings, origins, sources, sinceTuned } = draft;
  const { marks = {}, ownModels, ...given } = right;
  const stopping = stoppingAfter(settings, given, draft.areStepsAuto);
  const others = { ...given, ...stopping };
  draft.areStepsAuto = stopping.patience != null || (draft.areStepsAuto && !("steps" in given || "patience" in given));
  const values = { ...others, ...(ownModels && { ownModels: withModels(settings.ownModels, ownModels) }) };
  if ("tuned" in values) sinceTuned.clear();
  for (const [key, value] of Object.entries(values) as [SettingKey, never][]) {
    if (marks[key] !== undefined) origins[key] = marks[key];
    else if (!same(settings[key], value)) origins[key] = "yours";
    settings[key] = value;
    sources[key] = source;
    if (!("tuned" in values)) sinceTuned.add(key);
  }
}

interface Reading {
  /** The place of a path into the values, in a complaint. */
  readonly place?: (path: string) => string;
  /** What becomes of the values before they are checked. */
  readonly prepare?: (given: GivenValues) => GivenValues;
}

/** Values that fit `schema`, with rows filled in and definitions of models apart; UsageError for others. */
function rightValues(schema: z.ZodObject, given: GivenValues, reading: Reading = {}): RightValues {
  expectTree(given);
  const { source } = given;
  const { place = (path) => `${source}: ${path}`, prepare = (one) => one } = reading;
  const { values } = prepare(withRows(withAutoSteps(given), place));
  const {
    extends: _,
    version: __,
    models,
    ownModels,
    ...others
  } = checkedBy(schema, values as object, place, source) as RightValues & { extends?: string; version?: number };
  const marks = { ...others.marks, ...autoMarks(given) };
  const apart = {
    ...definitionsApart({ models, ownModels }, given),
    ...(others.metrics && { metrics: forAll(others.metrics, (one) => found(one, given, "metric")) }),
  };
  return withoutSingles({ ...others, ...apart, ...(Object.keys(marks).length > 0 && { marks }) });
}

/** Refuses settings that do not fit together, and fills in what follows from others. */
function checkWhole({ settings, origins, sources, sinceTuned }: Draft, file: string): void {
  const place = (key: SettingKey, at = "") => {
    const { name, isFile, flagOf } = sources[key] ?? { name: file, isFile: true };
    if (isFile) return `${name}: ${key === "ownModels" ? "models" : key}${at}`;
    return flagOf ? within(name, flagOf)(`${key}${at}`) : name;
  };
  settings.ownModels = ownModelsIn(settings);
  origins.ownModels = settings.ownModels.length > 0 ? "yours" : "assumed";
  if (settings.rows) origins.tasks = "yours"; // the table has them
  checkRows(settings, place);
  settings.taskWeights = withoutFront(settings, place);
  checkGenerated(settings, place);
  checkTaskCount(settings, place);
  checkKinds(settings, place);
  checkPatience(settings, place);
  checkMetrics(settings, place);
  checkChooseBy(settings, place);
  checkTasks(settings, place);
  checkModels(settings, place);
  checkGrid(settings, place);
  for (const key of listedKeys(settings)) if (sources[key]) expectOtherRuns(settings, key, place(key)); // stored ones stay as they are
  checkTuned(settings, [...sinceTuned], place);
  checkPoints(settings, place);
  checkConstants(settings, place);
  checkOptimizer(settings, place);
  checkHeard(settings, place);
}

/** The places of a flag's value: the flag and, of a setting with keys, the key: `--set data: alpha[1]`. */
function within(flag: string, flagOf = (key: string) => `${flag}: ${key}`): (path: string) => string {
  return (path) => {
    const dot = path.indexOf(".", path.startsWith("method.") ? "method.".length : 0);
    return dot < 0 ? flag : flagOf(path.slice(dot + 1));
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function frozen(config: Config): Config {
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  };
  freeze(config);
  return config;
}

/** A list of one value is that value: no grid. */
function withoutSingles(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const single = GRID_KEYS.includes(key as GridKey) && Array.isArray(value) && value.length === 1;
      return [key, single ? value[0] : value];
    }),
  );
}

/** Settings that some runs may not use, and why; undefined if all runs use them. */
const UNUSED: readonly [keys: readonly GridKey[], why: (settings: Settings) => string | undefined][] = [
  [["initializerStd"], ({ initializer }) => onlyFor("truncated-normal", initializer, "the initializer ")],
  [["sampling"], ({ trainRows }) => ([trainRows].flat().includes("fresh") ? "fresh rows are not sampled" : undefined)],
  [["beta1", "beta2", "epsilon"], ({ optimizer }) => ([optimizer].flat().includes("sgd") ? noUse("sgd") : undefined)],
  [
    ["embeddingStd", "embeddingSteps", "embeddingDecay"],
    ({ rows }) => (rows && embeddingsIn(rows).embeddings ? undefined : "no column has embeddings"),
  ],
  [["momentum", "nesterov"], ({ optimizer }) => onlyFor("sgd", optimizer)],
  [["decaySteps", "decayFactor"], ({ schedule }) => onlyFor("steps", schedule, "the schedule ")],
];

const noUse = (name: string) => `${name} does not use it`;

/** Why a list of a setting that `user` alone uses is of no use to another of `names`; undefined if there is no other. */
function onlyFor(user: string, names: string | readonly string[], what = ""): string | undefined {
  const other = [names].flat().find((name) => name !== user);
  return other && noUse(`${what}${other}`);
}

/** Refuses a list that would train the same run under several names: UsageError. */
function checkGrid(settings: Settings, place: Place): void {
  for (const [keys, why] of UNUSED) {
    const [key] = keys.filter((one) => Array.isArray(settings[one]));
    const reason = why(settings);
    if (key === undefined || reason === undefined) continue;
    const values = valuesOf(settings, key).join(", ");
    throw new UsageError(`${place(key)}: expected one value, since ${reason}; got ${values}`);
  }
}

/** Refuses points of a search that are none of the grid, or the same one twice: UsageError. */
function checkPoints(settings: Settings, place: Place): void {
  const { points, tuned } = settings;
  if (points === null) return;
  const keys = listedKeys(settings);
  const refuse = (why: string) => {
    throw new UsageError(`${place("points")}: ${why}; add --set points=null to train every combination`);
  };
  if (tuned !== null) refuse("a search has no tuned values");
  const known = new Set<string>();
  for (const { model, values } of points) {
    const isOfGrid = keys.every((key) => valuesOf(settings, key).some((value) => value === values[key]));
    const text = `${model} at ${pointText(values as GridPoint)}`;
    if (!isOfGrid || Object.keys(values).length > keys.length)
      refuse(`expected a value of each list (${keys.join(", ")}) in each point, got ${text}`);
    if (known.has(text)) refuse(`expected different points, got ${text} twice`);
    known.add(text);
  }
}

/** Throws UsageError for two values of a listed setting that mean the same run, such as a default by its name and as a number. */
function expectOtherRuns(settings: Settings, key: GridKey, place: string): void {
  const firsts = Object.fromEntries(listedKeys(settings).map((one) => [one, valuesOf(settings, one)[0]]));
  const known = new Map<string, unknown>();
  for (const point of gridPoints(settings, [...new Set<GridKey>(["method", key])])) {
    const run = JSON.stringify(trainedWith({ ...settings, ...firsts, ...point } as PointConfig));
    if (known.has(run))
      throw new UsageError(`${place}: ${known.get(run)} and ${point[key]} mean the same run; leave out one`);
    known.set(run, point[key]);
  }
}

/** What settings of a run come to: the numbers that words stand for. */
function trainedWith(settings: PointConfig): readonly unknown[] {
  const training = trainingOf(settings);
  const all = [{ ...training, constants: undefined }, constantsOf(training), settings.dropout];
  if (settings.rows !== null) return all;
  const matrices = (settings.correlations ?? []).map((p) => correlationsOf(settings, p));
  return [...all, { labelScale: 1, labelled: 1, ...generatorOf(settings) }, matrices];
}

/** Refuses what would do nothing, or is not said: UsageError. */
function checkOptimizer(settings: Settings, place: Place): void {
  const has = (key: GridKey, value: unknown) => trainedValues(settings, key).some((one) => one === value);
  const refuse = (key: SettingKey, why: string) => {
    throw new UsageError(`${place(key)}: ${why}`);
  };
  checkDecay({ settings, has, refuse });
  checkMomentum({ settings, has, refuse });
  checkEmbeddingSteps({ settings, has, refuse });
  if (has("schedule", "steps") && has("decaySteps", "none"))
    refuse(
      "schedule",
      "steps needs decaySteps, the steps from one fall of the rate to the next; give --set decaySteps=N",
    );
  if (!has("schedule", "steps") && !has("decaySteps", "none"))
    refuse("decaySteps", "is for schedule steps; add --schedule steps, or leave it out");
  const [warmup, steps] = [Math.max(...numbers(settings, "warmup")), Math.min(...numbers(settings, "steps"))];
  if (warmup >= steps) refuse("warmup", `expected fewer steps than the ${steps} of a run, got ${warmup}`);
}

/** Refuses constants that no method of the sweep has: UsageError. */
function checkConstants(settings: Settings, place: Place): void {
  const methods = trainedValues(settings, "method") as MethodName[];
  for (const [key, name] of CONSTANT_KEYS) {
    if (methods.some((method) => hasConstant(method, name))) continue;
    const value = trainedValues(settings, key).find((one) => one !== "default");
    if (value === undefined) continue;
    const able = METHODS.filter((method) => hasConstant(method, name));
    const expected = `a method that has the constant ${name} (${able.join(", ")})`;
    throw new UsageError(
      `${place(key)}: ${value}: expected ${expected}, got ${methods.join(", ")}; add --method ${able[0]}`,
    );
  }
}

interface Rule {
  readonly settings: Settings;
  /** Whether some run is trained with a value. */
  readonly has: (key: GridKey, value: unknown) => boolean;
  readonly refuse: (key: SettingKey, why: string) => void;
}

function checkDecay({ settings, has, refuse }: Rule): void {
  if (!has("optimizer", "adamw") || !has("weightDecay", 0)) return;
  if (trainedValues(settings, "weightDecay").length === 1)
    refuse("optimizer", "adamw without weightDecay is adam; give --weight-decay, such as PyTorch's default 0.01");
  if (has("optimizer", "adam"))
    refuse("weightDecay", "with 0 adam and adamw are the same; leave out 0, or one of the optimizers");
}

function checkMomentum({ settings, has, refuse }: Rule): void {
  const momenta = trainedValues(settings, "momentum").map(Number);
  if (momenta.some((one) => one > 0) && !has("optimizer", "sgd"))
    refuse(
      "momentum",
      `is for optimizer sgd, got ${[settings.optimizer].join(", ")}; give --optimizer sgd, or leave it out`,
    );
  if (has("nesterov", true) && momenta.includes(0))
    refuse("nesterov", "does nothing with a momentum of 0; give --set momentum=0.9, or leave it out");
  if (has("embeddingSteps", "lazy") && momenta.some((one) => one > 0))
    refuse("embeddingSteps", "lazy has no momentum, which moves every vector; give dense, or momentum 0");
}

/** PyTorch's SparseAdam has no weight decay, and a method that combines gradients needs that of every vector. */
function checkEmbeddingSteps({ settings, has, refuse }: Rule): void {
  const decays = trainedValues(settings, "embeddingDecay").filter((decay) => decay !== 0);
  if (decays.length > 0 && has("embeddingSteps", "dense"))
    refuse(
      "embeddingDecay",
      `${decays[0]} is not for dense steps, which move all vectors; add --set embeddingSteps=lazy`,
    );
  if (!has("embeddingSteps", "lazy")) return;
  const method = METHODS.find((method) => combinesGradients({ method }) && has("method", method));
  if (method) refuse("embeddingSteps", `lazy is not for method ${method}; give dense`);
  if (trainedValues(settings, "weightDecay").some((decay) => decay !== 0))
    refuse(
      "embeddingSteps",
      "lazy has no weight decay, as PyTorch's SparseAdam; give dense, or --weight-decay 0 and --set embeddingDecay=X",
    );
}

function numbers(settings: Settings, key: "warmup" | "steps"): number[] {
  return trainedValues(settings, key).map(Number);
}

/** Most products of numbers that make the tasks of one run: they take some seconds. */
const MOST_PRODUCTS = 1_000_000_000;

/** Refuses more tasks than the generator makes, before anything counts them. */
function checkTaskCount({ tasks, data, rows, inputs: as }: Settings, place: Place): void {
  if (rows !== null || data === null) return;
  const { inputs } = generatorSettings(data);
  if (as === "data" && tasks > inputs) {
    const of = typeof data === "string" ? ` of the generator '${data}'` : "";
    const expected = `at most ${inputs}, the inputs${of}`;
    throw new UsageError(`${place("tasks")}: expected ${expected}, got ${tasks}`);
  }
  const products = tasks ** 2 * inputs;
  if (products > MOST_PRODUCTS) {
    const expected = `tasks² times inputs to be at most ${thousands(MOST_PRODUCTS)}`;
    throw new UsageError(`${place("tasks")}: too large: expected ${expected}, got ${thousands(products)}`);
  }
}

/** Refuses tasks that the generator can't make at one of the correlations: UsageError. */
function checkTasks(settings: Settings, place: Place): void {
  const { data, rows, correlations, correlationMatrix: pattern } = settings;
  if (rows !== null) return;
  if (data === null) throw new UsageError(`${place("data")}: expected a generator, got nothing; give data or rows`);
  if (correlations === null) throw new UsageError(`${place("correlations")}: expected a list of numbers, got nothing`);
  const setting = pattern === null ? "correlations" : "correlationMatrix";
  for (const [p, groupSize] of correlations.flatMap((p) =>
    valuesOf(settings, "groupSize").map((size) => [p, size] as const),
  )) {
    try {
      correlationsOf({ ...settings, groupSize: groupSize as number }, p);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError(`${place(setting)}: ${error.message}`);
    }
  }
}
