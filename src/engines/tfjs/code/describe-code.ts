import type { CodeModel } from "../../../models/code.ts";
import { type CodeFiles, codeFiles } from "../../../models/code-files.ts";
import { CodeChild } from "./code-child.ts";
import type { Described } from "./messages.ts";
import { modelError } from "./user-error.ts";

/** How long a model may give no sign, in milliseconds. */
export interface Patience {
  /** While its file is loaded. */
  readonly load: number;
  /** While it is tried on a few rows. */
  readonly try: number;
  /** Between two steps. */
  readonly train: number;
}

export const PATIENCE: Patience = { load: 60_000, try: 300_000, train: 600_000 };

/** What a model declares, from a process that ends with it. */
export async function describeCode(model: CodeModel, note: (line: string) => void = () => {}): Promise<Described> {
  const child = new CodeChild({ model, code: unchanged(model) }, note);
  try {
    await begin(child, PATIENCE);
    return await loadedBy(child, PATIENCE);
  } finally {
    await child.kill();
  }
}

/** The files of a model, which must be those that it was named by. */
export function unchanged(model: CodeModel): CodeFiles {
  const code = codeFiles(model);
  if (code.sha256 === model.sha256) return code;
  const hashes = `its SHA-256 was ${model.sha256.slice(0, 8)}..., now it is ${code.sha256.slice(0, 8)}...`;
  throw modelError(model, `has changed (${hashes}); bring back what it was, or give the model another name`);
}

export async function begin(child: CodeChild, patience: Patience): Promise<void> {
  await child.ask({ setUp: child.setUp }, { doing: "starts", silentMs: patience.load });
}

export async function loadedBy(child: CodeChild, patience: Patience): Promise<Described> {
  return (await child.ask({ load: true }, { doing: "is loaded", silentMs: patience.load })) as Described;
}
