// Sweeps of our models beside their twins in PyTorch and JAX, which begin with the same values.
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { BIN } from "../support/bin.ts";
import { labelsIn } from "../support/class-runs.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { someRows } from "../support/tables.ts";
import { PYTHON, python } from "./python.ts";

const STEPS = 100;
/** The names of PyTorch's models by those of ours. */
export const TORCH: Readonly<Record<string, string>> = { mmoe: "TorchMMoE", "shared-bottom": "TorchSharedBottom" };
/** The twin in JAX of our `mmoe`. */
export const JAX = "BegunJaxMMoE";

/** The models of examples/python from the values of a run of ours. */
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


def ${JAX}(inputs, tasks, settings):
    import jax_values

    return jax_values.begun(VALUES["mmoe"], settings)
`;

/** A table with a binary label, a categorical one of three classes, and a number; `lacks` says which of them row n lacks. */
export function classTable(lacks: (n: number, k: number) => boolean = () => false): string {
  const lines = someRows(200).map((row, n) => {
    const [binary = 0, categorical = 0, number = 0] = labelsIn(row);
    const labels = [binary === 7 ? "yes" : "no", `class ${categorical}`, number];
    return [...row.slice(0, 3), ...labels.map((label, k) => (lacks(n, k) ? "" : label))].join();
  });
  return ["x_a,x_b,x_c,y_binary,y_class,y_number", ...lines, ""].join("\n");
}

interface SweptConfig {
  readonly models: readonly string[];
  /** The text of a CSV file. */
  readonly rows?: string;
}

type Row = Record<string, string>;

/**
 * The rows of a sweep of ours and their `twins`, of runs.csv and of curves; and of `mmoe.rows`, the labels of step 1, -1 for
 * a missing one.
 */
export function swept(
  { models, rows, ...config }: SweptConfig,
  twins: readonly string[],
  words: readonly string[] = [],
) {
  const folder = temporaryFolder();
  const [file, out] = [join(folder, "sweep.json"), join(folder, "results")];
  const table = rows === undefined ? {} : { rows: join(folder, "table.csv") };
  if (rows !== undefined) writeFileSync(join(folder, "table.csv"), rows);
  const shared = { models, runs: 1, steps: STEPS, evalEvery: 1, batch: 48, lr: 0.01 };
  writeFileSync(file, JSON.stringify({ name: "classes", ...shared, ...config, ...table }));
  copyFileSync("examples/python/paper.py", join(folder, "paper.py"));
  copyFileSync("examples/python/jax_mmoe.py", join(folder, "jax_mmoe.py"));
  copyFileSync("test/python/jax_values.py", join(folder, "jax_values.py"));
  writeFileSync(join(folder, "begun.py"), BEGUN);
  const save = `import json, mmoe, numpy as np
print(json.dumps(np.nan_to_num(mmoe.rows("${file}", steps=1).y, nan=-1).tolist()))
for model in ${JSON.stringify(models)}: np.savez(f"${folder}/{model}.npz", **mmoe.initial_values("${file}", model=model))`;
  const labels: number[][] = JSON.parse(python(["-c", save]));
  const theirs = twins.flatMap((name) => ["--model", join(folder, `begun.py:${name}`)]);
  const how = [...words, ...theirs, "--python", PYTHON, "--long", "--quiet", "--out", out];
  execFileSync(process.execPath, [BIN, "sweep", file, ...how]);
  const read = (name: string): Row[] => csvFile(out, name);
  return { labels, runs: read("runs.csv"), curves: read("curves-long.csv") };
}

/** How far apart columns of two models are, the most. */
export function apart(
  rows: readonly Row[],
  [ours, theirs]: readonly [string, string],
  columns: readonly string[],
): number {
  const of = (name: string) =>
    rows
      .filter(({ model }) => model === name)
      .flatMap((row) => columns.map((column) => Number(row[column] || Number.NaN)));
  const [a, b] = [of(ours), of(theirs)];
  expect(a).not.toEqual([]);
  expect(b).toHaveLength(a.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}
