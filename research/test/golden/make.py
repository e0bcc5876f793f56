"""Writes golden.json: how far the committed constants are from the paper's Figure 2.

python3 -m venv venv && venv/bin/pip install numpy==2.4.6
venv/bin/python research/test/golden/make.py > research/test/golden/golden.json
npx biome format --write research/test/golden/golden.json

Moments are integrals over the normal density here, not the closed forms of src.
"""

import csv
import json
import re
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[3]
NODES = np.linspace(-9, 9, 451)  # the trapezoidal rule is exact to rounding for sines of normals
WEIGHTS = np.exp(-(NODES**2) / 2) / np.sum(np.exp(-(NODES**2) / 2))

with open(ROOT / "results/published/fig2.csv") as file:
    POINTS = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
P = np.array([point["weight_cosine"] for point in POINTS])
LABELS = np.array([point["label_pearson_mean"] for point in POINTS])
ERRORS = np.array([point["two_sd"] for point in POINTS]) / 2 / np.sqrt(100)


def label(z, c, s, beta):
    """The label without noise where w.x / |w| is z."""
    return c * z + np.sin(np.multiply.outer(z, s) + beta).sum(axis=-1)


def moments(f):
    mean = WEIGHTS @ f(NODES)
    return mean, WEIGHTS @ f(NODES) ** 2 - mean**2


def correlations(c, s, beta, noise=0.1):
    f = lambda z: label(z, c, s, beta)
    mean, variance = moments(f)
    found = []
    for p in P:
        second = p * NODES[:, None] + np.sqrt(1 - p * p) * NODES[None, :]
        found.append((WEIGHTS @ (f(NODES)[:, None] * f(second)) @ WEIGHTS - mean**2) / (variance + noise**2))
    return np.array(found)


def rungs(c, s, beta, noise=0.1):
    """Of the variance, the share of the j fastest sines and the noise."""
    _, variance = moments(lambda z: label(z, c, s, beta))
    fast = np.argsort(-np.abs(s), kind="stable")
    missed = [moments(lambda z: label(z, 0, s[fast[:j]], beta[fast[:j]]))[1] for j in range(len(s) + 1)]
    return [(one + noise**2) / (variance + noise**2) for one in missed]


def committed(row):
    numbers = {key: json.loads(value) for key, value in re.findall(r"(\w+): (\[[^\]]*\]|[-\d.e]+)", row["data"])}
    c, s, beta = numbers["scale"], numbers["scale"] * np.array(numbers["alpha"]), np.array(numbers["beta"])
    off = correlations(c, s, beta) - LABELS
    return [np.abs(off).max(), np.sqrt(np.mean(off**2)), np.sum((off / ERRORS) ** 2), *rungs(c, s, beta)]


def rounded(values):
    return [float(f"{value:.10g}") for value in values]


if __name__ == "__main__":
    sets = {}
    for name in ("constants", "phases", "rungs"):
        with open(ROOT / f"research/results/{name}.csv") as file:
            sets |= {f"{row['sines']}-{row['set']}": rounded(committed(row)) for row in csv.DictReader(file)}
    print(json.dumps({"sets": sets}))
