"""Seconds of the processor that a trial of a PyTorch class takes: by mmoe.tune, and by Optuna's TPE around mmoe.sweep.

PYTHONPATH=python/src python bench/trials.py [TRIALS], with a Python that has PyTorch, pandas and Optuna.
"""

import os
import resource
import sys
import tempfile
import time

import mmoe
import numpy as np
import optuna
import pandas as pd

TRIALS = int(sys.argv[1]) if len(sys.argv) > 1 else 12
CLASS = '''
import torch

class Crossed(torch.nn.Module):
    def __init__(self, inputs, tasks, width=16, dropout=0.0):
        super().__init__()
        self.features = torch.nn.Linear(inputs, 2 * width)
        self.drop = torch.nn.Dropout(dropout)
        self.towers = torch.nn.Linear(3 * width, tasks)

    def forward(self, x):
        a, b = self.features(x).chunk(2, dim=-1)
        return self.towers(self.drop(torch.cat([a, b, a * b], dim=-1)))
'''


def table(rows=2000):
    g = np.random.default_rng(66)
    x = g.normal(size=(rows, 7))
    match = (x[:, :3] * x[:, 3:6]).sum(axis=1)
    labels = {"click": (match + x[:, 6] > 0.5).astype(int), "buy": (match + x[:, 3] > 1.5).astype(int)}
    return pd.DataFrame({**{f"x{i}": x[:, i] for i in range(7)}, **labels})


def spent():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(name, search):
    before, start = spent(), time.monotonic()
    trials, runs = search()
    seconds = spent() - before
    wall = time.monotonic() - start
    print(f"{name}: {trials} trials of {runs} runs, {seconds:.1f} s of processor, {seconds / trials:.2f} a trial, {wall:.0f} s")


def by_mmoe():
    ranges = dict(lr="3e-4..3e-2", axes={"Crossed.width": "4..32", "Crossed.dropout": "0..0.5"})
    ranking = mmoe.tune("paper", models=["crossed.py:Crossed"], budget=TRIALS, runs=3, refit=False, out="search", **ranges, **COMMON)
    return len(ranking), int(ranking["runs"].sum())


def by_optuna():
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    for i in range(TRIALS):
        trial = study.ask()
        options = {"width": trial.suggest_int("width", 4, 32, log=True), "dropout": trial.suggest_float("dropout", 0, 0.5)}
        model = {"name": "crossed", "file": "crossed.py", "class": "Crossed", "options": options}
        lr = trial.suggest_float("lr", 3e-4, 3e-2, log=True)
        results = mmoe.sweep("paper", models=[model], lr=str(lr), runs=1, out=f"trial{i}", **COMMON)
        study.tell(trial, float(results.summary(loss="heldout")["mean"].iloc[0]))
    return TRIALS, TRIALS


optuna.logging.set_verbosity(optuna.logging.ERROR)
os.chdir(tempfile.mkdtemp())
with open("crossed.py", "w") as file:
    file.write(CLASS)
COMMON = dict(rows=table(), label=["click", "buy"], steps=150, batch=64, jobs=1, progress=False)
mmoe.sweep("paper", models=["crossed.py:Crossed"], runs=1, lr="0.01", out="first", **COMMON)  # its class is then checked
timed("mmoe.tune", by_mmoe)
timed("Optuna's TPE around mmoe.sweep", by_optuna)
