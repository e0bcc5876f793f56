// Peers of a table's models: logistic-regression, trained to its end, beside scikit-learn's, and the example of boosted trees.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";
import { HAS_PYTHON, python } from "./python.ts";

const [N, TESTED, SHOPS] = [240, 60, 7];
const folder = temporaryFolder();
const file = join(folder, "shops.csv");
const wave = (n: number, k: number) => Math.sin(k * n * n + n);
const lines = range(N).map((n) => {
  const [shop, x] = [(n * n + 3 * n) % SHOPS, wave(n, 1)];
  const labels = [0.8 * x + Math.cos(3 * shop) + 1.5 * wave(n, 2), 2 * wave(n, 3) - x + Math.sin(2 * shop)];
  const part = n < N - TESTED ? "train" : "heldout";
  return [`s${shop}`, x, ...labels.map((label) => (label > 0 ? "yes" : "no")), part].join();
});
writeFileSync(file, `x_shop,x_n,y_1,y_2,part\n${lines.join("\n")}\n`);

/** Losses of both tasks on the test rows, in entropies of the training rows' base rates. */
const SCIKIT = `import json, sys, numpy as np, pandas
from sklearn.linear_model import LogisticRegression
table = pandas.read_csv(sys.argv[1])
x = np.column_stack([pandas.get_dummies(table["x_shop"]).to_numpy(float), table["x_n"]])
train = (table["part"] == "train").to_numpy()
losses = []
for label in ("y_1", "y_2"):
    y = (table[label] == "yes").to_numpy()
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10000).fit(x[train], y[train])
    p = np.where(y[~train], *model.predict_proba(x[~train]).T[::-1])
    rate = y[train].mean()
    losses.append(-np.log(p).mean() / -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)))
print(json.dumps(losses))`;

test.skipIf(!HAS_PYTHON)(
  "its test losses are scikit-learn's, by inputs of 0 and 1 and by vectors of one number",
  async () => {
    const expected = JSON.parse(python(["-c", SCIKIT, file])) as number[];
    for (const [how, options] of Object.entries({ hot: [], vectors: ["--one-hot", "1"] })) {
      const out = join(folder, how);
      const set = ["refit=true", `trainRows=${N - TESTED}`, `heldoutRows=${TESTED}`, "schedule=cosine"];
      const trained = await runMain([
        ...[
          "sweep",
          "smoke",
          "--rows",
          file,
          ...options,
          "--models",
          "logistic-regression",
          "--runs",
          "1",
          "--out",
          out,
        ],
        ...["--steps", "1500", "--batch", String(N - TESTED), "--lr", "0.05", "--kernels", "wasm"],
        ...set.flatMap((one) => ["--set", one]),
      ]);
      expect(trained.code).toBe(0);
      const [run] = csvFile(out, "runs.csv");
      for (const [k, loss] of expected.entries())
        expect(Number(run?.[`finalHeldoutLoss${k + 1}`]), how).toBeCloseTo(loss, 4);
    }
  },
);

test.skipIf(!HAS_PYTHON)(
  "with weights of rows and classes they are scikit-learn's, of a module in PyTorch, too",
  () => {
    const refused = JSON.parse(python(["test/python/row_weights.py", folder]).trim().split("\n").at(-1) as string);
    expect(refused).toEqual([
      expect.stringMatching(
        /losses: the rows have weights: expected losses\(outputs, labels, weights\), which multiplies/,
      ),
      expect.stringMatching(
        /step: the rows have weights: expected step\(x, y, weights\), no argument with a default, which multiplies/,
      ),
    ]);
  },
);

test.skipIf(!HAS_PYTHON)(
  "examples/python/boosting.py prints the AUC of boosted trees on a sweep's test rows beside its models'",
  () => {
    const out = join(folder, "vectors");
    const [run] = csvFile(out, "runs.csv");
    const lines = python(["examples/python/boosting.py", out]).trim().split("\n");
    expect(lines).toHaveLength(2);
    for (const [k, line] of lines.entries()) {
      const [, trees, own] =
        /^run 0, task \d: boosted trees (0\.\d{4}), logistic-regression (0\.\d{4})$/.exec(line) ?? [];
      expect(Number(own)).toBeCloseTo(Number(run?.[`auc${k + 1}`]), 4);
      expect(Number(trees)).toBeGreaterThan(0.6); // by chance it is .5
    }
  },
);
