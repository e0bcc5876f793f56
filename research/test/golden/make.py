"""Writes golden.json: how far the committed constants are from the paper's Figure 2, and how much correlations of samples vary.

python3 -m venv venv && venv/bin/pip install numpy==2.4.6
venv/bin/python research/test/golden/make.py > research/test/golden/golden.json
npx biome format --write research/test/golden/golden.json

Moments are integrals over the normal density here, not the closed forms of src, and bars of three sets are also simulated.
"""

import csv
import json
import re
from math import comb
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[3]
NODES = np.linspace(-9, 9, 451)  # the trapezoidal rule is exact to rounding for sines of normals
WEIGHTS = np.exp(-(NODES**2) / 2) / np.sum(np.exp(-(NODES**2) / 2))

with open(ROOT / "results/published/fig2.csv") as file:
    POINTS = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
P = np.array([point["weight_cosine"] for point in POINTS])
LABELS = np.array([point["label_pearson_mean"] for point in POINTS])
BARS = np.array([point["two_sd"] for point in POINTS])
POWERS = [(1, 1), (2, 0), (0, 2), (4, 0), (0, 4), (2, 2), (3, 1), (1, 3)]
TRIALS, ROWS = 100, 10_000
ERRORS = BARS / 2 / np.sqrt(TRIALS)


def label(z, c, s, beta):
    """The label without noise where w.x / |w| is z."""
    return c * z + np.sin(np.multiply.outer(z, s) + beta).sum(axis=-1)


def moments(f):
    mean = WEIGHTS @ f(NODES)
    return mean, WEIGHTS @ f(NODES) ** 2 - mean**2


def moment(first, second, a, b, noise):
    """E (y1 + noise)^a (y2 + noise)^b with independent normal noise, of y1 at NODES and y2 at NODES of z given each of them."""
    noises = {0: 1, 2: noise**2, 4: 3 * noise**4}
    powers = [(i, j) for i in range(0, a + 1, 2) for j in range(0, b + 1, 2)]
    terms = [
        comb(a, i) * comb(b, j) * noises[i] * noises[j] * (WEIGHTS * first ** (a - i)) @ (second ** (b - j) @ WEIGHTS)
        for i, j in powers
    ]
    return sum(terms)


def curve(c, s, beta, noise=0.1):
    """At each P: the label correlation, and two standard deviations of those of samples of ROWS."""
    f = lambda z: label(z, c, s, beta)
    mean, _ = moments(f)
    first = f(NODES) - mean
    correlations, bars = [], []
    for p in P:
        second = f(p * NODES[:, None] + np.sqrt(1 - p * p) * NODES[None, :]) - mean
        m = {(a, b): moment(first, second, a, b, noise) for a, b in POWERS}
        r = m[1, 1] / np.sqrt(m[2, 0] * m[0, 2])
        relative = m[2, 2] / m[1, 1] ** 2 - m[3, 1] / (m[1, 1] * m[2, 0]) - m[1, 3] / (m[1, 1] * m[0, 2])
        relative += (m[4, 0] / m[2, 0] ** 2 + m[0, 4] / m[0, 2] ** 2 + 2 * m[2, 2] / (m[2, 0] * m[0, 2])) / 4
        correlations.append(r)
        bars.append(2 * np.sqrt(r**2 * relative / ROWS))
    return np.array(correlations), np.array(bars)


def rungs(c, s, beta, noise=0.1):
    """Of the variance, the share of the j fastest sines and the noise."""
    _, variance = moments(lambda z: label(z, c, s, beta))
    fast = np.argsort(-np.abs(s), kind="stable")
    missed = [moments(lambda z: label(z, 0, s[fast[:j]], beta[fast[:j]]))[1] for j in range(len(s) + 1)]
    return [(one + noise**2) / (variance + noise**2) for one in missed]


def constants(row):
    numbers = {key: json.loads(value) for key, value in re.findall(r"(\w+): (\[[^\]]*\]|[-\d.e]+)", row["data"])}
    return numbers["scale"], numbers["scale"] * np.array(numbers["alpha"]), np.array(numbers["beta"])


def committed(row):
    found, bars = curve(*constants(row))
    off = found - LABELS
    of_bars = np.sum(np.log(BARS / bars) ** 2) * 2 * (TRIALS - 1)
    return [np.abs(off).max(), np.sqrt(np.mean(off**2)), np.sum((off / ERRORS) ** 2), of_bars, *rungs(*constants(row))]


def simulated(row, p, trials=2000, noise=0.1):
    """The square root of ROWS times the standard deviation of the label correlation of ROWS over trials."""
    draws = np.random.default_rng(7)
    found = []
    for _ in range(trials):
        z, other, *noises = draws.standard_normal((4, ROWS))
        pair = [label(one, *constants(row)) for one in (z, p * z + np.sqrt(1 - p * p) * other)]
        found.append(np.corrcoef(pair[0] + noise * noises[0], pair[1] + noise * noises[1])[0, 1])
    return np.sqrt(ROWS) * np.std(found, ddof=1)


def rounded(values):
    return [float(f"{value:.10g}") for value in values]


if __name__ == "__main__":
    rows = {}
    for name in ("constants", "points", "phases", "rungs"):
        with open(ROOT / f"research/results/{name}.csv") as file:
            rows |= {f"{row['sines']}-{row['set']}": row for row in csv.DictReader(file)}
    sets = {name: rounded(committed(row)) for name, row in rows.items()}
    bars = {name: rounded([simulated(rows[name], p) for p in (0.5, 0.98, 1)]) for name in ("4-1", "5-p32", "6-p20")}
    print(json.dumps({"sets": sets, "bars": bars}))
