// The paper's models in PyTorch, and MMoE in JAX, on the rows and from the initial values that mmoe gives: they train as ours.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BIN } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const STEPS = 100;
/** One in which no ReLU turns at another step in float32: in run 1 one does, and Adam carries it on. */
const RUN = 2;
const GRID = { optimizer: ["adam", "sgd"], trainRows: [70, "fresh"] };
const SETTINGS = {
  models: ["mmoe", "shared-bottom"],
  correlations: [0.6],
  tasks: 3,
  runs: RUN + 1,
  steps: STEPS,
  batch: 48,
  evalEvery: 1,
  lr: 0.01,
  heldoutRows: 40,
  ...GRID,
};

/** The losses of each step by the cpu engine, [steps][K] by `model/optimizer/trainRows`. */
function ours(settings: Readonly<Record<string, unknown>>): Map<string, number[][]> {
  const out = join(temporaryFolder(), "results");
  const set = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${JSON.stringify(value)}`]);
  execFileSync(process.execPath, [BIN, "sweep", "smoke", ...set, "--long", "--quiet", "--out", out]);
  const rows = csvFile(out, "curves-long.csv");
  const curves = new Map<string, number[][]>();
  for (const { model, optimizer, trainRows, ...row } of rows.filter(({ run }) => run === String(RUN))) {
    const name = `${model}/${optimizer}/${trainRows}`;
    curves.set(name, [...(curves.get(name) ?? []), [1, 2, 3].map((k) => Number(row[`trainLoss${k}`]))]);
  }
  return curves;
}

test.skipIf(!HAS_PYTHON)(
  "the losses of the first 100 steps of three tasks are the cpu engine's within float32's rounding",
  () => {
    const curves = ours(SETTINGS);
    const theirs: Record<string, number[][]> = JSON.parse(
      python(["test/python/same_losses.py", "smoke", String(RUN), JSON.stringify(SETTINGS)]),
    );
    expect(Object.keys(theirs).toSorted()).toEqual([...curves.keys(), "jax-mmoe/adam/70"].toSorted());
    expect(curves.size).toBe(2 * 2 * 2);
    for (const [name, losses] of Object.entries(theirs)) {
      expect(losses).toHaveLength(STEPS);
      const own = curves.get(name.replace("jax-", ""));
      const apart = losses.flatMap((of, step) => of.map((value, k) => Math.abs((own?.[step]?.[k] as number) - value)));
      expect(Math.max(...apart), name).toBeLessThan(2e-6);
    }
  },
);
