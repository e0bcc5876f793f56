// Peers of a table's models: logistic-regression, trained to its end, beside scikit-learn's, factorization-machine beside its formula in
// PyTorch, and the example of boosted trees.
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

/** One run of a model on the table. */
function trainedOn(model: string, out: string, words: readonly string[], set: readonly string[]) {
  const sweep = ["sweep", "smoke", "--rows", file, "--models", model, "--runs", "1", "--out", out];
  return runMain([...sweep, ...words, ...set.flatMap((one) => ["--set", one])]);
}

test.skipIf(!HAS_PYTHON)(
  "its test losses are scikit-learn's, by inputs of 0 and 1 and by vectors of one number",
  async () => {
    const expected = JSON.parse(python(["-c", SCIKIT, file])) as number[];
    for (const [how, options] of Object.entries({ hot: [], vectors: ["--one-hot", "1"] })) {
      const out = join(folder, how);
      const set = ["refit=true", `trainRows=${N - TESTED}`, `heldoutRows=${TESTED}`, "schedule=cosine"];
      const sizes = ["--steps", "1500", "--batch", String(N - TESTED), "--lr", "0.05", "--kernels", "wasm"];
      const trained = await trainedOn("logistic-regression", out, [...options, ...sizes], set);
      expect(trained.code).toBe(0);
      const [run] = csvFile(out, "runs.csv");
      for (const [k, loss] of expected.entries())
        expect(Number(run?.[`finalHeldoutLoss${k + 1}`]), how).toBeCloseTo(loss, 4);
    }
  },
);

/** From the weights after 30 steps of sgd on all rows, 40 steps more, with all pairs of vectors one by one, in float64. */
const MACHINE = `import json, sys, numpy as np, pandas, torch, mmoe
from itertools import combinations
first, last = (mmoe.results(folder) for folder in sys.argv[2:])
table = pandas.read_csv(sys.argv[1])
train = (table["part"] == "train").to_numpy()
x = torch.tensor(last.encode(table)[train], dtype=torch.float64)
y = torch.tensor((table[train][["y_1", "y_2"]] == "yes").to_numpy(float))
unit = -(y.mean(0) * y.mean(0).log() + (1 - y.mean(0)) * (1 - y.mean(0)).log())
w = {name: torch.tensor(each, dtype=torch.float64, requires_grad=True) for name, each in first.weights("factorization-machine/000").items()}
tables = sum(name.startswith("embeddings/0/") for name in w)
plain, ids = x[:, : x.shape[1] - tables], x[:, x.shape[1] - tables :].long()
def output(k):
    own = lambda at: [w[f"embeddings/{at}/{t}/table"][ids[:, t]] for t in range(tables)]
    linear = torch.cat([plain, *own(k)], dim=1) @ w[f"towers/{k}/output/kernel"] + w[f"towers/{k}/output/bias"]
    vectors = [plain[:, [d]] * w[f"towers/{k}/output/factors"][d] for d in range(plain.shape[1])] + own(2 + k)
    return linear[:, 0] + sum((a * b).sum(1) for a, b in combinations(vectors, 2))
for step in range(40):
    losses = [torch.nn.functional.binary_cross_entropy_with_logits(output(k), y[:, k]) / unit[k] for k in range(2)]
    gradients = torch.autograd.grad(sum(losses), list(w.values()))
    with torch.no_grad():
        for each, gradient in zip(w.values(), gradients):
            each -= 0.3 * gradient
after = last.weights("factorization-machine/000")
begun = first.weights("factorization-machine/000")
x = torch.from_numpy(last.encode(table))
kept = pandas.read_parquet(f"{sys.argv[3]}/predictions/factorization-machine/000.parquet")
module = last.module("factorization-machine")(x[kept["row"].to_numpy() - 1]).detach().numpy()
print(json.dumps({"names": sorted(after) == sorted(w), "apart": max(float(abs(after[n] - w[n].detach().numpy()).max()) for n in w),
    "moved": min(float(abs(after[n] - begun[n]).max()) for n in w), "module": float(abs(module - kept.filter(like="output/").to_numpy()).max())}))`;

test.skipIf(!HAS_PYTHON)(
  "a factorization machine takes the steps that PyTorch's gradients of its formula take",
  async () => {
    for (const options of [[], ["--one-hot", "1", "--embedding", "2"]]) {
      const folders = await Promise.all(
        [30, 70].map(async (steps) => {
          const out = join(temporaryFolder(), "machine");
          const rows = ["refit=true", "optimizer=sgd", "weightDecay=0", "embeddingStd=0.3"].slice(
            0,
            options.length > 0 ? 4 : 3,
          );
          const how = [
            "--steps",
            `${steps}`,
            "--batch",
            `${N - TESTED}`,
            "--lr",
            "0.3",
            "--keep-weights",
            "--keep-predictions",
          ];
          const told = await trainedOn("factorization-machine", out, [...options, ...how], rows);
          expect(told.stderr + told.code).toMatch(/0$/);
          return out;
        }),
      );
      const { names, apart, moved, module } = JSON.parse(python(["-c", MACHINE, file, ...folders]));
      expect([names, apart < 2e-5, moved > 0.005, module < 1e-5], JSON.stringify({ apart, moved, module })).toEqual([
        true,
        true,
        true,
        true,
      ]);
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
