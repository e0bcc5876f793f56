"""Makes twelve small tables with two to sixteen regression tasks each, and a config for each of them.

    python examples/tables/prepare.py FOLDER tables

FOLDER holds eleven of Mulan's multi-target sets as ``NAME.arff.gz`` (Spyromitros-Xioufis et al., "Multi-target regression via input space
expansion", Machine Learning 2016: https://mulan.sourceforge.net/datasets-mtr.html) and ``sarcos_inv_test.mat``, the test part of SARCOS
(https://gaussianprocess.org/gpml/data), whose tasks are the torques of a robot arm. Needs SciPy.

Tasks are the last columns, as the sets define them. ``?`` is an empty cell: of an input its mean is taken, of a label there is no loss.
Each run draws its own fifth of the rows for the test.
"""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path

from scipy.io import loadmat

#: How many of the last columns are tasks.
TASKS = {"sarcos": 7, "atp1d": 6, "atp7d": 6, "oes97": 16, "oes10": 16, "osales": 12, "scpf": 3, "wq": 14, "enb": 2, "jura": 3, "edm": 2, "sf2": 3}

CONFIG = """# {rows:,} rows, {inputs} inputs, {tasks} tasks; examples/tables/prepare.py wrote this file.
extends: zoo
name: tables-{name}
about: Does sharing pay on {name}, {tasks} regressions on {rows:,} rows?
rows:
  file: {name}.csv
  split: run
  impute: mean
models: [single-task, single-task-wide, average, shared-bottom, omoe, mmoe, ple, adatt, cross-stitch, l2-constrained, logistic-regression]
tasks: [{columns}]
runs: 20
batch: 32
steps: 3000
lr: [0.001, 0.003, 0.01]
patience: 10
evalEvery: 3000 # the last step alone
"""


def values_of(folder: Path, name: str) -> list[list[str]]:
    """Rows of texts, empty where a value is missing."""
    if name == "sarcos":
        return [[str(value) for value in row] for row in loadmat(folder / "sarcos_inv_test.mat")["sarcos_inv_test"]]
    with gzip.open(folder / f"{name}.arff.gz", "rt", encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    data = next(i for i, line in enumerate(lines) if line.lower() == "@data")
    return [["" if value.strip() == "?" else value.strip() for value in line.split(",")] for line in lines[data + 1 :] if line]


def varied(rows: list[list[str]], inputs: int) -> list[int]:
    """Inputs that say something: not all rows have one value, or none."""
    return [i for i in range(inputs) if len({number(row[i]) for row in rows} - {""}) > 1]


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def main(folder: str, output: str) -> None:
    Path(output).mkdir(parents=True, exist_ok=True)
    for name, tasks in TASKS.items():
        rows = values_of(Path(folder), name)
        inputs = len(rows[0]) - tasks
        kept = varied(rows, inputs)
        labels = [f"y{k + 1}" for k in range(tasks)]
        with open(Path(output, f"{name}.csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*(f"x{i + 1}" for i in kept), *labels])
            writer.writerows([*(row[i] for i in kept), *row[inputs:]] for row in rows)
        config = CONFIG.format(name=name, rows=len(rows), inputs=len(kept), tasks=tasks, columns=", ".join(f"{{column: {label}, kind: regression}}" for label in labels))
        Path(output, f"{name}.yaml").write_text(config, encoding="utf-8")
        print(f"{name}: {len(rows):,} rows, {len(kept)} of {inputs} inputs, {tasks} tasks")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: prepare.py FOLDER OUTPUT")
    main(*sys.argv[1:])
