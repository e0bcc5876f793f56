"""What mmoe asks of code that trains a model."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray


@runtime_checkable
class Trainer(Protocol):
    """Trains one run of a model, in whatever library it likes.

    mmoe makes a new one for each run, as ``Trainer(inputs, tasks, **options)``, after it has seeded ``random``, NumPy's
    global generator and, where it is imported, PyTorch. A constructor with a parameter ``settings`` gets the sweep's
    :class:`mmoe.Settings`, which has the run's seed for JAX and other libraries, and says what each task predicts. One with
    a parameter ``outputs`` gets ``settings.outputs``.

    An attribute ``parameter_count`` says how many numbers are trained, for tables.

    A class need not derive from this one: it has these two methods. With ``state_dict`` and ``load_state_dict`` too, as
    PyTorch's modules have them, a run that was stopped resumes where it was; without them it begins again.
    """

    def step(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> ArrayLike:
        """Updates the model once, on a batch of rows.

        Rows with weights (``settings.weighted``) call it with a third argument, ``weights`` [B, K]: they multiply the losses, whose
        means are over the number of rows all the same. A class whose ``step`` takes none is then refused.

        :param x: inputs, [B, D]; the array is the callee's own
        :param y: labels, [B, K]; a class is its number, from 0; a missing label is NaN (``settings.kinds[k].gaps``)
        :returns: the loss of each task before the update, [K]: means over the rows with its label, times
            ``settings.kinds[k].unit``; mmoe ignores the loss of a task of which the batch has no label
        """
        ...

    def predict(self, x: NDArray[np.float32]) -> ArrayLike:
        """Predicts the labels of rows, without a change of the model: classes as logits.

        :param x: inputs, [N, D], of any number of rows; a row's prediction must not depend on the others
        :returns: predictions, [N, O], the outputs of each task side by side (``settings.outputs``); [N, K] for regressions
        """
        ...


def keeps_state(trainer: Any) -> bool:
    """Whether a run that was stopped can resume."""
    return callable(getattr(trainer, "state_dict", None)) and callable(getattr(trainer, "load_state_dict", None))
