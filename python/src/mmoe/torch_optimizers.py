"""A sweep's optimizers for PyTorch's tensors."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from .settings import Settings


class Optimizer:
    """Adam, AdamW or SGD, in one call for all parameters where PyTorch can; those without a gradient stay as they are.

    By PyTorch's functions: one of its classes loads ``torch._dynamo``, which takes each process a second.
    """

    def __init__(self, parameters: Sequence[torch.Tensor], settings: Settings) -> None:
        self._parameters = parameters
        self._settings = settings
        is_fused = all(each.device.type in ("cpu", "cuda") and each.is_floating_point() for each in parameters)
        self._how: dict[str, Any] = {"fused": is_fused or None, "weight_decay": settings.weight_decay, "maximize": False}
        #: Adam's means of gradients and of their squares, and its steps, []: one of each parameter. With momentum the sums of gradients.
        self._moments: list[list[torch.Tensor]] = []
        if settings.optimizer == "sgd" and settings.momentum > 0:
            self._moments = [[torch.zeros_like(each) for each in parameters]]
        if settings.optimizer != "sgd":
            means, squares = ([torch.zeros_like(each) for each in parameters] for _ in range(2))
            steps = [torch.zeros((), dtype=torch.float32, device=each.device if is_fused else "cpu") for each in parameters]
            self._moments = [means, squares, steps]

    def step(self, lr: float) -> None:
        moved = [i for i, each in enumerate(self._parameters) if each.grad is not None]
        parameters = [self._parameters[i] for i in moved]
        gradients = [each.grad for each in parameters]
        moments = [[of[i] for i in moved] for of in self._moments]
        if self._settings.optimizer == "sgd":
            sums, momentum = (moments[0], self._settings.momentum) if moments else ([None] * len(moved), 0)
            sgd(parameters, gradients, sums, lr=lr, momentum=momentum, dampening=0, nesterov=self._settings.nesterov, **self._how)
            return
        means, squares, steps = moments
        update = adamw if self._settings.optimizer == "adamw" else adam
        rates = {"lr": lr, "beta1": self._settings.beta1, "beta2": self._settings.beta2, "eps": self._settings.epsilon}
        update(parameters, gradients, means, squares, [], steps, amsgrad=False, **rates, **self._how)

    def state_dict(self) -> dict[str, Any]:
        return {"moments": self._moments}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._moments = copy.deepcopy(state["moments"])


class SparseOptimizer:
    """SparseAdam or SGD, by PyTorch's classes, for gradients of which only the vectors of the batch are there."""

    def __init__(self, parameters: Sequence[torch.Tensor], settings: Settings) -> None:
        betas = (settings.beta1, settings.beta2)
        self._optimizer: torch.optim.Optimizer = (
            torch.optim.SGD(parameters, settings.lr)
            if settings.optimizer == "sgd"
            else torch.optim.SparseAdam(list(parameters), settings.lr, betas, settings.epsilon)
        )

    def step(self, lr: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = lr
        self._optimizer.step()

    def state_dict(self) -> dict[str, Any]:
        state: dict[str, Any] = self._optimizer.state_dict()
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._optimizer.load_state_dict(state)
