// The paper's models in PyTorch on labels that are classes: in a sweep, from mmoe's initial values, they train as ours.
import { describe, expect, test } from "vitest";
import { apart, classTable, swept, TORCH } from "./begun-sweep.ts";
import { HAS_PYTHON } from "./python.ts";

const twinsOf = (models: readonly string[]) => models.map((name) => TORCH[name]);
const METRICS = ["auc1", "averagePrecision1", "accuracy1", "f1Macro1", "logLoss1", "calibrationError1"];

describe.skipIf(!HAS_PYTHON).each([
  [
    "a table's labels of each kind, with weights",
    { models: ["mmoe", "shared-bottom"], rows: classTable(), loss: "huber", huberDelta: 0.7 },
    ["--task", "y_class.weight=2", "--task", "y_number.weight=0.5"],
    [...METRICS, "accuracy2", "f1Macro2", "logLoss2", "calibrationError2", "rSquared3", "rmse3", "mae3"],
  ],
  [
    "the signs of the generator's labels, by SGD on fresh rows",
    {
      models: ["mmoe"],
      extends: "smoke",
      correlations: [0.6],
      labelKind: "binary",
      optimizer: "sgd",
      trainRows: "fresh",
      heldoutRows: 90,
    },
    [],
    [...METRICS, ...METRICS.map((name) => name.replace(/1$/, "2"))],
  ],
] as const)("on %s", (_, config, words, metrics) => {
  test("PyTorch's losses of the first 100 steps are the cpu engine's within float32's rounding", () => {
    const { labels, runs, curves } = swept(config, twinsOf(config.models), words);
    const kinds = "rows" in config ? [2, 3, null] : [2, 2];
    for (const [k, classes] of kinds.entries()) {
      const found = [...new Set(labels.map((row) => row[k]))].toSorted();
      if (classes) expect(found).toEqual([0, 1, 2].slice(0, classes));
      else expect(found.length).toBeGreaterThan(40);
    }
    for (const [i, twin] of twinsOf(config.models).entries()) {
      const pair = [config.models[i] as string, twin] as const;
      for (const set of ["train", "heldout"])
        expect(
          apart(
            curves,
            pair,
            kinds.map((_, k) => `${set}Loss${k + 1}`),
          ),
          `${pair[0]} ${set}`,
        ).toBeLessThan(2e-6);
      expect(apart(runs, pair, metrics), `${pair[0]} metrics`).toBeLessThan(2e-6);
    }
  });
});
