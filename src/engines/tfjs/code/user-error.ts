import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../../errors.ts";
import type { CodeModel } from "../../../models/code.ts";
import { UntraceableError } from "../trace/untraceable.ts";

/** An error that a model's author can fix: `model mine: my-model.mjs:12: ...`. */
export function modelError({ name, file }: CodeModel, message: string, line?: number): UsageError {
  return new UsageError(
    `model ${name}: ${shownPath(file)}${line === undefined ? "" : `:${line}`}: ${oneLine(message)}`,
  );
}

/** From the working folder, if the file is within. */
export function shownPath(file: string): string {
  const path = relative(".", file);
  return path.startsWith("..") ? file : path;
}

/** What `call` returns; what it throws becomes an error of the model's author, with the line of the file. */
export function calling<T>(model: CodeModel, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw authorsError(model, error);
  }
}

/** `error` as one of the model's author, with the line of the file that it passed through last; `error` is its cause. */
export function authorsError(model: CodeModel, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  if (!(error instanceof Error)) return modelError(model, `threw ${String(error)}`);
  const message = error instanceof UntraceableError ? error.reason : error.message;
  const ours = modelError(model, message, lineIn(error.stack ?? "", model.file));
  ours.cause = error;
  return ours;
}

/** The first line number of `file` in a stack; a syntax error has it on top. */
function lineIn(stack: string, file: string): number | undefined {
  const path = pathToFileURL(file).href.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(`${path}(?:\\?[^:\\s]*)?:(\\d+)`).exec(stack)?.[1];
  return found === undefined ? undefined : Number(found);
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
