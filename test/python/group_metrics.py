"""Metrics within users of a model of the zoo and of a module in PyTorch, on test rows, beside scikit-learn's means over users."""

import json
import sys

import numpy as np
import pandas
import torch
from sklearn.metrics import ndcg_score, roc_auc_score

import mmoe

rng = np.random.default_rng(5)
N = 900
x, user = rng.normal(size=(N, 2)), rng.integers(0, 60, N)
click = (x[:, 0] + user % 3 + rng.normal(size=N) > 1).astype(float)
click[rng.random(N) < 0.1] = np.nan
frame = pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "user": user, "click": click, "spend": x.sum(axis=1)})


class Two(torch.nn.Module):
    def __init__(self, inputs, tasks):
        super().__init__()
        self.lines = torch.nn.Linear(inputs, tasks)

    def forward(self, x):
        return self.lines(x)


few = dict(label=["click", "spend"], ignore="user", models=["mmoe", Two], runs=1, steps=60, progress=False)
r = mmoe.sweep(rows=frame, metrics_by="user", ndcg_at=3, keep_predictions=True, out=sys.argv[1] + "/users", **few)
for run in r.runs.to_dict("records"):
    for part, prefix in (("test", ""), ("validation", "validation")):
        rows = r.predictions(run["id"], part)
        rows = rows.assign(user=frame["user"])[rows["label/click"].notna()]
        both = [(own["label/click"].to_numpy(), own["output/click"].to_numpy()) for _, own in rows.groupby("user") if own["label/click"].nunique() == 2]
        sizes = [len(y) for y, _ in both]
        expected = {
            "gauc": np.average([roc_auc_score(y, score) for y, score in both], weights=sizes),
            "ndcg": np.mean([ndcg_score([y], [score], k=3) for y, score in both]),
            "mrr": np.mean([1 / (1 + y[np.argsort(-score)].argmax()) for y, score in both]),
        }
        for name, value in expected.items():
            column = prefix + name[0].upper() + name[1:] if prefix else name
            np.testing.assert_allclose(run[f"{column}1"], value, rtol=1e-5, err_msg=f"{run['id']} {column}")
        assert 10 < len(both) < rows["user"].nunique(), (len(both), rows["user"].nunique())
print(json.dumps(sorted(r.runs["id"])))
