"""Asks a metric in the user's code for its values."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import at_definition


def values_of(
    made: Callable[..., Any], tasks: list[dict[str, Any]], labels: NDArray[np.float32], outputs: NDArray[np.float32], groups: NDArray[np.uint32] | None
) -> list[float | None]:
    """What a metric gives for each task, over the rows that have its label; None for no value.

    :param labels: of tasks [N, K]
    :param outputs: of the model [N, O], some for each task
    :param groups: the number of each row's group, [N], which the metric gets if it has a parameter of this name
    """
    wants = "groups" in inspect.signature(made).parameters
    if wants and groups is None:
        raise at_definition(made, "asks for groups; name their column by --metrics-by")
    values: list[float | None] = []
    first = 0
    for k, task in enumerate(tasks):
        own = outputs[:, first : first + task["outputs"]]
        first += task["outputs"]
        there = ~np.isnan(labels[:, k])
        if not task["asked"] or not there.any():
            values.append(None)
            continue
        arguments = {"groups": groups[there]} if wants and groups is not None else {}
        values.append(_number(made, made(*_in_labels_units(task, labels[there, k], own[there]), **arguments)))
    return values


def _in_labels_units(task: dict[str, Any], labels: NDArray[np.float32], outputs: NDArray[np.float32]) -> Iterator[NDArray[Any]]:
    """Labels [N] and outputs [N, C] as a metric gets them: numbers in the label's unit, or classes and their probabilities."""
    wide = outputs.astype(np.float64)
    if task["kind"] == "regression":
        yield from (task["mean"] + task["std"] * values for values in (labels.astype(np.float64), wide[:, 0]))
        return
    yield labels.astype(np.int64)
    if task["kind"] == "binary":
        yield np.exp(-np.logaddexp(0, -wide[:, 0]))
    else:
        shares = np.exp(wide - wide.max(axis=1, keepdims=True))
        yield shares / shares.sum(axis=1, keepdims=True)


def _number(made: Callable[..., Any], value: Any) -> float | None:
    if value is None:
        return None
    if np.ndim(value) != 0 or isinstance(value, (str, bytes, bool, np.bool_)):
        shape = np.shape(value)
        got = f"an array of shape {list(shape)}" if shape else f"a {type(value).__name__}"
        raise at_definition(made, f"expected a number or None, got {got}")
    return float(value) if math.isfinite(value) else None
