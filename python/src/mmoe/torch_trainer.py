"""Trains a PyTorch module with a sweep's optimizer, rate and loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .settings import Settings


class TorchTrainer:
    """Trains a module whose ``forward(x)`` maps [B, D] to [B, K], as mmoe's own engines train theirs.

    A derived class may override one part of a step: :meth:`losses`, :meth:`backward`, which combines the tasks'
    gradients, or :meth:`update`, the optimizer.
    """

    def __init__(self, module: torch.nn.Module, settings: Settings) -> None:
        self.settings = settings
        self.device = torch.device(settings.device)
        self.module = module.to(self.device)
        #: The parameters that are trained.
        self.parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
        self._steps = 0
        moments = 2 if settings.optimizer == "adam" else 0
        self._moments = [[torch.zeros_like(parameter) for parameter in self.parameters] for _ in range(moments)]

    def step(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> torch.Tensor:
        """Updates the module once on x [B, D], y [B, K]; returns the losses before the update, [K]."""
        if not self.module.training:
            self.module.train()
        for parameter in self.parameters:
            parameter.grad = None
        losses = self.losses(self.module(self._tensor(x)), self._tensor(y))
        self.backward(losses)
        self.update()
        return losses.detach()

    def losses(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of each task, a mean over the batch: two tensors [B, K] → [K]."""
        if outputs.shape != labels.shape:
            raise ValueError(f"forward: expected shape {list(labels.shape)}, got {list(outputs.shape)}")
        error = outputs - labels
        delta = self.settings.huber_delta
        if delta is None:
            return error.square().mean(0)
        slope = error.clamp(-delta, delta)
        return (slope * (error - slope / 2)).mean(0)

    def backward(self, losses: torch.Tensor) -> None:
        """Sets the parameters' gradients from the tasks' losses [K]: here to those of their sum."""
        losses.sum().backward()

    @torch.no_grad()
    def update(self) -> None:
        """Changes the parameters by their gradients: one step of the sweep's optimizer."""
        self._steps += 1
        gradients = [torch.zeros_like(each) if each.grad is None else each.grad for each in self.parameters]
        if self.settings.optimizer == "sgd":
            torch._foreach_add_(self.parameters, gradients, alpha=-self.settings.lr)
        else:
            self._adam(gradients)

    def _adam(self, gradients: list[torch.Tensor]) -> None:
        """Adds -lr m̂ / (sqrt(v̂) + epsilon), where m̂ = m / (1 - beta1^step) and v̂ = v / (1 - beta2^step)."""
        beta1, beta2, epsilon = 0.9, 0.999, 1e-8
        first, second = self._moments
        torch._foreach_mul_(first, beta1)
        torch._foreach_add_(first, gradients, alpha=1 - beta1)
        torch._foreach_mul_(second, beta2)
        torch._foreach_addcmul_(second, gradients, gradients, value=1 - beta2)
        scale = (1 - beta2**self._steps) ** 0.5  # ratio of sqrt(v) to sqrt(v̂)
        roots = torch._foreach_sqrt(second)
        torch._foreach_add_(roots, epsilon * scale)
        rate = self.settings.lr * scale / (1 - beta1**self._steps)
        torch._foreach_addcdiv_(self.parameters, first, roots, value=-rate)

    @torch.no_grad()
    def predict(self, x: NDArray[np.float32]) -> torch.Tensor:
        """Predictions [N, K] of x [N, D], in evaluation mode."""
        self.module.eval()
        return self.module(self._tensor(x))

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`load_state_dict` resumes from."""
        return {"module": self.module.state_dict(), "steps": self._steps, "moments": self._moments}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.module.load_state_dict(state["module"])
        self._steps = state["steps"]
        self._moments = [[each.to(self.device) for each in moments] for moments in state["moments"]]

    def _tensor(self, values: NDArray[np.float32]) -> torch.Tensor:
        return torch.from_numpy(values).to(self.device)
