"""Metrics of a sweep that Python starts: functions, whose source is written to a file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .described import is_installed
from .own_models import file_of_module, source_of
from .program import file_of
from .same import expect_same


@dataclass(frozen=True)
class Metric:
    """Your metric, as ``mmoe.metric`` returns it."""

    made: Callable[..., Any]
    name: str | None = None
    greater_is_better: bool = True
    tasks: Sequence[str] | None = None


#: A function ``f(labels, predictions)``, ``mmoe.metric(f, ...)``, or a definition as in a config.
OneMetric = Callable[..., Any] | Metric | Mapping[str, Any]
Metrics = OneMetric | Sequence[OneMetric]


def metric(made: Callable[..., Any], *, name: str | None = None, greater_is_better: bool = True, tasks: str | Sequence[str] | None = None) -> Metric:
    """Says of a metric which values are better, which tasks have it, or what it is called.

    >>> from sklearn.metrics import brier_score_loss
    >>> mmoe.sweep(rows=frame, metrics=[mmoe.metric(brier_score_loss, greater_is_better=False, tasks="click")])

    :param made: a function ``f(labels, predictions)`` or ``f(labels, predictions, groups)`` of one task, as most of ``sklearn.metrics`` are. It gets
        arrays over the rows that have the task's label: of numbers, labels and predictions [N] in the label's unit; of a binary label 0 or 1, and
        the probability of 1, [N]; of classes their numbers from 0, and the probability of each, [N, C]. ``groups`` are numbers of the
        values of ``metrics_by``, [N]. It returns a number, or None or NaN for a task or rows that have no value
    :param name: its name in columns and figures (default: the function's)
    :param greater_is_better: whether greater values are better, where the metric chooses
    :param tasks: labels: the tasks that have it (default: all)
    """
    return Metric(made, name, greater_is_better, [tasks] if isinstance(tasks, str) else tasks)


def definitions(metrics: Any, folder: Path) -> list[dict[str, Any]]:
    """Metrics as a config lists them. One file in ``folder``, and so one process, has the functions that have no file of the user's."""
    listed = metrics if isinstance(metrics, Sequence) and not isinstance(metrics, str) else [metrics]
    several = [each if isinstance(each, (Mapping, Metric)) else Metric(each) for each in listed]
    try:
        sources = [None if isinstance(each, Mapping) else _source_in(each) for each in several]
        written = file_of(_FIRST + "".join(filter(None, sources)), folder.resolve(), "metrics", ".py") if any(sources) else None
        return [dict(each) if isinstance(each, Mapping) else _definition(each, written if source else None) for each, source in zip(several, sources)]
    except ValueError as error:
        why, found, _ = str(error).removeprefix("models: ").partition(": put ")
        raise ValueError(f"metrics: {why}{': put the function in a file, and import it from there' if found else ''}") from None


_FIRST = "from __future__ import annotations\n"


def _source_in(metric: Metric) -> str | None:
    """What a file defines the function by, as ``of_NAME``: of an installed package its import; None for one in a file of the user's."""
    made = metric.made
    if not inspect.isfunction(made):
        raise TypeError(f"metrics: expected functions f(labels, predictions) or mmoe.metric(...), got {made!r}")
    if made.__module__ == "__main__":
        return f"{source_of(made).removeprefix(_FIRST)}\nof_{_name(metric)} = {made.__name__}\n"
    if is_installed(made.__module__):
        return f"from {made.__module__} import {made.__qualname__} as of_{_name(metric)}\n"
    return None


def _definition(metric: Metric, written: Path | None) -> dict[str, Any]:
    file = written or file_of_module(metric.made)
    if not is_installed(metric.made.__module__):
        expect_same(metric.made, file)
    return {
        "name": _name(metric),
        "file": str(file),
        "function": f"of_{_name(metric)}" if written else metric.made.__name__,
        "better": "higher" if metric.greater_is_better else "lower",
        **({"tasks": list(metric.tasks)} if metric.tasks is not None else {}),
    }


def _name(metric: Metric) -> str:
    return metric.name or metric.made.__name__
