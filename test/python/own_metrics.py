"""Metrics of the user's own, of models of the zoo and of a module in PyTorch, beside what scikit-learn gives for their kept predictions."""

import json
import os
import signal
import sys

import numpy as np
import pandas
import torch
from sklearn.metrics import brier_score_loss, log_loss, mean_absolute_error, ndcg_score

import mmoe

rng = np.random.default_rng(5)
N = 900
x, user = rng.normal(size=(N, 2)), rng.integers(0, 60, N)
click = (x[:, 0] + user % 3 + rng.normal(size=N) > 1).astype(float)
click[rng.random(N) < 0.1] = np.nan
spend = 2000 + 30 * x.sum(axis=1)
size = np.array(["small", "medium", "large"])[np.digitize(x[:, 1] + rng.normal(size=N), [-0.5, 0.5])]
frame = pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "user": user, "click": click, "spend": spend, "size": size})
AT = 3


class Two(torch.nn.Module):
    def __init__(self, inputs, tasks, outputs):
        super().__init__()
        self.lines = torch.nn.Linear(inputs, sum(outputs))

    def forward(self, x):
        return self.lines(x)


def ndcg_at_3(labels, predictions, groups):
    if not set(np.unique(labels)) <= {0, 1} or predictions.ndim > 1:
        return None
    of = [groups == group for group in np.unique(groups)]
    return np.mean([ndcg_score([labels[own]], [predictions[own]], k=AT) for own in of if len(set(labels[own])) == 2])


def brier(labels, predictions):
    return ((labels - predictions) ** 2).mean()


def multiclass_loss(y_true, y_prob):
    return log_loss(y_true, y_prob, labels=range(y_prob.shape[1]))


METRICS = [
    mmoe.metric(brier_score_loss, greater_is_better=False, tasks="click"),
    mmoe.metric(mean_absolute_error, name="error", greater_is_better=False, tasks=["spend"]),
    mmoe.metric(multiclass_loss, greater_is_better=False, tasks="size"),
    ndcg_at_3,
]
few = dict(label=["click", "spend", "size"], ignore="user", models=["mmoe", Two], runs=2, metrics_by="user", metrics=METRICS, jobs=1, progress=False)
r = mmoe.sweep(rows=frame, steps=60, keep_predictions=True, out=sys.argv[1] + "/own", **few)
for run in r.runs.to_dict("records"):
    for part, prefix in (("test", ""), ("validation", "validation")):
        rows = r.predictions(run["id"], part).assign(user=frame["user"])
        clicks = rows[rows["label/click"].notna()]
        names = sorted({name.split("/")[2] for name in rows if name.startswith("probability/size/")}, key=lambda name: rows[rows["class/size"] == name]["label/size"].iloc[0])
        expected = {
            "brier_score_loss_1": brier_score_loss(clicks["label/click"], clicks["probability/click/1"]),
            "error_2": mean_absolute_error(rows["label/spend"], rows["output/spend"]),
            "multiclass_loss_3": log_loss(rows["label/size"], rows[[f"probability/size/{name}" for name in names]]),
            "ndcg_at_3_1": np.mean([ndcg_score([own["label/click"]], [own["output/click"]], k=AT) for _, own in clicks.groupby("user") if own["label/click"].nunique() == 2]),
        }
        for name, value in expected.items():
            column = prefix + name[0].upper() + name[1:] if prefix else name
            np.testing.assert_allclose(run[column], value, rtol=5e-5, err_msg=f"{run['id']} {column}")
        assert np.isnan([run["error_1"], run["ndcg_at_3_2"], run["brier_score_loss_3"], run["ndcg_at_3_3"]]).all()

per_task = r.summary(per_task=True).query("model == 'Two' and metric == 'error_'")
np.testing.assert_allclose(per_task["mean"], r.runs.query("model == 'Two'")["error_2"].mean(), rtol=1e-6)
drawn = r.figure("metrics").data.query("metric == 'ndcg_at_3_'")
np.testing.assert_allclose(sorted(drawn["value"]), sorted(r.runs.groupby("model")["ndcg_at_3_1"].mean()), rtol=1e-6)

# It chooses steps, lower is better: the best of its looks is kept, as where another training ends at it.
few |= {"models": ["mmoe"], "runs": 1, "metrics": mmoe.metric(brier, greater_is_better=False, tasks="click")}
auto = dict(rows=frame, steps="auto", choose_by="brier_1", **few)
looked = mmoe.sweep(out=sys.argv[1] + "/auto", **auto)
kept = mmoe.sweep(out=sys.argv[1] + "/kept", eval_every=100_000, **auto)
same = ["steps", "brier_1", "validationBrier_1", "finalHeldoutLoss1"]
np.testing.assert_array_equal(looked.runs[same], kept.runs[same])
curve = looked.figure("metric-curves").data.query("task == 1")
assert set(curve["metric"]) == {"brier_"} and len(curve) > 4
assert "click: brier" in looked.figure("metrics").svg
assert mmoe.verify(kept)["same"].all()


def breaks(labels, predictions):
    return 1 / (len(labels) - len(labels))


def breaks_later(labels, predictions):
    return {}["none"] if len(labels) != 48 else 0.5


def words(labels, predictions):
    return "good"


def truth(labels, predictions):
    return labels.size > 0


def grouped(labels, predictions, groups):
    return 0.0


def drawn(labels, predictions):
    return np.random.default_rng().random()


def ended(labels, predictions):
    os.kill(os.getpid(), signal.SIGKILL)


wrong = []
plain = {**few, "metrics_by": None}
for given in (breaks, words, truth, grouped, drawn, ended, "auc", mmoe.metric(words, name="validation"), mmoe.metric(words, tasks="clack"), lambda y, p: 0.0):
    try:
        mmoe.plan(rows=frame, **plain | {"metrics": given})
    except (TypeError, ValueError, mmoe.MmoeError) as error:
        wrong.append(f"{type(error).__name__}: {error}")
failed = mmoe.sweep(rows=frame, steps=20, out=sys.argv[1] + "/failed", **plain | {"metrics": breaks_later, "runs": 2})
wrong.append(sorted(set(failed.runs["reason"])))
print(json.dumps(wrong))
