"""Weights of rows and classes: a logistic regression of the zoo and one in PyTorch, beside scikit-learn's with the same weights."""

import copy
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
from mmoe.torch_group import TorchGroup

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


def expect_losses():
    """The losses of a trainer are those of the definition, and of two modules trained at once those of each alone."""
    kinds = (mmoe.Task(kind="binary", unit=1.3, gaps=True), mmoe.Task(kind="categorical", outputs=3, unit=0.7), mmoe.Task())
    y = np.stack([rng.integers(0, 2, (2, 6)), rng.integers(0, 3, (2, 6)), rng.normal(size=(2, 6))], -1).astype(np.float32)
    y[:, ::3, 0] = np.nan
    weights = rng.uniform(0, 3, y.shape).astype(np.float32)
    rows = rng.normal(size=(2, 6, 4)).astype(np.float32)
    for method in ("sum", "famo"):
        settings = mmoe.Settings(seed=1, inputs=4, tasks=3, batch=6, steps=2, kinds=kinds, method=method, weighted=True)
        modules = [torch.nn.Linear(4, 5) for _ in range(2)]
        outputs = modules[0](torch.from_numpy(rows[0])).detach().numpy().astype(np.float64)
        powers = np.exp(outputs[:, 1:4])
        of_rows = np.stack(
            [
                np.log1p(np.exp(-outputs[:, 0] * np.where(y[0, :, 0] == 1, 1, -1))),
                -np.log(powers[np.arange(6), y[0, :, 1].astype(int)] / powers.sum(axis=1)),
                (outputs[:, 4] - y[0, :, 2]) ** 2,
            ],
            1,
        )
        expected = np.nanmean(np.where(np.isnan(y[0]), np.nan, of_rows * weights[0]), axis=0) * [1.3, 0.7, 1]
        group = TorchGroup([copy.deepcopy(each) for each in modules], settings, [1, 1])
        alone = [mmoe.TorchTrainer(each, settings) for each in modules]
        for step in range(2):
            each = np.stack([trainer.step(*of).numpy() for trainer, *of in zip(alone, rows, y, weights)])
            np.testing.assert_allclose(group.step(rows, y, weights).numpy(), each, rtol=1e-5)
            if step == 0:
                np.testing.assert_allclose(each[0], expected, rtol=1e-5)
    numbers = mmoe.TorchTrainer(torch.nn.Linear(4, 3), mmoe.Settings(seed=1, inputs=4, tasks=3, batch=6, steps=1, weighted=True))
    errors = numbers.predict(rows[0]).numpy() - rows[1, :, :3]
    np.testing.assert_allclose(numbers.step(rows[0], rows[1, :, :3], weights[0]), (errors**2 * weights[0]).mean(axis=0), rtol=1e-5)


expect_losses()
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
