"""How a run is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

MethodName = Literal[
    "sum", "uncertainty", "gradnorm", "pcgrad", "mgda", "cagrad", "nash-mtl", "famo", "aligned-mtl",
    "log", "gls", "rlw", "dwa", "stch", "fairgrad", "imtl-g", "config", "upgrad",
    "excess", "db-mtl",
]

#: Constants of the methods by their names in docs/methods.md, and their defaults. All but ``sum`` have a momentum, too.
_CONSTANTS: Mapping[str, Mapping[str, float]] = {
    "gradnorm": {"alpha": 1.5, "rate": 0.025},
    "cagrad": {"c": 0.5},
    "famo": {"rate": 0.025, "decay": 0.001},
    "dwa": {"temperature": 2, "window": 100},
    "stch": {"mu": 1, "window": 100},
    "fairgrad": {"alpha": 1},
    "excess": {"rate": 0.01},
    "db-mtl": {"decay": 0.9, "sigma": 0},
}


@dataclass(frozen=True)
class Task:
    """What a task predicts, and how its loss is taken."""

    #: The label is a number (``regression``), 0 or 1 (``binary``), or a class that counts from 0 (``categorical``).
    kind: Literal["regression", "binary", "categorical"] = "regression"
    #: What its loss is multiplied by in the sum that is minimised. Recorded losses are without weights.
    weight: float = 1.0
    #: What that is multiplied by after each step.
    decay: float = 1.0
    #: What the loss of a class, in nats, is multiplied by: 1 / the entropy of the base rates. Then 1 is the loss of
    #: predicting these in every row. 1 for regressions, whose labels are standardised, and for raw labels.
    unit: float = 1.0
    #: Outputs of the model for this task: C logits of a categorical task with C classes, one logit of a binary one (that of
    #: label 1), one prediction of a regression.
    outputs: int = 1
    #: Whether rows may lack the label, which is NaN there. The loss is the mean over the rows of the batch that have it.
    gaps: bool = False


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes from step to step."""

    #: Its form after the warm-up: the same rate, half a cosine down to 0, or a fall after each ``decay_steps`` steps.
    name: Literal["constant", "cosine", "steps"] = "constant"
    #: Steps of the linear rise at the start.
    warmup: int = 0
    #: The step at whose end a cosine is 0: those of the sweep, also of a run that is stopped early.
    steps: int = 1
    #: Of ``steps``: the number of steps after each of which the rate is multiplied by ``decay_factor``.
    decay_steps: int = 1
    #: That factor.
    decay_factor: float = 1.0

    def factor(self, step: int) -> float:
        """What the learning rate is multiplied by in a step.

        :param step: its number, from 1
        :returns: a number from 0 to 1
        """
        if step <= self.warmup:
            return step / self.warmup
        done = step - 1 - self.warmup
        if self.name == "cosine":
            return (1 + math.cos(math.pi * done / (self.steps - self.warmup))) / 2
        return self.decay_factor ** (done // self.decay_steps) if self.name == "steps" else 1.0


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
    #: ``adam`` and ``adamw`` without AMSGrad, or ``sgd`` (docs/config.md).
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    #: The learning rate that the schedule starts from: :meth:`lr_at` has that of a step.
    lr: float = 1e-3
    #: How that rate changes from step to step.
    schedule: Schedule = Schedule()
    #: Adam's decay of the mean of gradients. Adam moves a parameter by the rate times m̂ / (sqrt(v̂) + epsilon).
    beta1: float = 0.9
    #: Adam's decay of the mean of squared gradients.
    beta2: float = 0.999
    #: What Adam adds to the root of that mean.
    epsilon: float = 1e-8
    #: The share of the sum of gradients that ``sgd`` keeps: with one above 0 it moves parameters by the sum.
    momentum: float = 0.0
    #: Whether it moves them by the gradient plus ``momentum`` times that sum instead.
    nesterov: bool = False
    #: ``sgd`` and ``adam`` add this times a parameter to its gradient; ``adamw`` first multiplies it by 1 - rate weight_decay.
    weight_decay: float = 0.0
    #: The largest norm of the gradient of all parameters; None for any.
    clip_norm: float | None = None
    #: How the gradients of the tasks' losses become one (docs/methods.md).
    method: MethodName = "sum"
    #: The constants of that method by their names; those that are left out have their defaults.
    constants: Mapping[str, float] = field(default_factory=dict, hash=False)
    #: None for squared errors; else Huber's loss, e² / 2 up to this delta and delta (|e| - delta / 2) beyond.
    huber_delta: float | None = None
    #: The tasks, [K]; regressions if they are left out.
    kinds: tuple[Task, ...] = ()
    #: Inputs that are the numbers of a category's values, from 0: how many values each has, by its place among the inputs.
    #: They are in alphabetical order, then comes that of empty cells, if there are any, and last that of values that no
    #: training row has.
    categories: Mapping[int, int] = field(default_factory=dict, hash=False)
    #: Whether a step is to move all vectors of such an input, or those of the batch alone, as ``sparse=True`` does in PyTorch.
    embedding_steps: Literal["dense", "lazy"] = "dense"
    #: Whether rows have weights, which ``step`` then gets.
    weighted: bool = False
    #: Where PyTorch computes, such as ``cpu`` or ``cuda``.
    device: str = "cpu"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", tuple(self.kinds) or (Task(),) * self.tasks)
        if len(self.kinds) != self.tasks:
            raise ValueError(f"Settings: kinds: expected {self.tasks}, one for each task, got {len(self.kinds)}")
        if self.method not in get_args(MethodName):
            raise ValueError(f"Settings: method: expected one of {', '.join(get_args(MethodName))}, got {self.method!r}")
        known = {**_CONSTANTS.get(self.method, {}), **({} if self.method == "sum" else {"momentum": 0.0})}
        for name in self.constants:
            if name not in known:
                raise ValueError(f"Settings: constants: expected constants of {self.method} ({', '.join(known) or 'none'}), got {name!r}")
        object.__setattr__(self, "constants", {**known, **self.constants})

    def lr_at(self, step: int) -> float:
        """The learning rate of a step by the schedule.

        :param step: its number, from 1
        """
        return self.lr * self.schedule.factor(step)

    @property
    def outputs(self) -> tuple[int, ...]:
        """How many outputs the model has for each task, [K]: they lie side by side, O in all."""
        return tuple(task.outputs for task in self.kinds)

    def output_shape(self, rows: int) -> list[int]:
        """The shape of predictions: [rows, O]."""
        return [rows, sum(self.outputs)]
