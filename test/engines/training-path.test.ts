import { afterAll, describe, expect, test } from "vitest";
import { DECLARED, type SettingKey } from "../../src/config/schema.ts";
import { HEEDED } from "../../src/config/setting.ts";
import { HEEDS as CPU } from "../../src/engines/cpu/bundle.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import { PythonEngine } from "../../src/engines/python/python-engine.ts";
import { HEEDS as PYTHON_HEEDS } from "../../src/engines/python/python-trainer.ts";
import { HEEDS as CODE_TRACED } from "../../src/engines/tfjs/code/code-program.ts";
import { HEEDS as CODE_EAGER } from "../../src/engines/tfjs/code/code-trainer.ts";
import { HEEDS as EAGER } from "../../src/engines/tfjs/eager-trainer.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { HEEDS as TRACED } from "../../src/engines/tfjs/traced/training-shape.ts";
import type { TrainingPath } from "../../src/engines/training-path.ts";
import type { Heeds } from "../../src/engines/training-settings.ts";
import { testHeard } from "../support/heard.ts";
import { PYTHON, WITHOUT_PYTHON } from "../support/python.ts";

const HEEDS: Readonly<Record<TrainingPath, Heeds>> = {
  python: PYTHON_HEEDS,
  ...{ cpu: CPU, "tfjs-eager": EAGER, "tfjs-traced": TRACED, "code-eager": CODE_EAGER, "code-traced": CODE_TRACED },
};

test.each(Object.entries(HEEDS))("the path %s reads what settings say that it heeds", (path, heeds) => {
  for (const [key, reads] of Object.entries(heeds)) {
    const { paths } = DECLARED[key as SettingKey];
    expect([key, (paths as Record<string, unknown>)[path] === HEEDED]).toEqual([key, reads]);
  }
});

describe("a setting changes the numbers of a run, or is refused", async () => {
  const [cpu, tfjs] = [new CpuEngine({ jobs: 1 }), await createTfjsEngine({ backend: "cpu" })];
  const python = new PythonEngine({ python: { path: PYTHON ?? "python3", from: "PATH" }, jobs: 1 });
  afterAll(() => Promise.all([cpu, tfjs, python].map((engine) => engine.dispose())));
  testHeard("cpu", cpu);
  testHeard("tfjs-eager", tfjs);
  testHeard("code-eager", tfjs);
  describe.skipIf(PYTHON === undefined)(`of a model in Python${WITHOUT_PYTHON}`, () => testHeard("python", python));
});
