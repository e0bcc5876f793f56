"""Losses and metrics of a run on penguins.csv, from the table, the parts of its rows and its kept predictions of test rows, in float64.

python table_losses.py TABLE PARTS PREDICTIONS, where PARTS is what `mmoe data --parts` prints.
"""

import csv
import json
import sys

import numpy as np
import pyarrow.parquet as parquet
from sklearn import metrics

CLASSES = {"species": ["Adelie", "Chinstrap", "Gentoo"], "sex": ["female", "male"]}
table, parts, predictions = sys.argv[1:]
rows = list(csv.DictReader(open(table)))
part = np.array([row["part"] for row in csv.DictReader(open(parts))])
kept = parquet.read_table(predictions).to_pydict()
columns = {name: np.asarray(column, np.float64) for name, column in kept.items() if name.startswith(("label/", "output/"))}


def labels(task, which):
    """Of the table's rows of a part that have the label: numbers, or the places of classes."""
    cells = [row[task] for row, one in zip(rows, part) if one == which and row[task] != ""]
    return np.array([CLASSES[task].index(cell) if task in CLASSES else float(cell) for cell in cells])


def held(task):
    """The labels and outputs that the run kept."""
    names = [name for name in columns if name == f"output/{task}" or name.startswith(f"output/{task}/")]
    y, outputs = columns[f"label/{task}"], np.stack([columns[name] for name in names], axis=1)
    return y[~np.isnan(y)], outputs[~np.isnan(y)]


def entropy(task):
    share = np.bincount(labels(task, "train").astype(int)) / len(labels(task, "train"))
    return -(share * np.log(share)).sum()


def probabilities(outputs):
    logits = np.concatenate([np.zeros_like(outputs), outputs], axis=1) if outputs.shape[1] == 1 else outputs
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def measured(task):
    y, outputs = held(task)
    own = labels(task, "test")
    if task not in CLASSES:
        np.testing.assert_array_equal(np.sort(y), np.sort(own))  # the test rows, and no others
        unit = labels(task, "train").var()
        return {"loss": metrics.mean_squared_error(y, outputs[:, 0]) / unit, "rSquared": metrics.r2_score(y, outputs[:, 0])}
    np.testing.assert_array_equal(np.sort(y), np.sort(own))
    shares = probabilities(outputs)
    nats = metrics.log_loss(y, shares, labels=range(len(CLASSES[task])))
    common = {"loss": nats / entropy(task), "logLoss": nats, "accuracy": metrics.accuracy_score(y, shares.argmax(axis=1))}
    if len(CLASSES[task]) > 2:
        return common
    auc = metrics.roc_auc_score(y, outputs[:, 0])
    return {**common, "auc": auc, "averagePrecision": metrics.average_precision_score(y, outputs[:, 0])}


print(json.dumps([measured(task) for task in ["species", "sex", "body_mass_g"]]))
