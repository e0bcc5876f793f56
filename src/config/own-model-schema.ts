import { z } from "zod";
import { GATING_NAMES } from "../models/gatings.ts";
import type { Activation } from "../models/spec.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { isName } from "../text.ts";
import { choice, count, distinctList, LONGEST_NAME, plainName, positive, printableText, sha256 } from "./kinds.ts";

/** Bounds of a model's sizes: a plan of more would not end. */
const MOST = { experts: 10_000, units: 65_536, levels: 100 } as const;

const ACTIVATIONS: Readonly<Record<Activation, true>> = { relu: true, none: true, swish: true };

const ZOO_NAMES = `one of ${MODEL_NAMES.join(", ")}`;

/** The name of any model; `checkModels` knows which there are. */
export const MODEL_NAME = plainName("a name").describe(`${ZOO_NAMES}, or your own model`);

const units = z.array(count(1, MOST.units)).describe(`a list of units of each layer, from 1 to ${MOST.units}`);

/** A name in Python, whose letters may be of any script. */
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const VARIABLE = /^[A-Za-z_]\w*$/;

const probability = z.number().min(0).lt(1).describe("a number from 0 to below 1");

const nonnegative = z.number().nonnegative().describe("a number from 0");

const bias = z.boolean().describe("true or false");

/** DSelect-k's gates; what is left out is as in the zoo. */
const select = z
  .strictObject({
    experts: count(1, MOST.experts),
    gamma: positive("a number above 0"),
    entropy: nonnegative,
  })
  .partial()
  .describe("some of {experts, gamma, entropy}");

/** Of a Tucker product; what is left out is as in the zoo. */
const ranks = z
  .strictObject({ inputs: count(1, MOST.units), units: count(1, MOST.units), tasks: count(1, MOST.units) })
  .partial()
  .describe("some of {inputs, units, tasks}");

/** What a user's model changes in the zoo's model that it is like; ModelSpec describes the fields. */
const CHANGES = {
  experts: z
    .strictObject({
      shared: count(0, MOST.experts),
      perTask: count(0, MOST.experts),
      closed: count(0, MOST.experts),
      layers: units,
      activation: choice(Object.keys(ACTIVATIONS) as Activation[]),
      norm: z.boolean().describe("true or false"),
    })
    .partial()
    .describe("some of {shared, perTask, closed, layers, activation, norm}"),
  gating: choice(GATING_NAMES),
  levels: count(1, MOST.levels),
  gate: z
    .strictObject({
      ...{ layers: units, bias, top: count(1, MOST.experts), dropout: probability },
      ...{ noise: bias, importance: nonnegative, select },
    })
    .partial()
    .describe("some of {layers, bias, top, dropout, noise, importance, select}"),
  tower: z
    .strictObject({ layers: units, gate: count(1, MOST.units) })
    .partial()
    .describe("some of {layers, gate}"),
  constraint: nonnegative,
  factors: count(1, MOST.units),
  ranks,
  bias,
};

/** Of a definition only its changes. */
export const CHANGES_SCHEMA = z.object(CHANGES).partial();

/** Any name of a model: what is plain of it is in ids and files; figures and reports show it whole. */
const name = z
  .string()
  .min(1)
  .max(LONGEST_NAME)
  .refine(isName)
  .describe(`a name of at most ${LONGEST_NAME} characters, without control characters`);

const NAMED = {
  name,
  /** The whole name, where another one is in ids. */
  label: name.optional(),
};

const SPEC_MODEL = z
  .strictObject({ ...NAMED, like: choice(MODEL_NAMES), ...CHANGES_SCHEMA.shape })
  .describe("{name, like} and what differs: experts, gating, levels, gate, tower, constraint, factors, ranks, bias");

/** Values of a model's options in Python, which become keyword arguments. */
const option = z.union([printableText(), z.number(), z.boolean(), z.null()]);
const options = z
  .record(z.string().regex(IDENTIFIER), z.union([option, z.array(option)]))
  .describe("values by names: numbers, texts, true, false, null or lists of these");

const CODE_MODEL = z
  .strictObject({
    ...NAMED,
    file: printableText().min(1).describe("the path of a JavaScript or Python file, relative to this file's folder"),
    class: z.string().regex(IDENTIFIER).describe("a name of Python's").optional(),
    options: options.optional(),
    env: z
      .record(z.string().regex(VARIABLE), z.string())
      .describe("values of variables of the environment that the model sees, by names")
      .optional(),
    sha256: sha256("that file").optional(),
  })
  .describe("{name, file}, and env, and for Python class and options");

/** A member of the family under the user's name for it. */
export type SpecDefinition = z.output<typeof SPEC_MODEL>;

/** A model in JavaScript or Python. Once checked, the path of its file is absolute, and it has the hash. */
export type CodeDefinition = z.output<typeof CODE_MODEL>;

export type OwnModel = SpecDefinition | CodeDefinition;

const OWN_MODEL = z.union([SPEC_MODEL, CODE_MODEL]);

/** Stored configs have the definitions apart. */
export const OWN_MODELS_SCHEMA = z
  .array(OWN_MODEL)
  .refine((models) => new Set(models.map(({ name }) => name)).size === models.length)
  .describe("a list of model definitions, without duplicate names");

/** What a user's model may change in another. */
export const CHANGE_KEYS = Object.keys(CHANGES);

/** A model as a list names it, or defines it on the spot. */
export const NAMED_OR_OWN = z
  .union([choice(MODEL_NAMES), MODEL_NAME, SPEC_MODEL, CODE_MODEL]) // the names for editors
  .describe(`${ZOO_NAMES}, or {name, like} and what differs, or {name, file}`);

const METRIC = z
  .strictObject({
    name: z
      .string()
      .regex(/^(?!validation)[A-Za-z]\w*$/)
      .max(LONGEST_NAME)
      .describe(
        `a name of at most ${LONGEST_NAME} letters, digits and '_', which begins with a letter, but not 'validation'`,
      ),
    file: printableText().regex(/\.py$/i).describe("the path of a Python file, relative to this file's folder"),
    function: z.string().regex(IDENTIFIER).describe("the function's name, where it is not the metric's").optional(),
    better: choice(["higher", "lower"]).optional(),
    tasks: distinctList(printableText(), "labels, the tasks that have it").optional(),
    sha256: sha256("that file").optional(),
  })
  .describe("{name, file}, and function, better and tasks");

/** A metric in Python. Once checked, the path of its file is absolute, and it has the hash. */
export type MetricDefinition = z.output<typeof METRIC>;

export const METRICS_SCHEMA = z
  .array(METRIC)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length)
  .describe("a list of metrics in Python, without duplicate names");

/** What another value of which is another metric. */
export function hashedMetrics(metrics: readonly MetricDefinition[]): unknown {
  return metrics.map(({ file: _, ...metric }) => metric);
}
