// The examples in Python, on the bench.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { BIN } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, PYTHON } from "./python.ts";

/** Of each model, how many parameters it has: those of mmoe's own, and of LibMTL's with a bias on each gate. */
const MODELS = {
  "paper.py:MMoE": 14_818,
  "paper.py:SharedBottom": 13_255,
  "task_embedding.py": 100 * 64 + 64 + 2 * 64 + 64 * 16 + 16 + 16 + 1,
  "my_ple.py": 17_586,
  "upgrad.py": 14_818,
  "jax_mmoe.py": 14_818,
  "libmtl_adapter.py:LibMTL:net=MMoE": 14_818 + 2 * 8,
  "libmtl_adapter.py:LibMTL:net=CGC": 14_418 + 2 * 6,
  "libmtl_adapter.py:LibMTL:net=DSelect_k": 14_818 + 2 * 8,
};

describe.skipIf(!HAS_PYTHON)("the examples in Python", () => {
  const rows: Record<string, string>[] = [];

  beforeAll(() => {
    const out = join(temporaryFolder(), "results");
    const models = Object.keys(MODELS).flatMap((name) => ["--model", `examples/python/${name}`]);
    const how = ["--corr", "0.5", "--runs", "1", "--steps", "60", "--models", "mmoe", "--set", "evalEvery=[1, 60]"];
    const words = [...how, ...models, "--python", PYTHON, "--jobs", "8", "--long", "--quiet", "--out", out];
    execFileSync(process.execPath, [BIN, "sweep", "smoke", ...words]);
    for (const name of ["runs.csv", "curves-long.csv"]) rows.push(...csvFile(out, name));
  });

  test("train, each with the parameters of its model", () => {
    const runs = rows.filter(({ engine }) => engine === "python");
    expect(runs.map(({ status }) => status)).toEqual(Object.keys(MODELS).map(() => "done"));
    const count = (values: readonly number[]) => [...values].sort((a, b) => a - b);
    expect(count(runs.map(({ parameters }) => Number(parameters)))).toEqual(count(Object.values(MODELS)));
  });

  test("learn: the loss of the batch falls in 60 steps", () => {
    const losses = (at: string) =>
      rows
        .filter(({ step, model }) => step === at && model !== "mmoe")
        .map((row) => [row.model, Number(row.trainLoss1) + Number(row.trainLoss2)] as const);
    const last = new Map(losses("60"));
    expect(last.size).toBe(Object.keys(MODELS).length);
    for (const [model, first] of losses("1")) expect(last.get(model), model).toBeLessThan(first);
  });
});
