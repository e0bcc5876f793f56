import type { CodeModel } from "../../../models/code.ts";
import { type CodeFiles, codeFiles } from "../../../models/code-files.ts";
import { expectUnchanged } from "../../children/model-error.ts";
import { PATIENCE, type Patience } from "../../children/patience.ts";
import { CodeChild } from "./code-child.ts";
import type { Described } from "./messages.ts";

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
  expectUnchanged(model, code);
  return code;
}

export async function begin(child: CodeChild, patience: Patience): Promise<void> {
  await child.ask({ setUp: child.setUp }, { doing: "starts", silentMs: patience.load });
}

export async function loadedBy(child: CodeChild, patience: Patience): Promise<Described> {
  return (await child.ask({ load: true }, { doing: "is loaded", silentMs: patience.load })) as Described;
}
