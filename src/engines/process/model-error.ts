import type { CodeFiles } from "../../code/javascript-files.ts";
import { UsageError } from "../../errors.ts";
import { shownPath } from "../../files.ts";
import type { CodeModel } from "../../models/code.ts";
import { printable } from "../../text.ts";

interface Place {
  readonly path: string;
  readonly line?: number;
}

/** An error that a model's author can fix: `model mine: my-model.mjs:12: ...`. */
export function modelError({ name, file }: CodeModel, message: string, place: Place = { path: file }): UsageError {
  const line = place.line === undefined ? "" : `:${place.line}`;
  return new UsageError(`model ${name}: ${shownPath(place.path)}${line}: ${oneLine(message)}`);
}

/** Throws UsageError for files that are not those that the model was named by. */
export function expectUnchanged(model: CodeModel, { sha256 }: CodeFiles): void {
  if (sha256 === model.sha256) return;
  const hashes = `its SHA-256 was ${model.sha256.slice(0, 8)}..., now it is ${sha256.slice(0, 8)}...`;
  throw modelError(model, `has changed (${hashes}); bring back what it was, or give the model another name`);
}

function oneLine(text: string): string {
  return printable(text.trim().replaceAll(/\s*\n\s*/g, " "));
}
