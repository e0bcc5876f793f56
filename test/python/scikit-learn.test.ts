// A sweep on a table with gaps, on test rows: losses, metrics and reliability diagrams, recomputed by scikit-learn.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const TABLE = "examples/penguins.csv";
const folder = temporaryFolder();
const out = join(folder, "results");

const COMPARED = `import json, sys, numpy as np, pandas, mmoe
from sklearn.calibration import calibration_curve
r = mmoe.results(sys.argv[1])
table = r.figure("calibration").data
bins = np.linspace(0, 1, 16)

def stated(task, rows):
    rows = rows[rows[f"label/{task}"].notna()]
    y = rows[f"label/{task}"].to_numpy()
    outputs = rows[[name for name in rows if name == f"output/{task}" or name.startswith(f"output/{task}/")]].to_numpy(np.float64)
    if outputs.shape[1] == 1:
        return y, 1 / (1 + np.exp(-outputs[:, 0]))
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return (y == powers.argmax(axis=1)).astype(float), (powers / powers.sum(axis=1, keepdims=True)).max(axis=1)

for (model, task), drawn in table.groupby(["model", "label"]):
    rows = [stated(task, r.predictions(f"{model}/{run:03}")) for run in (0, 1)]
    y, p = (np.concatenate(columns) for columns in zip(*rows))
    observed, predicted = calibration_curve(y, p, n_bins=15)
    np.testing.assert_allclose(drawn["observed"], observed, rtol=1e-12)
    np.testing.assert_allclose(drawn["predicted"], predicted, rtol=1e-9)
    np.testing.assert_array_equal(drawn["rows"] * 2, np.histogram(p, bins)[0][np.histogram(p, bins)[0] > 0])
    errors = r.runs[r.runs["model"] == model][f"calibrationError{drawn['task'].iloc[0]}"]
    np.testing.assert_allclose(drawn["calibrationError"], errors.mean(), atol=2e-6)

own, others = r.predictions("mmoe/000"), r.predictions("mmoe/000", "validation")
missing = []
for call in (lambda: r.predictions("mmoe/007"), lambda: r.predictions("mmoe/000", "train")):
    try: call()
    except (FileNotFoundError, ValueError) as error: missing.append(str(error))
print(json.dumps([len(table.groupby(["model", "label"])), len(own), len(others), list(own) == list(others), missing]))
`;

describe.skipIf(!HAS_PYTHON)("scikit-learn's, of the kept predictions, are", () => {
  beforeAll(async () => {
    const table = ["--rows", TABLE, "--label", "species,sex,body_mass_g", "--impute", "mean"];
    const few = ["--models", "mmoe,shared-bottom", "--runs", "2", "--batch", "32", "--kernels", "wasm"];
    expect((await runMain(["sweep", ...table, ...few, "--keep-predictions", "--out", out])).code).toBe(0);
  });

  test("a table's losses and metrics on test rows", async () => {
    const runs = csvFile(out, "runs.csv");
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
  });

  test("reliability diagrams, of the predictions that r.predictions gives", () => {
    const found = JSON.parse(python(["-c", COMPARED, out]));
    expect(found).toEqual([
      4,
      69, // a fifth of 344 rows
      55, // and of the others
      true,
      [expect.stringMatching(/000|007/), "predictions: part: expected 'test' or 'validation', got 'train'"],
    ]);
    expect(found[4][0]).toContain("keep_predictions=True");
  });
});
