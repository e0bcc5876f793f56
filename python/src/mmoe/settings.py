"""How a run is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Task:
    """What a task predicts, and how its loss is taken."""

    #: The label is a number (``regression``), 0 or 1 (``binary``), or a class that counts from 0 (``categorical``).
    kind: Literal["regression", "binary", "categorical"] = "regression"
    #: What its loss is multiplied by in the sum that is minimised. Recorded losses are without weights.
    weight: float = 1.0
    #: What the loss of a class, in nats, is multiplied by: 1 / the entropy of the base rates. Then 1 is the loss of
    #: predicting these in every row. 1 for regressions, whose labels are standardised, and for raw labels.
    unit: float = 1.0
    #: Outputs of the model for this task: C logits of a categorical task with C classes, one logit of a binary one (that of
    #: label 1), one prediction of a regression.
    outputs: int = 1
    #: Whether rows may lack the label, which is NaN there. The loss is the mean over the rows of the batch that have it.
    gaps: bool = False


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
    #: The tasks, [K]; regressions if they are left out.
    kinds: tuple[Task, ...] = ()
    #: Where PyTorch computes, such as ``cpu`` or ``cuda``.
    device: str = "cpu"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", tuple(self.kinds) or (Task(),) * self.tasks)
        if len(self.kinds) != self.tasks:
            raise ValueError(f"Settings: kinds: expected {self.tasks}, one for each task, got {len(self.kinds)}")

    @property
    def outputs(self) -> tuple[int, ...]:
        """How many outputs the model has for each task, [K]: they lie side by side, O in all."""
        return tuple(task.outputs for task in self.kinds)

    def output_shape(self, rows: int) -> list[int]:
        """The shape of predictions: [rows, O]."""
        return [rows, sum(self.outputs)]
