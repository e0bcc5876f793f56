// The figure of calibration, on a table with gaps: scikit-learn's calibration_curve of the kept predictions.
import { join } from "node:path";
import { expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

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

test.skipIf(!HAS_PYTHON)(
  "reliability diagrams are scikit-learn's, of the predictions that r.predictions gives",
  async () => {
    const out = join(temporaryFolder(), "results");
    const table = ["--rows", "examples/penguins.csv", "--label", "species,sex,body_mass_g", "--impute", "mean"];
    const few = ["--models", "mmoe,shared-bottom", "--runs", "2", "--batch", "32", "--kernels", "wasm"];
    expect((await runMain(["sweep", ...table, ...few, "--keep-predictions", "--out", out])).code).toBe(0);
    const found = JSON.parse(python(["-c", COMPARED, out]));
    expect(found).toEqual([
      4,
      69, // a fifth of 344 rows
      55, // and of the others
      true,
      [expect.stringMatching(/000|007/), "predictions: part: expected 'test' or 'validation', got 'train'"],
    ]);
    expect(found[4][0]).toContain("keep_predictions=True");
  },
);
