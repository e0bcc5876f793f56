import { z } from "zod";
import { GENERATOR_PRESETS, type GeneratorPresetName } from "../data/presets.ts";
import { GENERATOR_LIMITS as LIMITS } from "../data/settings.ts";
import { DIAGNOSTIC_KINDS } from "../diagnostics/kinds.ts";
import { SCHEDULES } from "../engines/learning-rate.ts";
import { METHODS } from "../engines/methods.ts";
import { ADAM, ARITHMETICS, EMBEDDING_STEPS, OPTIMIZERS, OUTPUT_BIASES } from "../engines/training-settings.ts";
import { INITIALIZER_NAMES } from "../models/initializers.ts";
import { choice, count, distinctList, LARGEST_COUNT, plainName, positive, printableText } from "./kinds.ts";
import { LOSS_SETS } from "./loss-sets.ts";
import { MODEL_NAME, OWN_MODELS_SCHEMA } from "./own-model-schema.ts";
import { ROWS_SCHEMA } from "./rows-schema.ts";
import { BY_CODE, EVERYWHERE, PLANNED, SUPPORTED, setting } from "./setting.ts";
import { TASK_KINDS_SCHEMA } from "./task-kinds-schema.ts";

/** One task has no correlation with another. */
const LEAST_TASKS = 2;

const PRESET_NAMES = Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[];

const correlation = z.number().min(-1).max(1).transform(withoutMinusZero).describe("a number from -1 to 1");

const upTo = (most: number) => z.number().min(-most).max(most);
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
    beta: z
      .array(upTo(LIMITS.beta))
      .describe(`a list of numbers, one for each of alpha, each from -${LIMITS.beta} to ${LIMITS.beta}`),
    noiseStd: z.number().min(0).max(LIMITS.noiseStd).describe(`a number from 0 to ${LIMITS.noiseStd}`),
  })
  .refine(({ alpha, beta }) => alpha.length === beta.length, { path: ["beta"] });
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
const VALIDATION = 0.2;

/** A setting of the optimizer. */
function ofOptimizer<S extends z.ZodType>(schema: S, before: z.output<S>) {
  return setting(schema, {
    ...{ since: 9, before, mark: "assumed", optional: true, hash: "trained", grid: true, paths: EVERYWHERE },
  } as const);
}

const orWithout = <S extends z.ZodType>(schema: S, what: string) =>
  z.union([schema, z.literal("none")]).describe(`${what}, or none`);

/** What there is to say of an optimizer besides its name and rate: docs/config.md. */
const OF_OPTIMIZER = {
  schedule: ofOptimizer(choice(SCHEDULES), "constant"),
  warmup: ofOptimizer(count(0), 0),
  decaySteps: ofOptimizer(orWithout(count(), "a number of steps (used by schedule steps)"), "none"),
  decayFactor: ofOptimizer(
    z.number().gt(0).max(1).describe("a number above 0, up to 1 (used by schedule steps)"),
    DECAY_FACTOR,
  ),
  beta1: ofOptimizer(beta, ADAM.beta1),
  beta2: ofOptimizer(beta, ADAM.beta2),
  epsilon: ofOptimizer(
    z.number().min(LEAST_EPSILON).describe(`a number from ${LEAST_EPSILON} (used by adam and adamw)`),
    ADAM.epsilon,
  ),
  weightDecay: ofOptimizer(z.number().min(0).describe("a number from 0"), 0),
  clipNorm: ofOptimizer(orWithout(z.number().gt(0), "a number above 0"), "none"),
};

/** Settings that people give; a file gives every key, and no value is filled in silently. */
const GIVEN = {
  name: setting(plainName("a name"), { since: 1, hash: "shown", grid: false, paths: PLANNED }),
  about: setting(printableText().describe("a sentence: what the sweep reproduces, without control characters"), {
    ...{ since: 1, hash: "shown", grid: false, paths: PLANNED },
  }),
  data: setting(orTable(generator), { since: 1, hash: "trained", grid: false, paths: EVERYWHERE }),
  seed: setting(count(0), { since: 1, hash: "trained", grid: false, paths: EVERYWHERE }),
  correlations: setting(orTable(distinctList(correlation, "numbers from -1 to 1")), {
    ...{ since: 1, hash: "extent", grid: false, paths: EVERYWHERE },
  }),
  tasks: setting(count(LEAST_TASKS), {
    ...{ since: 2, before: 2, mark: "paper" },
    ...{ hash: "trained", grid: false, paths: EVERYWHERE },
  }),
  correlationMatrix: setting(
    z
      .array(z.array(z.number().min(-1).max(1)))
      .nullable()
      .describe("a list of rows of numbers from -1 to 1, one row and one column per task, or null"),
    { since: 2, before: null, mark: "paper", hash: "trained", grid: false, paths: EVERYWHERE },
  ),
  models: setting(distinctList(MODEL_NAME, "models"), { since: 1, hash: "extent", grid: false, paths: PLANNED }),
  runs: setting(count(), { since: 1, hash: "extent", grid: false, paths: PLANNED }),
  trainRows: setting(
    z.union([count(), z.literal("fresh")]).describe(`a whole number from 1 to ${LARGEST_COUNT}, or fresh`),
    { since: 1, hash: "trained", grid: true, paths: EVERYWHERE },
  ),
  sampling: setting(choice(["epochs", "replacement"]), { since: 1, hash: "trained", grid: true, paths: EVERYWHERE }),
  batch: setting(count(), { since: 1, hash: "trained", grid: true, paths: EVERYWHERE }),
  steps: setting(count(), { since: 1, hash: "trained", grid: true, paths: EVERYWHERE }),
  optimizer: setting(choice(OPTIMIZERS), { since: 1, hash: "trained", grid: true, paths: EVERYWHERE }),
  lr: setting(positive("a number above 0"), { since: 1, hash: "trained", grid: true, paths: EVERYWHERE }),
  ...OF_OPTIMIZER,
  initializer: setting(choice(INITIALIZER_NAMES), {
    ...{ since: 1, hash: "trained", grid: true, paths: { ...EVERYWHERE, process: BY_CODE } },
  }),
  initializerStd: setting(positive("a number above 0 (used by truncated-normal)"), {
    ...{ since: 1, hash: "trained", grid: true, paths: { ...EVERYWHERE, process: BY_CODE } },
  }),
  outputBias: setting(choice(OUTPUT_BIASES), {
    ...{ since: 9, before: "zero", mark: "assumed", optional: true, hash: "trained", grid: true },
    paths: { ...EVERYWHERE, process: BY_CODE },
  }),
  loss: setting(choice(["squared", "huber"]), {
    ...{ since: 3, before: "squared", mark: "assumed" },
    ...{ hash: "trained", grid: false, paths: EVERYWHERE },
  }),
  huberDelta: setting(positive("a number above 0 (used by huber)"), {
    ...{ since: 3, before: 1, mark: "assumed" },
    ...{ hash: "trained", grid: false, paths: EVERYWHERE },
  }),
  labels: setting(choice(["standardised", "raw"]), {
    ...{ since: 3, before: "standardised", mark: "assumed" },
    ...{ hash: "trained", grid: false, paths: EVERYWHERE },
  }),
  labelKind: setting(choice(["real", "binary"]), {
    ...{ since: 8, before: "real", mark: "assumed", optional: true },
    ...{ hash: "trained", grid: false, paths: EVERYWHERE },
  }),
  dropout: setting(z.number().min(0).lt(1).describe("a number from 0 to below 1"), {
    ...{ since: 1, hash: "trained", grid: true },
    paths: { ...EVERYWHERE, process: { only: 0 } },
  }),
  method: setting(choice(METHODS), {
    ...{ since: 5, before: "sum", mark: "assumed" },
    ...{ hash: "trained", grid: true, paths: EVERYWHERE },
  }),
  embeddingSteps: setting(choice(EMBEDDING_STEPS), {
    ...{ since: 9, before: "dense", mark: "assumed", optional: true, hash: "trained", grid: true },
    paths: { ...{ cpu: SUPPORTED, "tfjs-eager": DENSE, "tfjs-traced": DENSE }, process: DENSE },
  }),
  arithmetic: setting(choice(ARITHMETICS), {
    ...{ since: 7, before: "portable", mark: "assumed", optional: true, hash: "trained", grid: false },
    paths: {
      ...{ cpu: SUPPORTED, "tfjs-eager": PORTABLE, "tfjs-traced": PORTABLE },
      process: PORTABLE,
    },
  }),
  patience: setting(
    count()
      .nullable()
      .describe(
        "how many looks at the validation rows may be no better than the best, a whole number; null for all steps",
      ),
    { since: 8, before: null, mark: "assumed", optional: true, hash: "trained", grid: false, paths: PLANNED },
  ),
  validation: setting(
    z
      .number()
      .gt(0)
      .lt(1)
      .describe("the share of the training rows that is for validation, unless the table says which rows are"),
    { since: 8, before: VALIDATION, mark: "assumed", optional: true, hash: "trained", grid: false, paths: PLANNED },
  ),
  refit: setting(
    z.boolean().describe("true or false: whether runs train on their validation rows, too (with rows of your own)"),
    { since: 9, before: true, mark: "assumed", optional: true, hash: "trained", grid: false, paths: PLANNED },
  ),
  chooseBy: setting(
    printableText().describe(
      "what chooses steps and settings on validation rows: loss, the mean over tasks, or a metric of one task such as auc1",
    ),
    { since: 9, before: "loss", mark: "assumed", optional: true, hash: "trained", grid: false, paths: PLANNED },
  ),
  evalEvery: setting(
    z
      .union([
        count(),
        z.string().regex(/^(log:[1-9]\d{0,3}|auto)$/),
        z
          .array(count())
          .min(1)
          .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] as number))),
      ])
      .describe(
        "a number of steps, a number of points per decade such as log:20, an increasing list of steps, or auto: 30 points or more",
      ),
    { since: 1, hash: "trained", grid: false, paths: EVERYWHERE },
  ),
  heldoutRows: setting(count(), { since: 1, hash: "trained", grid: false, paths: EVERYWHERE }),
  report: setting(choice(LOSS_SETS), {
    ...{ since: 6, before: "train", mark: "assumed", optional: true },
    ...{ hash: "shown", grid: false, paths: PLANNED },
  }),
  diagnostics: setting(
    z
      .array(choice(DIAGNOSTIC_KINDS))
      .overwrite((kinds) => DIAGNOSTIC_KINDS.filter((kind) => kinds.includes(kind)))
      .describe(`a list of ${DIAGNOSTIC_KINDS.join(", ")}`),
    {
      ...{ since: 5, before: [], mark: "assumed", hash: "trained", grid: false },
      paths: { ...EVERYWHERE, process: BY_CODE },
    },
  ),
};

type Given = typeof GIVEN;

/** Settings that may be a list: a sweep then trains every combination. */
export type GridKey = { [Key in keyof Given]: Given[Key]["grid"] extends true ? Key : never }[keyof Given];

const names = { model: MODEL_NAME, correlation: correlation.optional(), at: valuesOfOne().optional() };
const orNone = z.number().nullable().describe("a number, or null");

/** What mmoe tune writes: values of some models, or cells, and the table that they were chosen from. */
const TUNED_SCHEMA = z
  .strictObject({
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
  })
  .nullable()
  .describe("what mmoe tune writes, or null");

/** Null for the user's own rows. */
function orTable<T extends z.ZodType>(schema: T) {
  return schema.nullable().describe(schema.description as string);
}

/** Values of some settings that may be listed, for one model or cell. */
function valuesOfOne() {
  const entries = Object.entries(GIVEN).flatMap(([key, { grid, schema }]) => (grid ? [[key, schema.optional()]] : []));
  type Shape = { [Key in GridKey]: z.ZodOptional<Given[Key]["schema"]> };
  return z.strictObject(Object.fromEntries(entries) as Shape);
}

/** Data and initial values that are crossed: every data seed meets every seed of initial values. */
const CROSS_SCHEMA = z
  .strictObject({ data: count(2), initial: count(2) })
  .nullable()
  .describe("the numbers of data seeds and of initial seeds, {data, initial}, or null");

/**
 * Everything that defines a sweep. This is the one place that declares a setting: to add one is to add an entry, with
 * the next version. What else must know it does not compile until it does.
 */
export const SETTINGS = {
  ...GIVEN,
  tuned: setting(TUNED_SCHEMA, {
    ...{ since: 3, before: null, mark: "assumed", grid: false, paths: PLANNED },
    hash: { hashed: (tuned) => tuned?.choices }, // not why they were chosen
  }),
  ownModels: setting(OWN_MODELS_SCHEMA, {
    ...{ since: 4, before: [], mark: "assumed", hash: "extent", grid: false, paths: PLANNED },
  }),
  cross: setting(CROSS_SCHEMA, {
    ...{ since: 5, before: null, mark: "assumed", grid: false, paths: EVERYWHERE },
    hash: { hashed: () => "crossed" }, // more seeds are more of the same sweep
  }),
  taskKinds: setting(TASK_KINDS_SCHEMA, {
    ...{ since: 8, before: [], mark: "assumed", optional: true },
    ...{ hash: "trained", grid: false, paths: EVERYWHERE },
  }),
  rows: setting(ROWS_SCHEMA, {
    ...{ since: 5, before: null, mark: "assumed", optional: true, hash: "apart", grid: false, paths: EVERYWHERE },
  }),
};

type All = typeof SETTINGS;

/** Settings that a training path sees. */
export type SeenKey = { [Key in keyof All]: All[Key]["paths"] extends typeof PLANNED ? never : Key }[keyof All];

/** -0 would give a run an id of its own. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}
