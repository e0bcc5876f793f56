"""Ridge regression and boosted trees beside the models of sweeps on tables: what they gain over Single-Task, run by run.

    python examples/tables/peers.py results/tables/*/ --runs 5 > peers.csv

Each row is a run's gain, the mean over tasks of log(loss of Single-Task / loss of the peer) on the test rows: .1 is about a tenth less loss.
Single-Task's rate is that of the lowest loss on the run's validation rows. A peer learns each task alone, from the training rows of the run.
Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV

import mmoe

PEERS = {
    "ridge": lambda: RidgeCV(np.logspace(-2, 5, 15)),
    "boosted-trees": lambda: HistGradientBoostingRegressor(early_stopping=True, random_state=0),
}


def loss(peer: str, train: mmoe.Rows, test: mmoe.Rows, task: int) -> float:
    """The mean squared error on test rows that have the label."""
    known, asked = (~np.isnan(rows.y[:, task]) for rows in (train, test))
    model = PEERS[peer]().fit(train.x[known], train.y[known, task])
    return float(np.mean((model.predict(test.x[asked]) - test.y[asked, task]) ** 2))


def single_task(folder: str) -> dict[int, list[float]]:
    """Single-Task's losses on test rows, [K], by run."""
    runs = mmoe.results(folder, frame="pandas").runs
    runs = runs[(runs["model"] == "single-task") & (runs["status"] == "done")].sort_values("validationLoss").groupby("run").first()
    tasks = [column for column in runs.columns if column.startswith("finalHeldoutLoss") and column[-1].isdigit()]
    return {int(run): list(losses) for run, losses in runs[tasks].iterrows()}


def main(folders: list[str], runs: int | None) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["table", "peer", "run", "gain"])
    for folder in folders:
        for run, losses in list(single_task(folder).items())[:runs]:
            train, test = (mmoe.rows(folder, run=run, part=part) for part in ("train", "heldout"))
            for peer in PEERS:
                gains = [np.log(own / loss(peer, train, test, task)) for task, own in enumerate(losses)]
                writer.writerow([Path(folder).name, peer, run, f"{np.mean(gains):.6f}"])
        sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Ridge regression and boosted trees beside the models of sweeps on tables.")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--runs", type=int, help="the first runs alone")
    main(**vars(parser.parse_args()))
