"""Boosted trees beside the models of a sweep, on its rows: the AUC of each binary label on the test rows.

    mmoe sweep --rows people.csv --models mmoe,logistic-regression --out results/people
    python examples/python/boosting.py results/people

An id becomes the label's mean over its other training rows, which five folds take in turn, since trees split by order.
"""

import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

import mmoe

FOLDS, WEIGHT = 5, 10  # a value counts as if it had so many more rows, with the mean of all


def means(ids: np.ndarray, y: np.ndarray, of: np.ndarray) -> np.ndarray:
    """The mean label of each value in ``of``, from rows ``ids`` and ``y``."""
    size = int(max(ids.max(), of.max())) + 1
    sums, counts = (np.bincount(ids, weights, size) for weights in (y, None))
    return ((sums + WEIGHT * y.mean()) / (counts + WEIGHT))[of]


def encoded(train: np.ndarray, y: np.ndarray, others: np.ndarray, plain: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs with means in place of ids, which are the columns from ``plain`` on."""
    train_means, others_means = train.copy(), others.copy()
    fold = np.random.default_rng(0).integers(FOLDS, size=len(y))
    for column in range(plain, train.shape[1]):
        ids, of = train[:, column].astype(int), others[:, column].astype(int)
        others_means[:, column] = means(ids, y, of)
        for f in range(FOLDS):
            train_means[fold == f, column] = means(ids[fold != f], y[fold != f], ids[fold == f])
    return train_means, others_means


def plain_inputs(x: np.ndarray) -> int:
    """How many inputs come before the last ones that are numbers of values."""
    are_ids = [bool((column == np.floor(column)).all() and column.max() > 1) for column in x.T]
    return max((i + 1 for i, is_id in enumerate(are_ids) if not is_id), default=0)


def main(folder: str) -> None:
    runs = mmoe.results(folder, frame="pandas").runs
    for run in sorted(runs["run"].unique()):
        train, test = (mmoe.rows(folder, run=int(run), part=part) for part in ("train", "heldout"))
        of_run = runs[runs["run"] == run].set_index("model")
        for k in range(train.y.shape[1]):
            if f"auc{k + 1}" not in of_run or of_run[f"auc{k + 1}"].isna().all():
                continue
            known, asked = (~np.isnan(rows.y[:, k]) for rows in (train, test))
            y = train.y[known, k]
            x, x_test = encoded(train.x[known], y, test.x[asked], plain_inputs(train.x))
            trees = HistGradientBoostingClassifier(early_stopping=True, random_state=0).fit(x, y)
            area = roc_auc_score(test.y[asked, k], trees.predict_proba(x_test)[:, 1])
            models = "".join(f", {model} {auc:.4f}" for model, auc in of_run[f"auc{k + 1}"].items())
            print(f"run {run}, task {k + 1}: boosted trees {area:.4f}{models}")


main(*sys.argv[1:])
