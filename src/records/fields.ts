import { z } from "zod";
import { MEASURES } from "./measures.ts";

/** Raised when the meaning of a journal's line changes. */
export const JOURNAL_SCHEMA = 1;

export const LOSS_UNIT = "label variance; with huber loss or raw labels, the unit of that loss";

/** The largest float32: statistics of such numbers stay finite. */
const LARGEST = 3.4028235e38;

const measurement = z.number().refine(isMeasurement);

function isMeasurement(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= LARGEST;
}

/** JSON has no NaN: it writes null. */
const numberOrNull = measurement.nullable();

/** Kinds of values; the JSON Schemas and docs/files.md contain `unit` and `description`. */
export const string = (description: string) => z.string().meta({ description });
export const number = (description: string, unit = "") => measurement.meta(about(description, unit));
export const whole = (description: string, unit = "") => z.int().min(0).meta(about(description, unit));
export const loss = (description: string) => number(description, LOSS_UNIT);

/** Lists of numbers are checked in a loop of their own, since each line of a journal has hundreds of numbers. */
export const numbers = (description: string, unit = "") =>
  z
    .custom<number[]>((value) => isList(value, isMeasurement))
    .meta({ ...about(description, unit), type: "array", items: { type: "number" } });
const OR_NULL = { type: "array", items: { type: ["number", "null"] } } as const;
const numbersOrNull = z.custom<(number | null)[]>((value) => isList(value, isMeasurementOrNull)).meta(OR_NULL);

function about(description: string, unit: string) {
  return unit === "" ? { description } : { description, unit };
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isMeasurementOrNull(value: unknown): boolean {
  return value === null || isMeasurement(value);
}

/**
 * A run, and how it ended: the first keys of a record, and the first columns of every CSV file with a row for each run.
 */
export const RUN_FIELDS = {
  id: string("the run's name, made of model, correlation (if it has one), listed settings and run"),
  status: z.enum(["done", "failed"]).meta({ description: "how the run ended" }),
  model: string("the model, as in `mmoe models`"),
  correlation: numberOrNull.meta({
    description: "the cell's correlation p: the cosine of two task weight vectors; null for your own rows",
  }),
  run: whole("the run's index, from 0: runs with the same index see the same rows"),
  seed: whole("the sweep's seed"),
  lr: number("learning rate"),
  steps: whole("requested training steps", "steps"),
  batch: whole("rows of each step", "rows"),
  reason: string("why the run failed; empty if it is done"),
};

export const TRAINED_FIELDS = {
  parameters: whole("the model's parameters; 0 if a model in Python does not say how many it has"),
  elapsedMs: number(
    "wall time of the run; work that runs share, such as making rows, is divided by their number",
    "ms",
  ),
  engine: string("the engine that trained the run"),
  device: string("what the engine computed on, such as `wasm`"),
};

export const LABEL_CORRELATION =
  "Pearson correlation of two tasks' labels over the training set, or with fresh rows over held-out rows";

const measured = z.union([numberOrNull, numbersOrNull]);

/** The curve of a run: `train` and `heldout` are [evaluations * K], evaluation by evaluation. */
export const CURVE_SCHEMA = z.object({
  steps: numbers("the steps after which the run was evaluated", "steps"),
  train: numbers("mean of each task's batch losses since the previous evaluation", LOSS_UNIT),
  heldout: numbers("loss of each task on held-out rows", LOSS_UNIT),
  validation: numbersOrNull.optional().meta({
    ...about(
      "loss of each task on validation rows, null where none has its label; absent without such rows",
      LOSS_UNIT,
    ),
  }),
  batches: numbers("batches that each mean of `train` is over; where there are none, the mean before stands", "batches")
    .optional()
    .meta({ description: "absent if every row has all labels" }),
});

/** The diagnostics of a run, by the names of quantities. */
export const DIAGNOSTICS_SCHEMA = z.object({
  steps: numbers("the evaluations at which the run was diagnosed", "steps"),
  values: z
    .record(z.string().regex(/^[A-Za-z][\w.-]*(\/[1-9]\d*){0,2}$/), numbersOrNull)
    .meta({ description: "for each quantity, by name, one number per step (docs/diagnostics.md)" }),
});

/** A record as JSON: a journal's line without its checksum, and the event of a run. */
export const RECORD_SCHEMA = z.object({
  ...RUN_FIELDS,
  point: z
    .record(z.string(), z.union([z.string(), z.boolean(), measurement]))
    .optional()
    .meta({ description: "the value of each setting that the sweep lists; absent if it lists none" }),
  trainingSetLoss: numbers("loss of each task over the whole training set after the last step", LOSS_UNIT)
    .nullable()
    .meta({ description: "null for fresh rows or a failure" }),
  labelCorrelation: numberOrNull.optional().meta({ description: `for two tasks: ${LABEL_CORRELATION}` }),
  labelCorrelations: numbersOrNull
    .refine(({ length }) => length >= 2)
    .optional()
    .meta({
      description: "for more than two tasks: that correlation for each pair, (1, 2), (1, 3), ..., (2, 3), ...",
      minItems: 2,
    }),
  ...TRAINED_FIELDS,
  measures: z
    .object(
      Object.fromEntries(
        MEASURES.map(({ name, per, unit, meaning }) => {
          const schema = per === "run" ? numberOrNull : numbersOrNull;
          return [name, schema.optional().meta({ ...about(meaning, unit), per })];
        }),
      ),
    )
    .catchall(measured)
    .optional()
    .meta({ description: "other measured numbers, by name" }),
  curve: CURVE_SCHEMA,
  diagnostics: DIAGNOSTICS_SCHEMA.optional().meta({ description: "absent if none were requested" }),
});

export const LINE_SCHEMA = RECORD_SCHEMA.extend({
  crc: string("CRC-32 of everything before it in the line, in hexadecimal digits"),
});

/** A journal's first line. */
export const HEADER_SCHEMA = z.object({
  schema: whole("version of the lines' meaning"),
  version: string("the mmoe that wrote it"),
  trained: string(
    "hash of the settings that its runs were trained with, then one hash per model of your own: `20ca4b02 wide=1f0c9d3e`",
  ),
});
