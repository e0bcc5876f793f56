"""Trains a PyTorch module with a sweep's optimizer, rate and loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .settings import Settings

_BETAS = (0.9, 0.999)
_EPSILON = 1e-8


class TorchTrainer:
    """Trains a module whose ``forward(x)`` maps [B, D] to [B, K].

    A derived class that overrides :meth:`backward` combines the tasks' gradients in its own way.
    """

    def __init__(self, module: torch.nn.Module, settings: Settings) -> None:
        self.settings = settings
        self.device = torch.device(settings.device)
        self.module = module.to(self.device)
        self.optimizer = optimizer_of(module, settings)

    def step(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> torch.Tensor:
        """Updates the module once on x [B, D], y [B, K]; returns the losses before the update, [K]."""
        self.module.train()
        self.optimizer.zero_grad(set_to_none=True)
        losses = self.losses(self.module(self._tensor(x)), self._tensor(y))
        self.backward(losses)
        self.optimizer.step()
        return losses.detach()

    def losses(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of each task, a mean over the batch: two tensors [B, K] → [K]."""
        error = outputs - labels
        delta = self.settings.huber_delta
        if delta is None:
            return error.square().mean(0)
        size = error.abs()
        return torch.where(size <= delta, error.square() / 2, delta * (size - delta / 2)).mean(0)

    def backward(self, losses: torch.Tensor) -> None:
        """Sets the parameters' gradients from the tasks' losses [K]: here to those of their sum."""
        losses.sum().backward()

    @torch.no_grad()
    def predict(self, x: NDArray[np.float32]) -> torch.Tensor:
        """Predictions [N, K] of x [N, D], in evaluation mode."""
        self.module.eval()
        return self.module(self._tensor(x))

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`load_state_dict` resumes from: the module's and the optimizer's."""
        return {"module": self.module.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.module.load_state_dict(state["module"])
        self.optimizer.load_state_dict(state["optimizer"])

    def _tensor(self, values: NDArray[np.float32]) -> torch.Tensor:
        return torch.from_numpy(values).to(self.device)


def optimizer_of(module: torch.nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """The sweep's optimizer over a module's parameters: the updates of mmoe's own engines."""
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=settings.lr)
    return torch.optim.Adam(parameters, lr=settings.lr, betas=_BETAS, eps=_EPSILON)
