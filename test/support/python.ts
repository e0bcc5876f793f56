import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pythonFiles } from "../../src/code/python-files.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { UsageError } from "../../src/errors.ts";
import type { CodeModel } from "../../src/models/code.ts";
import { codeRun } from "../engines/tfjs/runs.ts";
import { temporaryFolder } from "./effects.ts";

/** The Python that tests run: of MMOE_TEST_PYTHON, of the Python tier, or of the PATH, if it has NumPy. */
export const PYTHON = [process.env.MMOE_TEST_PYTHON, resolve("test-output/python/bin/python"), "python3"].find(
  (path) => path && spawnSync(path, ["-c", "import numpy"]).status === 0,
);

/** Says why tests are skipped, in their titles. */
export const WITHOUT_PYTHON =
  PYTHON === undefined ? " (skipped: no python3 with NumPy; name one by MMOE_TEST_PYTHON)" : "";

/** A linear map of the inputs for each task, trained by gradient descent; `rate` and what is drawn at its start vary. */
export const NUMPY_LINEAR = `import numpy as np


class Linear:
    """A linear map."""

    def __init__(self, inputs, tasks, settings, rate=None, spread=0.0):
        self.w = spread * np.random.normal(size=(inputs, tasks))
        self.rate = settings.lr if rate is None else rate
        self.parameter_count = inputs * tasks

    def step(self, x, y):
        error = x @ self.w - y
        self.w -= self.rate * 2 * x.T @ error / len(x)
        return (error**2).mean(0)

    def predict(self, x):
        return x @ self.w

    def state_dict(self):
        return {"w": self.w}

    def load_state_dict(self, state):
        self.w = state["w"]
`;

/** NUMPY_LINEAR that leaves out the rows that lack a task's label; without any, its loss is not a number. */
export const MASKED_LINEAR = NUMPY_LINEAR.replace("x @ self.w - y", "np.nan_to_num(x @ self.w - y)")
  .replace("error / len(x)", "error / np.maximum((~np.isnan(y)).sum(0), 1)")
  .replace("(error**2).mean(0)", "(error**2).sum(0) / np.where(np.isnan(y).all(0), np.nan, (~np.isnan(y)).sum(0))");

/** A model in a file of its own with this text. */
export function pythonModel(text: string, changes: Partial<CodeModel> = {}): CodeModel {
  const file = join(temporaryFolder(), "mine.py");
  writeFileSync(file, text);
  return { name: "mine", inputs: 5, tasks: 2, file, sha256: pythonFiles({ name: "mine", file }).sha256, ...changes };
}

/** What is said of a model as it is prepared, without its folder and name; nothing if it is taken. */
export async function complaintOf(engine: Pick<Engine, "prepare">, model: CodeModel): Promise<string> {
  try {
    await engine.prepare?.([codeRun(model)]);
    return "";
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message.replaceAll(`${dirname(model.file)}/`, "").replace("model mine: ", "");
  }
}
