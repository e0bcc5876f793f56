import { z } from "zod";
import { TASK_KINDS } from "../data/task-kinds.ts";
import { choice, positive, printableText } from "./kinds.ts";

const column = printableText().min(1).describe("the name of a label's column");
const kind = choice(TASK_KINDS);
const weight = positive("what the task's loss counts in the objective, a number above 0");

/** The labels of a table, as a checked config has them; none if all are regressions of weight 1. */
export const TASK_KINDS_SCHEMA = z
  .array(
    z.strictObject({
      column,
      kind,
      weight,
      classes: z
        .array(z.union([printableText(), z.number()]))
        .describe("the texts or numbers that a label may have, in order; none for a regression; mmoe fills them in"),
      gaps: z.int().positive().optional().describe("how many rows have no label, if some have none; mmoe fills it in"),
    }),
  )
  .describe("a list of {column, kind, weight, classes}, which mmoe derives from `tasks` and the table");

/** `tasks` of a file with rows: labels whose kind or weight is another than by default. */
export const GIVEN_TASKS = z
  .array(z.strictObject({ column, kind: kind.optional(), weight: weight.optional() }))
  .min(1)
  .describe("with rows, a list of {column, kind, weight} for labels that differ from the default");

export type TaskKindSetting = z.output<typeof TASK_KINDS_SCHEMA>[number];
export type GivenTask = z.output<typeof GIVEN_TASKS>[number];
