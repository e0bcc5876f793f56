"""Weights of rows and classes: a logistic regression of the zoo and one in PyTorch, beside scikit-learn's with the same weights."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

import mmoe

rng = np.random.default_rng(3)
N, TESTED = 400, 100
x = rng.normal(size=(N, 3))
churn = np.where(x[:, 0] + rng.normal(size=N) > 1.2, "yes", "no")
level = np.digitize(x[:, 1] + x[:, 2] + rng.normal(size=N), [-0.5, 1])
frame = pandas.DataFrame(x, columns=["a", "b", "c"]).assign(
    weight=rng.choice([0, 0.5, 1, 4], N), churn=churn, level=np.array(["low", "mid", "high"])[level], part=np.where(np.arange(N) < N - TESTED, "train", "test")
)
frame.loc[frame.index % 9 == 2, "level"] = None
OF_LEVELS = {"high": 3.0, "low": 1.0, "mid": 0.25}


class Linear(torch.nn.Module):
    def __init__(self, inputs, tasks, outputs):
        super().__init__()
        self.map = torch.nn.Linear(inputs, sum(outputs))

    def forward(self, x):
        return self.map(x)


class OldLosses(mmoe.TorchTrainer):
    def __init__(self, inputs, tasks, settings):
        super().__init__(torch.nn.Linear(inputs, sum(settings.outputs)), settings)

    def losses(self, outputs, labels):
        return super().losses(outputs, labels)


few = dict(rows=frame, label=["churn", "level"], batch=N - TESTED, lr=0.05, schedule="cosine", runs=1, refit=True, progress=False)
weighted = dict(weight="weight", task={"churn.classWeight": "balanced", "level.classWeight": "3:1:0.25"})
r = mmoe.sweep(models=["logistic-regression", Linear], steps=1500, out=sys.argv[1] + "/weighted", **weighted, **few)

train = (frame["part"] == "train").to_numpy()
standard = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
expected = []
for label in ("churn", "level"):
    y = frame[label]
    has = y.notna().to_numpy()
    own = frame["weight"].to_numpy()
    if label == "churn":
        shares = y[train].value_counts(normalize=True)
        own = own * (1 / (2 * y.map(shares))).to_numpy()
        np.testing.assert_allclose(own[train], frame["weight"][train] * compute_sample_weight("balanced", y[train]))
    else:
        own = own * y.map(OF_LEVELS).to_numpy()
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10000).fit(standard[has & train], y[has & train], sample_weight=own[has & train])
    tested = has & ~train
    nats = log_loss(y[tested], model.predict_proba(standard[tested]), sample_weight=own[tested], labels=model.classes_)
    rates = np.array([own[has & train][(y[has & train] == name)].sum() for name in model.classes_]) / own[has & train].sum()
    expected.append(nats / -(rates * np.log(rates)).sum())
    plain = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10000).fit(standard[has & train], y[has & train])
    assert abs(plain.coef_ - model.coef_).max() > 0.1
for run in r.runs.to_dict("records"):
    np.testing.assert_allclose([run["finalHeldoutLoss1"], run["finalHeldoutLoss2"]], expected, atol=2e-4, err_msg=run["id"])

refused = []
old = Path(sys.argv[1]) / "old.mjs"
old.write_text("export default class {\n  step(x, y) {\n    return [1, 1];\n  }\n  predict(x) {\n    return new Float32Array((4 * x.length) / 3);\n  }\n}\n")
for model in (OldLosses, str(old)):
    try:
        mmoe.sweep(models=[model], steps=4, out=sys.argv[1] + "/refused", **weighted, **few)
    except mmoe.MmoeError as error:
        refused.append(str(error))
print(json.dumps(refused))
