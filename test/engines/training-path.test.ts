import { afterAll, describe } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import { nodeAdapter, pythonAdapter } from "../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../src/engines/process/process-engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { codeModel, LINEAR } from "../support/code-model.ts";
import { MASKED_LINEAR, PYTHON, pythonModel, WITHOUT_PYTHON } from "../support/python.ts";
import { testSupported } from "../support/supported-settings.ts";

/** A trainer of its own, at another rate with each other setting of an optimizer. */
const BY_OPTIMIZER = MASKED_LINEAR.replace(
  "settings.lr",
  "((settings.lr_at(2) + settings.lr_at(3)) * (1 if settings.optimizer == 'sgd' else 2) * settings.beta1 * settings.beta2" +
    " * (1 + settings.epsilon + settings.weight_decay + (settings.clip_norm or 0) + settings.momentum + settings.nesterov" +
    " + len(settings.method) + sum(settings.constants.values())))\n" +
    "        self.rate *= 0.1 if settings.embedding_steps == 'lazy' else 1\n" +
    "        self.method = settings.method",
).replace("settings, rate", "settings, categories, rate");

/** The same in JavaScript. */
const LINEAR_BY_OPTIMIZER = LINEAR.replace("{ lr, optimizer }", "{ optimizer, lrAt, ...s }")
  .replace(
    'optimizer === "sgd" ? lr : 2 * lr',
    '(optimizer === "sgd" ? 1 : 2) * (lrAt(2) + lrAt(3)) * s.beta1 * s.beta2 * (1 + s.epsilon + s.weightDecay + (s.clipNorm ?? 0) + s.method.length + s.momentum + Number(s.nesterov) + Object.values(s.constants).reduce((sum, one) => sum + one, 0));\n    this.rate *= s.embeddingSteps === "lazy" ? 0.1 : 1;\n    this.method = s.method',
  )
  .replace("constructor", "static categories = true;\n  constructor");

describe("a setting changes the numbers of a run, or is refused", async () => {
  const [cpu, tfjs] = [new CpuEngine({ jobs: 1 }), await createTfjsEngine({ backend: "cpu" })];
  const quick = { jobs: 1, patience: { tick: 10 } };
  const node = new ProcessEngine({ adapter: nodeAdapter(), ...quick });
  const python = new ProcessEngine({ adapter: pythonAdapter({ path: PYTHON ?? "python3", from: "PATH" }), ...quick });
  afterAll(() => Promise.all([cpu, tfjs, node, python].map((engine) => engine.dispose())));
  testSupported("cpu", cpu);
  testSupported("tfjs", tfjs);
  testSupported("process", node, codeModel(LINEAR_BY_OPTIMIZER).file);
  describe.skipIf(PYTHON === undefined)(`of a model in Python${WITHOUT_PYTHON}`, () =>
    testSupported("process", python, pythonModel(BY_OPTIMIZER).file),
  );
});
