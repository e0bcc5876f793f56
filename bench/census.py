"""Gradient-boosted trees on the rows of a census sweep, run by run, beside its models.

    python bench/census.py results/census-1

Each run's training rows, validation rows (which say when to stop) and test rows are those that the sweep's models had, with the same
inputs. Needs NumPy, scikit-learn 1.9, pandas and the package in python/.
"""

import argparse
import math
import statistics
from pathlib import Path

import mmoe
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("folder", type=Path)
parser.add_argument("--runs", type=int, help="the first ones; default: all")
options = parser.parse_args()

runs = mmoe.results(options.folder).runs
runs = runs[runs.status == "done"]
models = list(dict.fromkeys(runs.model))
indices = sorted(set(runs.run))[: options.runs]

trees = {}
for run in indices:
    train, validation, test = (mmoe.rows(options.folder, run=run, part=part) for part in ("train", "validation", "heldout"))
    model = HistGradientBoostingClassifier(learning_rate=0.1, max_iter=1000, early_stopping=True, n_iter_no_change=10, random_state=run)
    model.fit(train.x, train.y[:, 0], X_val=validation.x, y_val=validation.y[:, 0])
    trees[run] = roc_auc_score(test.y[:, 0], model.decision_function(test.x))
    print(f"run {run}: {model.n_iter_} trees, AUC {trees[run]:.4f}", flush=True)

print(f"\ngradient boosting: mean AUC {statistics.mean(trees.values()):.4f} over {len(trees)} runs; minus each model:")
for name in models:
    aucs = runs[runs.model == name].set_index("run").auc1
    gains = [trees[run] - aucs[run] for run in indices if run in aucs.index]
    error = statistics.stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else math.nan
    print(f"{name:22} {statistics.mean(gains):+.4f}±{error:.4f}, higher in {sum(gain > 0 for gain in gains)} of {len(gains)}")
