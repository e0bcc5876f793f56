// Kinds of values. Their descriptions complete the sentence "expected ...": they are the error texts and the editors' hints.
import { z } from "zod";

/** The largest count anywhere: a counter of the row generator has 32 bits. */
export const LARGEST_COUNT = 2 ** 31 - 1;

export const count = (least = 1, most = LARGEST_COUNT) =>
  z.int().min(least).max(most).describe(`a whole number from ${least} to ${most}`);

export const choice = <const T extends string>(values: readonly T[]) =>
  z.enum(values).describe(`one of ${values.join(", ")}`);

/** A list without repeats; items with a name repeat if their names do. */
export const distinctList = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item)
    .min(1)
    .refine((values) => new Set(values.map(nameOf)).size === values.length)
    .describe(`a list of ${what}, at least one and none twice`);

function nameOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "name" in value ? value.name : value;
}

/** A name that is a part of run ids and of files' names. */
export const plainName = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/i)
    .max(60)
    .describe(`${what} of at most 60 letters, digits, '.', '_' and '-'`);

export const positive = (what: string) => z.number().positive().describe(what);
