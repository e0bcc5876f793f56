// Losses and metrics of a sweep on a table with gaps, on test rows: recomputed from the table by scikit-learn.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const TABLE = "examples/penguins.csv";

test.skipIf(!HAS_PYTHON)(
  "a table's losses and metrics on test rows are scikit-learn's, of the kept predictions",
  async () => {
    const folder = temporaryFolder();
    const out = join(folder, "results");
    const table = ["--rows", TABLE, "--label", "species,sex,body_mass_g", "--impute", "mean"];
    const few = ["--models", "mmoe,shared-bottom", "--runs", "2", "--batch", "32", "--kernels", "wasm"];
    expect((await runMain(["sweep", ...table, ...few, "--keep-predictions", "--out", out])).code).toBe(0);
    const runs: Record<string, string>[] = parse(readFileSync(join(out, "runs.csv")), { columns: true });
    expect(runs).toHaveLength(4);
    for (const run of runs) {
      const parts = join(folder, `${run.run}.csv`);
      writeFileSync(parts, (await runMain(["data", out, "--run", run.run, "--parts"])).stdout);
      const predictions = join(out, `predictions/${run.id}.parquet`);
      const found = JSON.parse(python(["test/python/table_losses.py", TABLE, parts, predictions]));
      const expected = (found as Record<string, number>[]).map((task, k) =>
        Object.fromEntries(
          Object.keys(task).map((name) => {
            const column = name === "loss" ? `finalHeldoutLoss${k + 1}` : `${name}${k + 1}`;
            return [name, expect.closeTo(Number(run[column]), 5)];
          }),
        ),
      );
      expect((found as object[]).map((task) => Object.keys(task))).toEqual([
        ["loss", "logLoss", "accuracy"],
        ["loss", "logLoss", "accuracy", "auc", "averagePrecision"],
        ["loss", "rSquared"],
      ]);
      expect(found).toEqual(expected);
    }
  },
);
