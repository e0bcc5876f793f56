// The paper's models in PyTorch on labels that are classes: in a sweep, from mmoe's initial values, they train as ours.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { BIN } from "../support/bin.ts";
import { labelsIn } from "../support/class-runs.ts";
import { temporaryFolder } from "../support/effects.ts";
import { someRows } from "../support/tables.ts";
import { HAS_PYTHON, PYTHON, python } from "./python.ts";

const STEPS = 100;
/** The names of PyTorch's models by those of ours. */
const MODELS: Readonly<Record<string, string>> = { mmoe: "TorchMMoE", "shared-bottom": "TorchSharedBottom" };

/** The models of examples/python/paper.py from the values of a run of ours. */
const BEGUN = `from pathlib import Path

import numpy as np
import paper

VALUES = {file.stem: dict(np.load(file)) for file in Path(__file__).parent.glob("*.npz")}


class TorchMMoE(paper.MMoE):
    def __init__(self, inputs, tasks, outputs=None):
        super().__init__(inputs, tasks, outputs)
        paper.begin_at(self, VALUES["mmoe"])


class TorchSharedBottom(paper.SharedBottom):
    def __init__(self, inputs, tasks, outputs=None):
        super().__init__(inputs, tasks, outputs, units=VALUES["shared-bottom"]["experts/0/0/bias"].size)
        paper.begin_at(self, VALUES["shared-bottom"])
`;

/** A table with a binary label, a categorical one of three classes, and a number. */
function table(folder: string): string {
  const file = join(folder, "classes.csv");
  const lines = someRows(200).map((row) => {
    const [binary = 0, categorical = 0, number = 0] = labelsIn(row);
    return [...row.slice(0, 3), binary === 7 ? "yes" : "no", `class ${categorical}`, number].join();
  });
  writeFileSync(file, ["x_a,x_b,x_c,y_binary,y_class,y_number", ...lines, ""].join("\n"));
  return file;
}

type Row = Record<string, string>;

/** The rows of a sweep of ours and PyTorch's models, of runs.csv and of curves; and of `mmoe.rows`, the labels of step 1. */
function swept({ models, ...config }: Readonly<{ models: readonly string[] }>, words: readonly string[]) {
  const folder = temporaryFolder();
  const [file, out] = [join(folder, "sweep.json"), join(folder, "results")];
  const rows = "rows" in config ? { rows: table(folder) } : {};
  const shared = { models, runs: 1, steps: STEPS, evalEvery: 1, batch: 48, lr: 0.01 };
  writeFileSync(file, JSON.stringify({ name: "classes", ...shared, ...config, ...rows }));
  copyFileSync("examples/python/paper.py", join(folder, "paper.py"));
  writeFileSync(join(folder, "begun.py"), BEGUN);
  const save = `import json, mmoe, numpy as np
print(json.dumps(mmoe.rows("${file}", steps=1).y.tolist()))
for model in ${JSON.stringify(models)}: np.savez(f"${folder}/{model}.npz", **mmoe.initial_values("${file}", model=model))`;
  const labels: number[][] = JSON.parse(python(["-c", save]));
  const theirs = models.flatMap((name) => ["--model", join(folder, `begun.py:${MODELS[name]}`)]);
  const how = [...words, ...theirs, "--python", PYTHON, "--long", "--quiet", "--out", out];
  execFileSync(process.execPath, [BIN, "sweep", file, ...how]);
  const read = (name: string): Row[] => parse(readFileSync(join(out, name)), { columns: true });
  return { labels, runs: read("runs.csv"), curves: read("curves-long.csv") };
}

/** How far apart columns of two models are, the most. */
function apart(rows: readonly Row[], [ours, theirs]: readonly [string, string], columns: readonly string[]): number {
  const of = (name: string) =>
    rows
      .filter(({ model }) => model === name)
      .flatMap((row) => columns.map((column) => Number(row[column] || Number.NaN)));
  const [a, b] = [of(ours), of(theirs)];
  expect(a).not.toEqual([]);
  expect(b).toHaveLength(a.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));
}

const METRICS = ["auc1", "averagePrecision1", "accuracy1", "logLoss1"];

describe.skipIf(!HAS_PYTHON).each([
  [
    "a table's labels of each kind, with weights",
    { models: ["mmoe", "shared-bottom"], rows: "here", loss: "huber", huberDelta: 0.7 },
    ["--task", "y_class.weight=2", "--task", "y_number.weight=0.5"],
    [...METRICS, "accuracy2", "logLoss2", "rSquared3"],
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
    [...METRICS, ...METRICS.map((name) => name.replace("1", "2"))],
  ],
] as const)("on %s", (_, config, words, metrics) => {
  test("PyTorch's losses of the first 100 steps are the cpu engine's within float32's rounding", () => {
    const { labels, runs, curves } = swept(config, words);
    const kinds = "rows" in config ? [2, 3, null] : [2, 2];
    for (const [k, classes] of kinds.entries()) {
      const found = [...new Set(labels.map((row) => row[k]))].toSorted();
      if (classes) expect(found).toEqual([0, 1, 2].slice(0, classes));
      else expect(found.length).toBeGreaterThan(40);
    }
    for (const pair of config.models.map((name) => [name, MODELS[name] as string] as const)) {
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
