import { z } from "zod";
import { GENERATOR_PRESETS, type GeneratorPresetName, type Mark } from "../data/presets.ts";
import { GENERATOR_LIMITS as LIMITS } from "../data/settings.ts";
import { DIAGNOSTIC_KINDS } from "../diagnostics/kinds.ts";
import { SCHEDULES } from "../engines/learning-rate.ts";
import { CONSTANT_NAMES, type ConstantName, hasConstant, METHODS } from "../engines/methods.ts";
import type { TrainingPath } from "../engines/training-path.ts";
import { ADAM, ARITHMETICS, EMBEDDING_STEPS, OPTIMIZERS, OUTPUT_BIASES } from "../engines/training-settings.ts";
import { INITIALIZER_NAMES } from "../models/initializers.ts";
import {
  choice,
  count,
  distinctList,
  FRONT,
  LARGEST_COUNT,
  orNull,
  perTask,
  plainName,
  positive,
  printableText,
} from "./kinds.ts";
import { LOSS_SETS } from "./losses.ts";
import { hashedMetrics, METRICS_SCHEMA, MODEL_NAME, OWN_MODELS_SCHEMA } from "./own-model-schema.ts";
import { ROWS_SCHEMA, TASK_KINDS_SCHEMA } from "./rows-schema.ts";

/** What a path does with a setting: supports it; has its model's code decide; or refuses all values but one. */
type Support<T> = typeof SUPPORTED | typeof BY_CODE | { readonly only: T };

export const SUPPORTED = "supported";
/** A model in code says it in its file. */
const BY_CODE = "by code";

/** What each path does with a setting; or that none sees it, since the plan makes runs of it. */
type Paths<T> = Readonly<Record<TrainingPath, Support<T>>> | typeof PLANNED;

export const PLANNED = "planned";

/** Every path lists itself: a new one does not compile until it does. */
export const EVERYWHERE = {
  cpu: SUPPORTED,
  tfjs: SUPPORTED,
  process: SUPPORTED,
} as const satisfies Paths<never>;

/** A setting that a file may lack: every one that comes after the first release. */
export interface Optional<T> {
  /**
   * Its value in a file that lacks it, and so in every sweep from before it existed. No hash, and so no folder's name,
   * includes that value.
   */
  readonly default: T | Readonly<T>;
  /** Source of that value; `assumed` if absent. */
  readonly mark?: Mark;
}

/**
 * Whether another value is another sweep. `shown`: it says how a sweep is called and shown, and no run depends on it;
 * `extent`: it says how much of the sweep there is; `apart`: it has an identity of its own; `trained`: yes, by its value or
 * by what `hashed` makes of it.
 */
type InHash<T> = "shown" | "extent" | "apart" | "trained" | { hashed(value: T): unknown };

/** A setting's declaration but for its schema. */
type Declared<T> = (Optional<T> | { readonly default?: never }) & {
  readonly hash: InHash<T>;
  /** Whether a sweep may list values of it, and then trains every combination. */
  readonly grid: boolean;
  readonly paths: Paths<T>;
};

export type Setting<S extends z.ZodType = z.ZodType> = { readonly schema: S } & Declared<z.output<S>>;

export function setting<S extends z.ZodType, const D extends Declared<z.output<S>>>(schema: S, declared: D) {
  return { schema, ...declared };
}

/** One task has no correlation with another. */
const LEAST_TASKS = 2;

const PRESET_NAMES = Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[];

const correlation = z
  .number()
  .min(-1)
  .max(1)
  .describe("a number from -1 to 1")
  .overwrite((value) => value || 0); // -0 would give a run an id of its own

const upTo = (most: number) => z.number().min(-most).max(most).describe(`a number from -${most} to ${most}`);
const BETA = `a list of numbers, one for each of alpha, each from -${LIMITS.beta} to ${LIMITS.beta}`;
const ownConstants = z
  .strictObject({
    inputs: count(LEAST_TASKS, LIMITS.inputs),
    scale: z
      .number()
      .min(LIMITS.scale[0])
      .max(LIMITS.scale[1])
      .describe(`a number from ${LIMITS.scale[0]} to ${LIMITS.scale[1]}`),
    alpha: z
      .array(upTo(LIMITS.alpha))
      .max(LIMITS.sines)
      .describe(`a list of numbers from -${LIMITS.alpha} to ${LIMITS.alpha}, at most ${LIMITS.sines}`),
    beta: z.array(upTo(LIMITS.beta)).describe(BETA),
    noiseStd: z.number().min(0).max(LIMITS.noiseStd).describe(`a number from 0 to ${LIMITS.noiseStd}`),
  })
  .refine(({ alpha, beta }) => alpha.length === beta.length, {
    path: ["beta"],
    error: ({ input }) => `expected ${BETA}, got ${JSON.stringify((input as { beta: number[] }).beta)}`,
  });
const GENERATOR = `one of ${PRESET_NAMES.join(", ")}, or constants {inputs, scale, alpha, beta, noiseStd}`;
const generator = z.union([choice(PRESET_NAMES), ownConstants]).describe(GENERATOR);

/** TensorFlow and Python's libraries round as they like. */
const PORTABLE = { only: "portable" } as const;

/** Others compute the gradient of all vectors; models in code have none. */
const DENSE = { only: "dense" } as const;

/** What a rate is multiplied by at each decay: PyTorch's default. */
const DECAY_FACTOR = 0.1;

/** The cpu engine adds 1e-16 to gradients, which must not move a weight whose gradient is 0. */
const LEAST_EPSILON = 1e-12;

/** Above this, 1 - beta is not a number of TensorFlow's. */
const LARGEST_BETA = 0.999999;
const beta = z
  .number()
  .min(0)
  .max(LARGEST_BETA)
  .describe(`a number from 0 to ${LARGEST_BETA} (used by adam and adamw)`);

/** The share of the training rows that is used to choose a number of steps. */
export const VALIDATION = 0.2;

/** A setting of training, of which every path knows: another value is another sweep. */
const TRAINED = { hash: "trained", grid: false, paths: EVERYWHERE } as const;
/** One of which a sweep may list values. */
const LISTED = { ...TRAINED, grid: true } as const;
/** One that says which runs to plan, and that no path sees. */
const PLAN = { hash: "trained", grid: false, paths: PLANNED } as const;
/** How much of a sweep there is. */
const EXTENT = { ...PLAN, hash: "extent" } as const;
/** How a sweep is called and shown. */
const SHOWN = { ...PLAN, hash: "shown" } as const;

/** What there is to say of an optimizer besides its name and rate: docs/config.md. */
const OF_OPTIMIZER = {
  schedule: setting(choice(SCHEDULES), { ...LISTED, default: "constant" }),
  warmup: setting(count(0), { ...LISTED, default: 0 }),
  decaySteps: setting(orWord(count(), "none", "a number of steps (used by schedule steps)"), {
    ...LISTED,
    default: "none",
  }),
  decayFactor: setting(z.number().gt(0).max(1).describe("a number above 0, up to 1 (used by schedule steps)"), {
    ...LISTED,
    default: DECAY_FACTOR,
  }),
  beta1: setting(beta, { ...LISTED, default: ADAM.beta1 }),
  beta2: setting(beta, { ...LISTED, default: ADAM.beta2 }),
  epsilon: setting(z.number().min(LEAST_EPSILON).describe(`a number from ${LEAST_EPSILON} (used by adam and adamw)`), {
    ...LISTED,
    default: ADAM.epsilon,
  }),
  momentum: setting(z.number().min(0).lt(1).describe("a number from 0 to below 1 (used by sgd)"), {
    ...LISTED,
    default: 0,
  }),
  weightDecay: setting(z.number().min(0).describe("a number from 0"), { ...LISTED, default: 0 }),
  clipNorm: setting(orWord(z.number().gt(0), "none", "a number above 0"), { ...LISTED, default: "none" }),
  nesterov: setting(z.boolean().describe("true or false (used by sgd with momentum)"), { ...LISTED, default: false }),
};

const oneWeighting = perTask(positive("what a task's loss counts, above 0"), "none");
const taskWeights = z
  .union([oneWeighting, z.string().regex(FRONT, { abort: true })])
  .describe(`${oneWeighting.description}; or front:N for a list of N weightings`);

const taskWeightDecay = perTask(positive("what a task's weight is multiplied by after each step, above 0"), "none");

const EVALUATIONS =
  "a number of steps, a number of points per decade such as log:20, an increasing list of steps, or auto: 30 points or more";

export const OPTIMIZER_KEYS = Object.keys(OF_OPTIMIZER) as (keyof typeof OF_OPTIMIZER)[];

const from = (least: number, most: number) =>
  z.number().min(least).max(most).describe(`a number from ${least} to ${most}`);

/** A constant of methods' formulas, `default` for each method's own. */
function constant(name: ConstantName, value: z.ZodNumber, what = value.description ?? "") {
  const of = METHODS.filter((method) => hasConstant(method, name));
  const used = of.length === METHODS.length - 1 ? "every method but sum" : of.join(", ");
  return setting(orWord(value, "default", `${what} (used by ${used})`), { ...LISTED, default: "default" });
}

/** Constants of methods: docs/methods.md. */
const OF_METHOD = {
  "method.alpha": constant("alpha", from(0.1, 5)),
  "method.c": constant("c", from(0.001, 10)),
  "method.rate": constant("rate", from(1e-6, 10)),
  "method.decay": constant("decay", from(0, 1)),
  "method.sigma": constant("sigma", from(0, 10)),
  "method.temperature": constant("temperature", from(0.01, 1000)),
  "method.mu": constant("mu", from(0.01, 1000)),
  "method.window": constant("window", count()),
  "method.momentum": constant("momentum", from(0, 0.999)),
} satisfies Record<`method.${ConstantName}`, unknown>;

/** The settings of constants, each with the constant's name. */
export const CONSTANT_KEYS = CONSTANT_NAMES.map((name) => [`method.${name}`, name] as const);

/** Settings that people give. A preset has each that has no default. */
const GIVEN = {
  name: setting(plainName("a name"), SHOWN),
  about: setting(printableText().describe("a sentence: what the sweep reproduces, without control characters"), SHOWN),
  data: setting(orTable(generator), TRAINED),
  seed: setting(count(0), TRAINED),
  correlations: setting(orTable(distinctList(correlation, "numbers from -1 to 1")), { ...TRAINED, hash: "extent" }),
  tasks: setting(count(LEAST_TASKS), { ...TRAINED, default: 2, mark: "paper" }),
  correlationMatrix: setting(
    orNull(
      z.array(z.array(z.number().min(-1).max(1).describe("a number from -1 to 1")).describe("a row of numbers")),
      "a list of rows of numbers from -1 to 1, one row and one column per task, or null",
    ),
    { ...TRAINED, default: null, mark: "paper" },
  ),
  groupSize: setting(orWord(count(), "none", "tasks of a group, whose pairs have the correlation"), {
    ...LISTED,
    default: "none",
  }),
  betweenGroups: setting(
    z.number().min(-1).max(1).describe("the share of the correlation that tasks of two groups have"),
    {
      ...TRAINED,
      default: 0,
    },
  ),
  inputs: setting(orWord(count(LEAST_TASKS, LIMITS.inputs), "data", "a number of inputs"), {
    ...LISTED,
    default: "data",
  }),
  sines: setting(orWord(count(0, LIMITS.sines), "data", "a number of the slowest sines"), {
    ...LISTED,
    default: "data",
  }),
  noiseStd: setting(perTask(from(0, LIMITS.noiseStd), "data"), { ...LISTED, default: "data" }),
  labelScale: setting(
    perTask(z.number().gt(0).max(1e6).describe("what raw labels are multiplied by, above 0"), "none"),
    { ...LISTED, default: "none" },
  ),
  labelled: setting(perTask(z.number().gt(0).max(1).describe("the share of rows with the label, above 0"), "all"), {
    ...LISTED,
    default: "all",
  }),
  positives: setting(perTask(z.number().gt(0).lt(1).describe("the share of binary labels that are 1"), "mean"), {
    ...LISTED,
    default: "mean",
  }),
  taskWeights: setting(taskWeights, { ...LISTED, default: "none" }),
  taskWeightDecay: setting(taskWeightDecay, { ...LISTED, default: "none" }),
  models: setting(distinctList(MODEL_NAME, "models"), EXTENT),
  runs: setting(count(), EXTENT),
  trainRows: setting(orWord(count(), "fresh", `a whole number from 1 to ${LARGEST_COUNT}`), LISTED),
  sampling: setting(choice(["epochs", "replacement"]), LISTED),
  batch: setting(count(), LISTED),
  steps: setting(count(), LISTED),
  optimizer: setting(choice(OPTIMIZERS), LISTED),
  lr: setting(positive("a number above 0"), LISTED),
  ...OF_OPTIMIZER,
  initializer: setting(choice(INITIALIZER_NAMES), { ...LISTED, paths: { ...EVERYWHERE, process: BY_CODE } }),
  initializerStd: setting(positive("a number above 0 (used by truncated-normal)"), {
    ...LISTED,
    paths: { ...EVERYWHERE, process: BY_CODE },
  }),
  outputBias: setting(choice(OUTPUT_BIASES), {
    ...LISTED,
    paths: { ...EVERYWHERE, process: BY_CODE },
    default: "zero",
  }),
  loss: setting(choice(["squared", "huber"]), { ...TRAINED, default: "squared" }),
  huberDelta: setting(positive("a number above 0 (used by huber)"), { ...TRAINED, default: 1 }),
  labels: setting(choice(["standardised", "raw"]), { ...TRAINED, default: "standardised" }),
  labelKind: setting(
    z
      .string()
      .regex(/^(real|binary)(:(real|binary))*$/)
      .describe("real or binary, or one for each task, such as real:binary"),
    { ...TRAINED, default: "real" },
  ),
  dropout: setting(z.number().min(0).lt(1).describe("a number from 0 to below 1"), {
    ...LISTED,
    paths: { ...EVERYWHERE, process: { only: 0 } },
  }),
  method: setting(choice(METHODS), { ...LISTED, default: "sum" }),
  embeddingStd: setting(
    orWord(positive("a number above 0"), "size", "the standard deviation of an embedding's initial values"),
    {
      ...LISTED,
      paths: { ...EVERYWHERE, process: BY_CODE },
      default: "size",
    },
  ),
  embeddingDecay: setting(z.number().min(0).describe("the weight decay of a batch's vectors alone, a number from 0"), {
    ...LISTED,
    paths: { cpu: SUPPORTED, tfjs: { only: 0 }, process: { only: 0 } },
    default: 0,
  }),
  ...OF_METHOD,
  embeddingSteps: setting(choice(EMBEDDING_STEPS), {
    ...LISTED,
    paths: { cpu: SUPPORTED, tfjs: DENSE, process: SUPPORTED },
    default: "dense",
  }),
  arithmetic: setting(choice(ARITHMETICS), {
    ...TRAINED,
    paths: { cpu: SUPPORTED, tfjs: PORTABLE, process: PORTABLE },
    default: "portable",
  }),
  patience: setting(
    orNull(
      count(),
      "a whole number of looks at the validation rows that may be no better than the best, or null for all steps",
    ),
    { ...PLAN, default: null },
  ),
  validation: setting(
    z
      .number()
      .gt(0)
      .lt(1)
      .describe("the share of the training rows that is for validation, unless the table says which rows are"),
    { ...PLAN, default: VALIDATION },
  ),
  refit: setting(
    z.boolean().describe("true or false: whether runs train on their validation rows, too (with rows of your own)"),
    { ...PLAN, default: true },
  ),
  chooseBy: setting(
    printableText().describe(
      "what chooses steps and settings on validation rows: loss, the mean over tasks, or a metric of one task such as auc1, or its mean such as aucMean",
    ),
    { ...PLAN, default: "loss" },
  ),
  evalEvery: setting(
    z
      .union([
        count().describe(EVALUATIONS),
        z
          .string()
          .regex(/^(log:[1-9]\d{0,3}|auto)$/)
          .describe(EVALUATIONS),
        z
          .array(count())
          .min(1)
          .refine((steps) => steps.every((step, i) => i === 0 || step > steps[i - 1]))
          .describe(EVALUATIONS),
      ])
      .describe(EVALUATIONS),
    TRAINED,
  ),
  heldoutRows: setting(count(), TRAINED),
  evalRows: setting(
    orWord(count(), "all", "the most rows of a table's validation, and of its test before a run's end"),
    {
      ...TRAINED,
      default: "all",
    },
  ),
  report: setting(choice(LOSS_SETS), { ...SHOWN, default: "train" }),
  diagnostics: setting(
    z
      .array(choice(DIAGNOSTIC_KINDS))
      .overwrite((kinds) => DIAGNOSTIC_KINDS.filter((kind) => kinds.includes(kind)))
      .describe(`a list of ${DIAGNOSTIC_KINDS.join(", ")}`),
    { ...TRAINED, paths: { ...EVERYWHERE, process: BY_CODE }, default: [] },
  ),
};

type GivenSettings = typeof GIVEN;

/** Settings that may be a list: a sweep then trains every combination. */
export type GridKey = {
  [Key in keyof GivenSettings]: GivenSettings[Key]["grid"] extends true ? Key : never;
}[keyof GivenSettings];

const names = { model: MODEL_NAME, correlation: correlation.optional(), at: valuesOfOne().optional() };
const orNone = orNull(z.number(), "a number, or null");

/** What mmoe tune writes: values of some models, or cells, and the table that they were chosen from. */
const TUNED_SCHEMA = orNull(
  z.strictObject({
    sweep: z.string().describe("the results folder of the sweep that tuned"),
    loss: z.string().describe("the loss that decided"),
    by: choice(["model", "cell"]),
    seed: count(0),
    runs: count(),
    choices: z
      .array(z.strictObject({ ...names, values: valuesOfOne() }))
      .min(1)
      .describe(
        "a list of choices: a model, optionally a correlation and values `at` of listed settings, and the chosen values",
      ),
    points: z
      .array(
        z.strictObject({ ...names, values: valuesOfOne(), mean: orNone, low: orNone, high: orNone, failed: count(0) }),
      )
      .describe("a list of the points that were compared"),
  }),
  "what mmoe tune writes, or null",
);

/** The cells that a search has trained, or is training: some points of each model, each in runs of its own number. */
const POINTS_SCHEMA = orNull(
  z
    .array(
      z.strictObject({
        model: MODEL_NAME,
        values: valuesOfOne(),
        runs: count(),
        of: MODEL_NAME.describe("the model that a search changed, if the point's is a variant").optional(),
        fields: z
          .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
          .describe("what it changed there, by fields")
          .optional(),
      }),
    )
    .min(1)
    .describe("a list of points: a model, values of all listed settings, and runs"),
  "the points to train in place of every combination, as mmoe tune writes them, or null",
);

/** `word`, or as `schema` has it, which is `what`. */
function orWord<S extends z.ZodType, const W extends string>(schema: S, word: W, what: string) {
  const either = `${what}, or ${word}`;
  return z.union([schema.describe(either), z.literal(word)]).describe(either);
}

/** Null for the user's own rows. */
function orTable<T extends z.ZodType>(schema: T) {
  return orNull(schema, schema.description ?? "");
}

/** Values of some settings that may be listed, for one model or cell. */
function valuesOfOne() {
  const entries = Object.entries(GIVEN).flatMap(([key, { grid, schema }]) => (grid ? [[key, schema.optional()]] : []));
  type Shape = { [Key in GridKey]: z.ZodOptional<GivenSettings[Key]["schema"]> };
  return z.strictObject(Object.fromEntries(entries) as Shape);
}

/**
 * Everything that defines a sweep. This is the one place that declares a setting: to add one is to add an entry. What
 * else must know it does not compile until it does.
 */
export const SETTINGS = {
  ...GIVEN,
  tuned: setting(TUNED_SCHEMA, {
    ...PLAN,
    hash: { hashed: (tuned) => tuned?.choices }, // not why they were chosen
    default: null,
  }),
  points: setting(POINTS_SCHEMA, { ...PLAN, hash: { hashed: (points) => points !== null }, default: null }),
  metrics: setting(METRICS_SCHEMA, { ...PLAN, hash: { hashed: hashedMetrics }, default: [] }),
  ownModels: setting(OWN_MODELS_SCHEMA, { ...EXTENT, default: [] }),
  taskKinds: setting(TASK_KINDS_SCHEMA, { ...TRAINED, default: [] }),
  rows: setting(ROWS_SCHEMA, { ...TRAINED, hash: "apart", default: null }),
};

type All = typeof SETTINGS;

/** Settings that a training path sees. */
export type SeenKey = { [Key in keyof All]: All[Key]["paths"] extends typeof PLANNED ? never : Key }[keyof All];
