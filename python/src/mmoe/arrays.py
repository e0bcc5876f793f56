"""The rows that a run is trained and judged on, and the values that it begins with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .program import PathLike, records_of, set_options


class Rows(NamedTuple):
    """Inputs and labels in float32, the same bits that mmoe's engines see."""

    #: Inputs: [N, D], of several steps [S, B, D].
    x: NDArray[np.float32]
    #: Labels: [N, K], of several steps [S, B, K].
    y: NDArray[np.float32]


def rows(
    config: PathLike = "paper",
    *,
    run: int = 0,
    correlation: float | None = None,
    part: Literal["train", "validation", "heldout"] = "train",
    steps: int | range | None = None,
    count: int | None = None,
    settings: Mapping[str, Any] | None = None,
    program: PathLike | None = None,
) -> Rows:
    """The rows of a run, made by mmoe's kernels.

    >>> x, y = mmoe.rows("paper", run=17, correlation=0.5, steps=range(1, 101))  # [100, 128, 100], [100, 128, 2]
    >>> x, y = mmoe.rows("results/paper", run=17, correlation=0.5, part="heldout")  # [2000, 100], [2000, 2]

    Neither the model nor the correlation changes x; the labels belong to a correlation.

    :param config: a config file, a preset such as ``paper``, or a results folder
    :param run: the run's index, as in the column ``run`` of ``runs.csv``
    :param correlation: p, the cosine of the tasks' vectors; needed where the config has several
    :param part: the training rows; of a table also its validation rows; or those that are held out, of a table the test rows
    :param steps: the batches that the run trains on, as they come: of one step x [B, D] and y [B, K], of a range of steps
        x [S, B, D] and y [S, B, K]; steps count from 1. None for the whole fixed training set, x [N, D] and y [N, K]
    :param count: N, the first rows of a set in place of all
    :param settings: settings in place of the config's, such as ``{"batch": 64}``
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :returns: inputs ``x`` and labels ``y``, the bits that mmoe's engines see; labels have variance 1, and a class is its number
    :raises MmoeError: the program refuses, in its words
    :raises ValueError: another part, or steps that are no range of them
    """
    if part not in ("train", "validation", "heldout"):
        raise ValueError(f"rows: part: expected 'train', 'validation' or 'heldout', got {part!r}")
    words = ["data", os.fspath(config), "--run", str(run), "--format", "npy", *set_options(settings)]
    if correlation is not None:
        words += ["--corr", str(correlation)]
    if part != "train":
        words += [f"--{part}"]
    steps = int(steps) if isinstance(steps, np.integer) else steps
    if steps is not None:
        words += ["--steps", _steps_text(steps)]
    if count is not None:
        words += ["--rows", str(count)]
    records = records_of(words, program)
    if isinstance(steps, int):
        records = records[0]
    return Rows(np.ascontiguousarray(records["x"]), np.ascontiguousarray(records["y"]))


def _steps_text(steps: int | range) -> str:
    if isinstance(steps, int):
        return str(steps)
    if not isinstance(steps, range) or steps.step != 1 or len(steps) == 0:
        raise ValueError(f"rows: steps: expected a step or a range of steps such as range(1, 101), got {steps!r}")
    return f"{steps.start}-{steps.stop - 1}"


def initial_values(
    config: PathLike = "paper",
    *,
    model: str,
    run: int = 0,
    settings: Mapping[str, Any] | None = None,
    program: PathLike | None = None,
) -> dict[str, NDArray[np.float32]]:
    """The values that a run of one of mmoe's models begins with, by the names of its tensors.

    >>> values = mmoe.initial_values("paper", model="mmoe", run=17)
    >>> values["experts/3/0/kernel"].shape  # expert 3, its layer 0: [inputs, units]
    (100, 16)

    The names are ``experts/E/LAYER``, ``gates/K/LAYER``, ``towers/K/LAYER`` and ``towers/K/output``, each with ``/kernel``
    [in, out] or ``/bias`` [out]; numbers count from 0. ``torch.nn.Linear`` has its weights transposed, [out, in]. The values
    are the same at every correlation.

    :param config: a config file, a preset such as ``paper``, or a results folder
    :param model: a model of the config
    :param run: the run's index
    :param settings: settings in place of the config's, such as ``{"initializer": "he-uniform"}``
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :returns: an array of float32 per tensor
    :raises MmoeError: the program refuses, in its words
    """
    words = ["models", os.fspath(config), "--initial", model, "--run", str(run), *set_options(settings)]
    record = records_of(words, program)
    return {name: np.array(record[name]) for name in record.dtype.names or ()}
