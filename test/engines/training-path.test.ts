import { afterAll, describe, expect, test } from "vitest";
import { DECLARED, type SettingKey } from "../../src/config/schema.ts";
import { HEEDED } from "../../src/config/setting.ts";
import { HEEDS as CPU } from "../../src/engines/cpu/bundle.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import { nodeAdapter, pythonAdapter } from "../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../src/engines/process/process-engine.ts";
import { HEEDS as PROCESS } from "../../src/engines/process/process-trainer.ts";
import { HEEDS as EAGER } from "../../src/engines/tfjs/eager-trainer.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { HEEDS as TRACED } from "../../src/engines/tfjs/traced/training-shape.ts";
import type { TrainingPath } from "../../src/engines/training-path.ts";
import type { Heeds } from "../../src/engines/training-settings.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { testHeard } from "../support/heard.ts";
import { NUMPY_LINEAR, PYTHON, pythonModel, WITHOUT_PYTHON } from "../support/python.ts";

/** A trainer of its own, at another rate with another optimizer. */
const BY_OPTIMIZER = NUMPY_LINEAR.replace(
  "settings.lr",
  "(settings.lr if settings.optimizer == 'sgd' else 2 * settings.lr)",
);

const HEEDS: Readonly<Record<TrainingPath, Heeds>> = {
  ...{ cpu: CPU, "tfjs-eager": EAGER, "tfjs-traced": TRACED, process: PROCESS },
};

test.each(Object.entries(HEEDS))("the path %s reads what settings say that it heeds", (path, heeds) => {
  for (const [key, reads] of Object.entries(heeds)) {
    const { paths } = DECLARED[key as SettingKey];
    expect([key, (paths as Record<string, unknown>)[path] === HEEDED]).toEqual([key, reads]);
  }
});

describe("a setting changes the numbers of a run, or is refused", async () => {
  const [cpu, tfjs] = [new CpuEngine({ jobs: 1 }), await createTfjsEngine({ backend: "cpu" })];
  const quick = { jobs: 1, patience: { later: 10 } };
  const node = new ProcessEngine({ adapter: nodeAdapter(), ...quick });
  const python = new ProcessEngine({ adapter: pythonAdapter({ path: PYTHON ?? "python3", from: "PATH" }), ...quick });
  afterAll(() => Promise.all([cpu, tfjs, node, python].map((engine) => engine.dispose())));
  testHeard("cpu", cpu);
  testHeard("tfjs-eager", tfjs);
  testHeard("process", node, codeModel(LINEAR).file);
  describe.skipIf(PYTHON === undefined)(`of a model in Python${WITHOUT_PYTHON}`, () =>
    testHeard("process", python, pythonModel(BY_OPTIMIZER).file),
  );
});
