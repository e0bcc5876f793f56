"""Trains several runs of a PyTorch module in one call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import functional_call, stack_module_state, vmap

from .settings import Settings
from .torch_trainer import TorchTrainer


class TorchGroup(TorchTrainer):
    """Trains R modules of one class on R batches, as :class:`TorchTrainer` trains each of them, up to float32's rounding.

    Every parameter and buffer gets a leading axis R, and ``torch.func.vmap`` calls ``forward`` once for all. That takes a
    ``forward`` without random numbers and without Python control flow on values of tensors. The settings are the same for
    all runs, apart from the seed.
    """

    def __init__(self, modules: Sequence[torch.nn.Module], settings: Settings, seeds: Sequence[int] | None = None) -> None:
        """``seeds`` are the runs'; by default each has that of the settings."""
        super().__init__(modules[0], settings)
        for module in modules:
            module.to(self.device)
        self._modules = list(modules)  # until the first step has compared them
        tensors, self._buffers = stack_module_state(list(modules))
        is_trained = {name: each.requires_grad for name, each in modules[0].named_parameters()}
        self._tensors = {name: each.detach().requires_grad_(is_trained[name]) for name, each in tensors.items()}
        self._begin([each for each in self._tensors.values() if each.requires_grad], seeds or [settings.seed] * len(modules))

    def step(self, x: NDArray[np.float32], y: NDArray[np.float32], weights: NDArray[np.float32] | None = None) -> torch.Tensor:
        """Updates all modules once on x [R, B, D], y and weights [R, B, K]; returns the losses before the update, [R, K]."""
        if self._modules:
            self._expect_alike(x)
        return super().step(x, y, weights)

    def weights(self) -> dict[str, torch.Tensor]:
        """The tensors of the modules' ``state_dict``, each [R, ...]."""
        names = {id(each): name for name, each in [*self.module.named_parameters(), *self.module.named_buffers()]}
        all_tensors = {**self._tensors, **self._buffers}
        held = self.module.state_dict(keep_vars=True)
        return {name: all_tensors[names[id(each)]] for name, each in held.items() if id(each) in names}

    def _clip(self, most: float) -> None:
        """Scales the gradients of each run down to a norm of its own."""
        gradients = [each.grad for each in self.parameters if each.grad is not None]
        norms = torch.stack([each.reshape(len(each), -1).norm(dim=1) for each in gradients]).norm(dim=0)  # [R]
        scales = (most / (norms + 1e-6)).clamp(max=1)
        for each in gradients:
            each.mul_(scales.reshape(-1, *[1] * (each.dim() - 1)))

    @torch.no_grad()
    def _expect_alike(self, x: NDArray[np.float32]) -> None:
        """Raises ValueError if one of the modules predicts otherwise alone: ``forward`` reads more than its tensors."""
        together = self.predict(x)
        for module, of_one, outputs in zip(self._modules, self._tensor(x), together):
            if not torch.allclose(self._joined(module.eval()(of_one)), outputs, rtol=1e-3, atol=1e-3):
                raise ValueError("forward: runs that train in one call may differ in parameters and buffers alone")
        self._modules = []

    def _outputs(self, rows: torch.Tensor) -> torch.Tensor:
        """x [R, B, D] → [R, B, O]."""

        def of_one(tensors: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
            return self._joined(functional_call(self.module, (tensors, buffers), (x,)))

        return vmap(of_one)(self._tensors, self._buffers, rows)

    def _losses_of(self, outputs: torch.Tensor, *of_rows: torch.Tensor) -> torch.Tensor:
        """Outputs [R, B, O], labels and perhaps weights [R, B, K] → [R, K]."""
        return vmap(self.losses)(outputs, *of_rows)
