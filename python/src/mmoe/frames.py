"""Results as frames."""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, overload

from .program import PathLike, run_program

if TYPE_CHECKING:
    import pandas
    import polars

What = Literal["runs", "curves"]


@overload
def results(
    folder: PathLike, what: What = ..., *, by_task: bool = ..., frame: Literal["pandas"], program: PathLike | None = ...
) -> pandas.DataFrame: ...


@overload
def results(
    folder: PathLike, what: What = ..., *, by_task: bool = ..., frame: Literal["polars"], program: PathLike | None = ...
) -> polars.DataFrame: ...


@overload
def results(
    folder: PathLike, what: What = ..., *, by_task: bool = ..., frame: None = ..., program: PathLike | None = ...
) -> Any: ...


def results(
    folder: PathLike,
    what: What = "runs",
    *,
    by_task: bool = False,
    frame: Literal["pandas", "polars"] | None = None,
    program: PathLike | None = None,
) -> Any:
    """What a sweep recorded, also of one that still runs, as a frame of pandas or Polars.

    >>> runs = mmoe.results("results/paper")  # one row per run
    >>> curves = mmoe.results("results/paper", "curves", by_task=True)  # one row per run, evaluation and task

    :param folder: a results folder
    :param what: ``runs``, the columns of ``runs.csv``; or ``curves``, those of ``curves-long.csv`` (docs/files.md)
    :param by_task: long form: one row per task in place of columns such as ``finalHeldoutLoss1`` and ``finalHeldoutLoss2``,
        with a column ``task`` that counts from 1 and a column ``finalHeldoutLoss``
    :param frame: the library of the frame; by default pandas where it is installed, else Polars
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :raises MmoeError: the program refuses, in its words
    :raises ImportError: neither library is installed, or not the one that is asked for
    """
    if what not in ("runs", "curves"):
        raise ValueError(f"results: what: expected 'runs' or 'curves', got {what!r}")
    library = _library(frame)
    text = run_program(["export", os.fspath(folder), "--what", what, "--quiet"], program)
    if by_task:
        text = _by_task(text)
    if library == "pandas":
        import pandas

        return pandas.read_csv(io.StringIO(text), float_precision="round_trip")
    import polars

    return polars.read_csv(io.StringIO(text), infer_schema_length=None)


def _library(frame: str | None) -> str:
    if frame not in (None, "pandas", "polars"):
        raise ValueError(f"results: frame: expected 'pandas' or 'polars', got {frame!r}")
    choices = ("pandas", "polars") if frame is None else (frame,)
    for name in choices:
        if importlib.util.find_spec(name) is not None:
            return name
    raise ImportError(f"mmoe.results needs {' or '.join(choices)}, which pip installs")


def _by_task(text: str) -> str:
    """CSV with one row per task: columns that end in the number of a task become one."""
    header, *lines = csv.reader(io.StringIO(text))
    # By the name without the number, the places of its columns, task by task.
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        if found := re.fullmatch(r"(.*[A-Za-z])([1-9]\d*)", name):
            places.setdefault(found[1], []).append(place)
    of_tasks = sorted(place for of_name in places.values() for place in of_name)
    before = range(of_tasks[0])
    after = [place for place in range(of_tasks[0], len(header)) if place not in of_tasks]

    long = io.StringIO()
    writer = csv.writer(long, lineterminator="\n")
    writer.writerow([*_at(header, before), "task", *places, *_at(header, after)])
    for line in lines:
        for task, of_task in enumerate(zip(*places.values())):
            writer.writerow([*_at(line, before), str(task + 1), *_at(line, of_task), *_at(line, after)])
    return long.getvalue()


def _at(values: list[str], places: Iterable[int]) -> list[str]:
    return [values[place] for place in places]
