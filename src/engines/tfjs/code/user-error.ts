import { fileURLToPath } from "node:url";
import { UsageError } from "../../../errors.ts";
import type { CodeModel } from "../../../models/code.ts";
import { modelError, type Place } from "../../children/model-error.ts";
import { UntraceableError } from "../trace/untraceable.ts";

/** Marks the modules of a model in their URLs, with the number of the load that they belong to. */
export const MARK = "?mmoe=";

/** What `call` returns; what it throws becomes an error of the model's author, with the line of the file. */
export function calling<T>(model: CodeModel, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw authorsError(model, error);
  }
}

/** `error` as one of the model's author, with the line that it passed through last of the model's files; `error` is its cause. */
export function authorsError(model: CodeModel, error: unknown): UsageError {
  const { known, message, stack } = read(error);
  if (known) return known;
  const ours = modelError(model, message, placeIn(stack));
  ours.cause = error;
  return ours;
}

/** Whether an error passed through a file of the model's. */
export function isInModel(error: unknown): boolean {
  return placeIn(read(error).stack) !== undefined;
}

/** Reading what a model threw may throw itself. */
function read(error: unknown): { known?: UsageError; message: string; stack: string } {
  try {
    if (error instanceof UsageError) return { known: error, message: error.message, stack: error.stack ?? "" };
    if (!(error instanceof Error)) return { message: `threw ${String(error)}`, stack: "" };
    const message = error instanceof UntraceableError ? error.reason : error.message;
    return { message: String(message), stack: String(error.stack) };
  } catch {
    return { message: "threw something that can't be read", stack: "" };
  }
}

/** The first place in a model's files in a stack; a syntax error has it on top. */
function placeIn(stack: string): Place | undefined {
  const [, url, line] = /(file:\/\/[^\s?]+)\?mmoe=\d+:(\d+)/.exec(stack) ?? [];
  return url === undefined ? undefined : { path: fileURLToPath(url), line: Number(line) };
}
