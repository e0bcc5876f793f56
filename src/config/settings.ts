import { z } from "zod";
import { GENERATOR_PRESETS, type GeneratorPresetName, type Mark } from "../data/presets.ts";
import { GENERATOR_LIMITS as LIMITS } from "../data/settings.ts";
import { DIAGNOSTIC_KINDS } from "../diagnostics/kinds.ts";
import { METHODS } from "../engines/methods.ts";
import { INITIALIZER_NAMES } from "../models/initializers.ts";
import { choice, count, LARGEST_COUNT, listOf, plainName, positive } from "./kinds.ts";
import { LOSS_SETS } from "./loss-sets.ts";
import { MODEL_NAME, OWN_MODELS_SCHEMA } from "./own-model-schema.ts";
import { ROWS_SCHEMA } from "./rows-schema.ts";

export { LARGEST_COUNT } from "./kinds.ts";

/** One task has no correlation with another. */
const LEAST_TASKS = 2;

const PRESET_NAMES = Object.keys(GENERATOR_PRESETS) as GeneratorPresetName[];

const correlation = z.number().min(-1).max(1).transform(withoutMinusZero).describe("a number from -1 to 1");

const upTo = (most: number) => z.number().min(-most).max(most);
const ownConstants = z
  .strictObject({
    inputs: count(LEAST_TASKS),
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
      .describe(`a list of as many numbers as alpha has, each from -${LIMITS.beta} to ${LIMITS.beta}`),
    noiseStd: z.number().min(0).max(LIMITS.noiseStd).describe(`a number from 0 to ${LIMITS.noiseStd}`),
  })
  .refine(({ alpha, beta }) => alpha.length === beta.length, { path: ["beta"] });
const GENERATOR = `one of ${PRESET_NAMES.join(", ")}, or constants {inputs, scale, alpha, beta, noiseStd}`;
const generator = z.union([choice(PRESET_NAMES), ownConstants]).describe(GENERATOR);

/** Settings that people give; a file gives every key, and no value is filled in silently. */
const GIVEN_SCHEMA = z.strictObject({
  name: plainName("a name"),
  about: z.string().describe("a sentence: what the sweep reproduces"),
  data: orTable(generator),
  seed: count(0),
  correlations: orTable(listOf(correlation, "numbers from -1 to 1")),
  tasks: count(LEAST_TASKS),
  correlationMatrix: z
    .array(z.array(z.number().min(-1).max(1)))
    .nullable()
    .describe("a list of rows of numbers from -1 to 1, a row and a number a task, or null"),
  models: listOf(MODEL_NAME, "models"),
  runs: count(),
  trainRows: z.union([count(), z.literal("fresh")]).describe(`a whole number from 1 to ${LARGEST_COUNT}, or fresh`),
  sampling: choice(["epochs", "replacement"]),
  batch: count(),
  steps: count(),
  optimizer: choice(["adam", "sgd"]),
  lr: positive("a number above 0"),
  initializer: choice(INITIALIZER_NAMES),
  initializerStd: positive("a number above 0 (used by truncated-normal)"),
  loss: choice(["squared", "huber"]),
  huberDelta: positive("a number above 0 (used by huber)"),
  labels: choice(["standardised", "raw"]),
  dropout: z.number().min(0).lt(1).describe("a number from 0 to below 1"),
  method: choice(METHODS),
  evalEvery: z
    .union([
      count(),
      z.string().regex(/^log:[1-9]\d{0,3}$/),
      z
        .array(count())
        .min(1)
        .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] as number))),
    ])
    .describe("a number of steps, a number of points a decade such as log:20, or a list of steps that rise"),
  heldoutRows: count(),
  report: choice(LOSS_SETS),
  diagnostics: z
    .array(choice(DIAGNOSTIC_KINDS))
    .overwrite((kinds) => DIAGNOSTIC_KINDS.filter((kind) => kinds.includes(kind)))
    .describe(`a list of ${DIAGNOSTIC_KINDS.join(", ")}`),
});

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
        "a list of a model, a correlation and values `at` of listed settings if it is for these, and values of settings",
      ),
    points: z
      .array(
        z.strictObject({ ...names, values: valuesOfOne(), mean: orNone, low: orNone, high: orNone, failed: count(0) }),
      )
      .describe("a list of what was compared"),
  })
  .nullable()
  .describe("what mmoe tune writes, or null");

/** Null for rows of one's own. */
function orTable<T extends z.ZodType>(schema: T) {
  return schema.nullable().describe(schema.description as string);
}

function valuesOfOne() {
  const { trainRows, sampling, batch, steps, optimizer, lr, initializer, initializerStd, dropout, method } =
    GIVEN_SCHEMA.shape;
  return z
    .strictObject({ trainRows, sampling, batch, steps, optimizer, lr, initializer, initializerStd, dropout, method })
    .partial();
}

/** Data and initial values that are crossed: every data seed meets every seed of initial values. */
const CROSS_SCHEMA = z
  .strictObject({ data: count(2), initial: count(2) })
  .nullable()
  .describe("numbers of data seeds and of seeds of initial values, {data, initial}, or null");

/** Everything that defines a sweep. */
export const SETTINGS_SCHEMA = GIVEN_SCHEMA.extend({
  tuned: TUNED_SCHEMA,
  ownModels: OWN_MODELS_SCHEMA,
  cross: CROSS_SCHEMA,
  rows: ROWS_SCHEMA,
});

/**
 * Settings that may be a list: a sweep then trains every combination. They say how a run trains; how it is watched, and
 * what it is trained on, is the same for all runs of a sweep.
 */
export const GRID_KEYS = [
  "trainRows",
  "sampling",
  "batch",
  "steps",
  "optimizer",
  "lr",
  "initializer",
  "initializerStd",
  "dropout",
  "method",
] as const;
export type GridKey = (typeof GRID_KEYS)[number];

/** A setting that came after the first version; older files stay valid. */
interface LaterSetting {
  /** The version of config files that it came with. */
  readonly since: number;
  /** Its value in every sweep from before it existed. No hash, and so no folder's name, includes that value. */
  readonly before: unknown;
  /** Source of that value. */
  readonly mark: Mark;
  /** True if a file of an older version may have it, and one of any later version lack it. */
  readonly optional?: true;
}

/** To add a setting: its line in SETTINGS_SCHEMA, and one here with the next version. */
export const LATER_SETTINGS: Readonly<Record<string, LaterSetting>> = {
  tasks: { since: 2, before: 2, mark: "paper" },
  correlationMatrix: { since: 2, before: null, mark: "paper" },
  loss: { since: 3, before: "squared", mark: "assumed" },
  huberDelta: { since: 3, before: 1, mark: "assumed" },
  labels: { since: 3, before: "standardised", mark: "assumed" },
  tuned: { since: 3, before: null, mark: "assumed" },
  ownModels: { since: 4, before: [], mark: "assumed" },
  method: { since: 5, before: "sum", mark: "assumed" },
  cross: { since: 5, before: null, mark: "assumed" },
  diagnostics: { since: 5, before: [], mark: "assumed" },
  rows: { since: 5, before: null, mark: "assumed", optional: true },
  report: { since: 6, before: "train", mark: "assumed", optional: true },
};

/** -0 would give a run an id of its own. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}
