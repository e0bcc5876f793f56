// A funnel of labels beside PyTorch: a linear model trained to its end has the losses of ESMM as its paper states it, by products of
// probabilities in float64, and is as a module what the run predicted.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const SCRIPT = `import json, numpy as np, pandas as pd, torch, mmoe
g, N, TESTED = np.random.default_rng(3), 300, 60
x = g.normal(size=(N, 2))
click = (x @ [1.2, -0.6] + g.logistic(size=N) > 0.3).astype(int)
like = (x @ [-0.5, 0.9] + g.logistic(size=N) > 0.2).astype(int)
share = (x @ [0.4, 0.4] + g.logistic(size=N) > 0).astype(int)
frame = pd.DataFrame({"x_a": x[:, 0], "x_b": x[:, 1], "click": click, "like": like, "share": share,
    "part": np.where(np.arange(N) < N - TESTED, "train", "heldout")})
r = mmoe.sweep("smoke", rows=frame, label=["click", "like", "share"], funnel=["click", "like", "share"], models=["logistic-regression"], runs=1,
    steps=2000, batch=N - TESTED, lr=0.05, schedule="cosine", refit=True, train_rows=N - TESTED, heldout_rows=TESTED, kernels="wasm",
    out="esmm", keep_weights=True, keep_predictions=True, progress=False)

y = torch.tensor(np.cumprod([click, like, share], axis=0).T, dtype=torch.float64)
train = torch.arange(N) < N - TESTED
inputs = torch.tensor(np.column_stack([(x - x[: N - TESTED].mean(0)) / x[: N - TESTED].std(0), np.ones(N)]))
weights = torch.zeros(3, 3, dtype=torch.float64, requires_grad=True)
rate = y[train].mean(0)
unit = -1 / (rate * rate.log() + (1 - rate) * (1 - rate).log())
def losses(rows):
    p = torch.sigmoid(inputs[rows] @ weights).cumprod(1)
    return torch.nn.functional.binary_cross_entropy(p, y[rows], reduction="none").mean(0) * unit
optimizer = torch.optim.LBFGS([weights], max_iter=2000, tolerance_grad=1e-10, tolerance_change=0, line_search_fn="strong_wolfe")
def closure():
    optimizer.zero_grad()
    loss = losses(train).sum()
    loss.backward()
    return loss
optimizer.step(closure)

run = r.runs.iloc[0]
kept = r.predictions("logistic-regression/000")
with torch.no_grad():
    outputs = r.module("logistic-regression")(torch.from_numpy(r.encode(frame.loc[kept.index], model="logistic-regression"))).numpy()
own = kept[["output/click", "output/like", "output/share"]].to_numpy()
print(json.dumps({"found": [float(run[f"finalHeldoutLoss{k}"]) for k in (1, 2, 3)], "expected": losses(~train).tolist(), "apart": float(np.abs(own - outputs).max())}))`;

test.skipIf(!HAS_PYTHON)("losses on test rows are those of the product of probabilities, trained by PyTorch", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "esmm.py"), SCRIPT);
  const { found, expected, apart } = JSON.parse(python(["esmm.py"], folder).trim().split("\n").at(-1) as string);
  expect(expected).toHaveLength(3);
  for (const [k, loss] of expected.entries()) expect(found[k]).toBeCloseTo(loss, 4);
  expect(apart).toBeLessThan(1e-5);
});
