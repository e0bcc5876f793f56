"""How a run is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """Settings of one run: those of the sweep, at its grid point."""

    #: Seed of the run, from 0 to 2**64 - 1: a function of the sweep's seed, the run and the model.
    seed: int
    #: D, the number of inputs.
    inputs: int
    #: K, the number of tasks.
    tasks: int
    #: B, the rows of each step.
    batch: int
    #: The number of updates.
    steps: int
    #: ``adam`` with beta1 .9, beta2 .999 and epsilon 1e-8, as m̂ / (sqrt(v̂) + epsilon); or ``sgd``.
    optimizer: Literal["adam", "sgd"] = "adam"
    lr: float = 1e-3
    #: None for squared errors; else Huber's loss, e² / 2 up to this delta and delta (|e| - delta / 2) beyond.
    huber_delta: float | None = None
    #: Where PyTorch computes, such as ``cpu`` or ``cuda``.
    device: str = "cpu"
