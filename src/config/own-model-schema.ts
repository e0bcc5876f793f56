import { z } from "zod";
import type { Gating } from "../models/spec.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { choice, count, plainName } from "./kinds.ts";

/** Bounds of a model's sizes: a plan of more would not end. */
const MOST = { experts: 10_000, units: 65_536 } as const;

/** Every gating may be asked for: a new one does not compile until it is listed. */
const GATINGS: Readonly<Record<Gating, true>> = { none: true, average: true, single: true, "per-task": true };

const ZOO_NAMES = `one of ${MODEL_NAMES.join(", ")}`;

/** The name of any model; `checkModels` knows which there are. */
export const MODEL_NAME = plainName("a name").describe(`${ZOO_NAMES}, or a model of your own`);

const units = z.array(count(1, MOST.units)).describe(`a list of units of each layer, from 1 to ${MOST.units}`);

/** What a model of one's own changes of the zoo's model that it is like; ModelSpec describes the fields. */
const CHANGES = {
  experts: z
    .strictObject({ shared: count(0, MOST.experts), perTask: count(0, MOST.experts), layers: units })
    .partial()
    .describe("some of {shared, perTask, layers}"),
  gating: choice(Object.keys(GATINGS) as Gating[]),
  gate: z
    .strictObject({ layers: units, bias: z.boolean().describe("true or false") })
    .partial()
    .describe("some of {layers, bias}"),
  tower: z.strictObject({ layers: units }).partial().describe("{layers}"),
  bias: z.boolean().describe("true or false"),
};

const OWN_MODEL_SCHEMA = z
  .strictObject({ name: plainName("a name"), like: choice(MODEL_NAMES), ...z.object(CHANGES).partial().shape })
  .describe("{name, like} and what differs: experts, gating, gate, tower, bias");

/** A model of the user's own: a member of the family under a name of its own. */
export type OwnModel = z.output<typeof OWN_MODEL_SCHEMA>;

/** Stored configs have the definitions apart. */
export const OWN_MODELS_SCHEMA = z
  .array(OWN_MODEL_SCHEMA)
  .refine((models) => new Set(models.map(({ name }) => name)).size === models.length)
  .describe("a list of definitions of models, no name twice");

/** What a model of one's own may change of another. */
export const CHANGE_KEYS = Object.keys(CHANGES);

/** A model as a list names it, or defines it on the spot. */
export const NAMED_OR_OWN = z
  .union([choice(MODEL_NAMES), MODEL_NAME, OWN_MODEL_SCHEMA]) // the names for editors
  .describe(`${ZOO_NAMES}, or {name, like} and what differs`);
