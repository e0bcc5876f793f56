// Kinds of values. Their descriptions complete the sentence "expected ...": they are the error texts and the editors' hints.
import { z } from "zod";
import { printable } from "../text.ts";

/** The largest count anywhere: a counter of the row generator has 32 bits. */
export const LARGEST_COUNT = 2 ** 31 - 1;

export const LONGEST_NAME = 60;

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
    .describe(`a list of ${what}, at least one, without duplicates`);

function nameOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "name" in value ? value.name : value;
}

/** A name that is a part of run ids and of files' names. */
export const plainName = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/i)
    .max(LONGEST_NAME)
    .describe(`${what} of at most ${LONGEST_NAME} letters, digits, '.', '_' and '-'`);

/** A text that a terminal and a picture can show. */
export const printableText = () => z.string().refine((value) => printable(value) === value);

/** A text as such a name; `otherwise` if none of it can be kept. */
export function plainNameOf(text: string, otherwise: string): string {
  const plain = text.replaceAll(/[^a-z0-9._-]+/gi, "-").replace(/^[^a-z0-9]+/i, "");
  return plain.slice(0, LONGEST_NAME) || otherwise;
}

/** Null, or as `schema` has it: `what` says both. */
export const orNull = <T extends z.ZodType>(schema: T, what: string) => schema.describe(what).nullable().describe(what);

export const sha256 = (of: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe(`the SHA-256 of ${of}, 64 hexadecimal digits; mmoe fills it in`);

export const positive = (what: string) => z.number().positive().describe(what);

export const BETWEEN_TASKS = ":";

/** The parts of a value with one for each task, or its only one. */
export function partsByTask(value: string | number): string[] {
  return String(value).split(BETWEEN_TASKS);
}

/** `front:9` or `front:9:1000`: that many weightings of the tasks, in which one counts at most that much more than the others. */
export const FRONT = /^front:(\d{1,4})(?::(\d{1,6}(?:\.\d{1,3})?))?$/;

/** One number for all tasks, or a text with one for each, `0.1:0.5`; or a word in the place of any. */
export function perTask<T extends z.ZodType<number>, const Word extends string>(number: T, word: Word) {
  const isPart = (part: string) =>
    part === word || (part.trim() === part && part !== "" && number.safeParse(Number(part)).success);
  const texts = z.string().refine((text) => partsByTask(text).every(isPart), { abort: true }); // else its own error is told
  const examples = `or one for each task, such as 0.1${BETWEEN_TASKS}0.5`;
  return z.union([number, texts]).describe(`${number.description}, or ${word}; ${examples}`);
}
