import { z } from "zod";
import { type ChosenColumns, type PartsBy, SPLITS, type TableReading } from "../data/table.ts";
import { TASK_KINDS } from "../data/task-kinds.ts";
import { defined } from "../defined.ts";
import { NDCG_AT } from "../diagnostics/task-metrics.ts";
import { MOST_HOT, MOST_VALUES } from "../tables/input-column.ts";
import { choice, count, distinctList, orNull, positive, printableText, sha256 } from "./kinds.ts";

const FILE = "the path of a CSV or Parquet file, relative to this file's folder";

const EXPECTED = `${FILE}, or {file, labels, inputs, ignore, heldout, standardise, impute, categorical, lists, na, split, folds, group, time, stratify, metricsBy, ndcgAt, weight, oneHot, embedding, minCount, hash, funnel}, or null`;

/** Most numbers of a vector that stands for a value. */
const MOST_SIZE = 256;

/** What people say of a table. */
const SAID = {
  file: printableText().min(1).describe(FILE),
  heldout: orNull(z.number().gt(0).lt(1), "the share of rows to hold out, a number above 0 and below 1"),
  standardise: z.boolean().describe("true or false: whether inputs are standardised"),
  impute: choice(["refuse", "mean"]),
  categorical: z
    .array(z.string())
    .min(1)
    .describe("columns of numbers that are categories: inputs, and labels of classes")
    .optional(),
  lists: z
    .array(z.string())
    .min(1)
    .describe("inputs whose cells are lists of values, such as 39,12: a model reads the mean of their vectors")
    .optional(),
  na: z.array(z.string()).min(1).describe("words that stand for an empty cell, such as NA").optional(),
  split: z
    .union([z.literal("run"), count(0)])
    .describe("the seed of the split of all runs, a whole number, or run: each run draws its own")
    .optional(),
  folds: count(2).describe("the number of folds, a whole number from 2: each run tests on another one").optional(),
  group: columnName("a column whose equal values stay in one part, such as a user"),
  time: columnName("a column of numbers or dates: the last rows are the test"),
  stratify: columnName("a column whose values have the same shares in all parts"),
  metricsBy: columnName("a column in whose groups of equal values GAUC, NDCG and MRR are taken, such as a user"),
  ndcgAt: count()
    .describe(`how many rows of each group count in NDCG, a whole number (default: ${NDCG_AT})`)
    .optional(),
  weight: columnName("a column of numbers from 0: what the losses of each row count; it is no input"),
  oneHot: count(1, MOST_HOT)
    .describe(`the most values of a category that become one input each, a whole number from 1 to ${MOST_HOT}`)
    .optional(),
  embedding: count(1, MOST_SIZE)
    .describe(`how many numbers stand for a value of a larger category, a whole number from 1 to ${MOST_SIZE}`)
    .optional(),
  minCount: count(2)
    .describe("the fewest training rows of a category's value that is told apart, a whole number from 2")
    .optional(),
  hash: count(MOST_HOT + 1, MOST_VALUES)
    .describe(
      `how many values the texts of a larger category are hashed to, a whole number from ${MOST_HOT + 1} to ${MOST_VALUES}`,
    )
    .optional(),
  funnel: distinctList(z.string(), "labels, each of which follows the one before")
    .refine((labels) => labels.length > 1)
    .describe("a list of two labels or more without duplicates, each of which follows the one before, as like a click")
    .optional(),
};

/** What mmoe fills in, so that results can be read without the file. */
const FILLED = {
  sha256: sha256("the file"),
  inputs: names("inputs"),
  chosen: z.boolean().optional().describe("whether labels are named by `labels`, not by their columns' names"),
  encoded: z
    .array(
      z.strictObject({
        column: printableText(),
        values: z.union([z.array(printableText()), count()]), // of many values the number alone
        gaps: z.boolean(),
        embedding: count().optional(),
        slots: count().optional(),
        hashed: z.literal(true).optional(),
      }),
    )
    .optional()
    .describe("the columns that are categories, with their values, or have gaps; mmoe fills it in"),
  labels: names("labels"),
  labelVariances: z.array(z.number()).describe("the variance of each label; mmoe fills it in"),
  trainRows: count().describe("how many rows a run can train on; mmoe fills it in"),
  heldoutRows: count().describe("how many rows are test rows; mmoe fills it in"),
  validationRows: count().describe("how many rows the table marks for validation; mmoe fills it in").optional(),
};

function columnName(what: string) {
  return printableText().min(1).describe(what).optional();
}

function names(what: string) {
  return z.array(printableText()).min(1).describe(`the columns that are ${what}; without it, mmoe fills it in`);
}

/** The user's own rows, as a checked config has them; null for those of the generator. */
export const ROWS_SCHEMA = orNull(z.strictObject({ ...SAID, ...FILLED }), EXPECTED);

const GIVEN = z.strictObject({
  file: SAID.file,
  ...z
    .object({ ...SAID, ...FILLED })
    .omit({ file: true })
    .partial().shape,
  ignore: z.array(printableText()).min(1).describe("the columns that are neither labels nor inputs").optional(),
});

/** As a file or an option gives them. */
export const GIVEN_ROWS = orNull(z.union([SAID.file, GIVEN]), EXPECTED);

export type RowsSetting = NonNullable<z.output<typeof ROWS_SCHEMA>>;
export type GivenRows = z.output<typeof GIVEN>;

/** Share of the rows that is held out unless the file or the config says. */
const HELDOUT = 0.2;

/** What is read of cells as it is said. */
const AS_SAID = [
  "categorical",
  "lists",
  "na",
  "minCount",
  "hash",
  "funnel",
  "split",
  "folds",
  "metricsBy",
  "ndcgAt",
  "weight",
] as const;

type Reading = Pick<RowsSetting, (typeof AS_SAID)[number] | (typeof SPLITS)[number]> & {
  readonly heldout?: number | null | undefined;
};

/** How rows are read, if not by what their cells hold. */
export function readingOf(rows: Reading): TableReading | undefined {
  const said = Object.fromEntries(AS_SAID.map((key) => [key, rows[key]]));
  const reading = defined({ ...said, parts: partsIn(rows) });
  return Object.keys(reading).length > 0 ? reading : undefined;
}

function partsIn(rows: Reading): PartsBy | undefined {
  const { split = 0, folds, heldout } = rows;
  const by = SPLITS.find((one) => rows[one] !== undefined);
  if (by === undefined) return undefined;
  return {
    by,
    column: rows[by] as string,
    heldout: testShare({ folds, heldout }),
    seed: Number(split === "run" ? 0 : split),
  };
}

/** The share of the rows that a run tests on, where no column says which. */
export function testShare({ folds, heldout }: Pick<Reading, "folds" | "heldout">): number {
  return folds === undefined ? (heldout ?? HELDOUT) : 1 / folds;
}

/** The tasks of a funnel, in order; undefined without one. */
export function funnelOf({ funnel, labels }: Pick<RowsSetting, "funnel" | "labels">): readonly number[] | undefined {
  return funnel?.map((label) => labels.indexOf(label));
}

/** The columns that are labels and inputs, if the config names them. */
export function chosenIn({ chosen, labels, inputs }: RowsSetting): ChosenColumns | undefined {
  return chosen ? { labels, inputs } : undefined;
}

const column = printableText().min(1).describe("the name of a label's column");
const kind = choice(TASK_KINDS);
const weight = positive("what the task's loss counts in the objective, a number above 0");
const classWeight = z
  .union([z.literal("balanced"), z.array(z.number().gt(0)).min(2)])
  .describe(
    "what the losses of rows of each class count: balanced, or a list of numbers above 0 in the order of the classes",
  );

/** The labels of a table, as a checked config has them; none if all are regressions of weight 1. */
export const TASK_KINDS_SCHEMA = z
  .array(
    z
      .strictObject({
        column,
        kind,
        weight,
        classWeight: classWeight.optional(),
        classes: z
          .array(z.union([printableText(), z.number()]))
          .describe("the texts or numbers that a label may have, in order; none for a regression; mmoe fills them in"),
        gaps: z
          .int()
          .positive()
          .optional()
          .describe("how many rows have no label, if some have none; mmoe fills it in"),
      })
      .describe("{column, kind, weight, classWeight, classes}"),
  )
  .describe("a list of {column, kind, weight, classWeight, classes}, which mmoe derives from `tasks` and the table");

/** `tasks` of a file with rows: labels whose kind or weights are others than by default. */
export const GIVEN_TASKS = z
  .array(
    z
      .strictObject({
        column,
        kind: kind.optional(),
        weight: weight.optional(),
        classWeight: classWeight.optional(),
      })
      .describe("{column, kind, weight, classWeight}"),
  )
  .min(1)
  .describe("with rows, a list of {column, kind, weight, classWeight} for labels that differ from the default");

export type TaskKindSetting = z.output<typeof TASK_KINDS_SCHEMA>[number];
export type GivenTask = z.output<typeof GIVEN_TASKS>[number];
