import type { CodeModel } from "../../models/code.ts";
import { pythonFiles } from "../../models/python-files.ts";
import { expectUnchanged } from "../children/model-error.ts";
import { PATIENCE } from "../children/patience.ts";
import { tryPython } from "./check-python.ts";
import type { Python } from "./find-python.ts";
import { PythonChild } from "./python-child.ts";

/** What a model says of itself, and its parameters by name, from a process that ends with it. */
export async function describePython(
  model: CodeModel,
  python: Python,
): Promise<{ about: string; parameters: Readonly<Record<string, number>>; size: number }> {
  const { files, sha256 } = pythonFiles(model);
  expectUnchanged(model, { files, sha256, packages: [] });
  const child = new PythonChild({ python, model, files, device: "cpu" }, () => {});
  try {
    await child.begin(PATIENCE.load);
    const { parameters, size } = await tryPython(child, PATIENCE.try);
    return { about: child.loaded.about, parameters, size };
  } finally {
    await child.kill();
  }
}
