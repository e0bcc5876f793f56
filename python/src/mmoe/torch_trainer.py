"""Trains a PyTorch module with a sweep's optimizer, rate and loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from .settings import MethodName, Settings, Task
from .torch_methods import Method
from .torch_optimizers import Optimizer, SparseOptimizer


class TorchTrainer:
    """Trains a module whose ``forward(x)`` maps [B, D] to [B, O], as mmoe's own engines train theirs.

    O is K, the number of tasks, plus C - 1 for each categorical task with C classes (see :class:`mmoe.Task`). ``forward`` may
    also return a list, or a dict in the order of the tasks, with one tensor per task: [B, outputs], or [B] for one output.
    Embeddings with ``sparse=True`` train by ``torch.optim.SparseAdam``, which moves only the vectors of the batch, or by SGD.

    A derived class may override one part of a step: :meth:`losses`, :meth:`backward`, which combines the tasks'
    gradients, or :meth:`update`, the optimizer.

    :param method: how the tasks' gradients become one, in place of the settings' method (docs/methods.md)
    """

    def __init__(self, module: torch.nn.Module, settings: Settings, *, method: MethodName | None = None) -> None:
        self.settings = settings if method is None else replace(settings, method=method)
        #: The method by which it trains; ``own`` for a class that overrides :meth:`backward`.
        self.method = self.settings.method if type(self).backward is TorchTrainer.backward else "own"
        self.device = torch.device(settings.device)
        self.module = module.to(self.device)
        self._begin([parameter for parameter in module.parameters() if parameter.requires_grad], sparse=_sparse_in(module))
        self._is_regression = all(task.kind == "regression" for task in settings.kinds)
        self._is_whole = not any(task.gaps for task in settings.kinds)
        factors = [(task.weight, task.decay) for task in settings.kinds]
        self._weights = None if set(factors) == {(1, 1)} else np.array(factors)

    def _begin(self, parameters: list[torch.Tensor], seeds: Sequence[int] | None = None, sparse: Sequence[torch.Tensor] = ()) -> None:
        #: The parameters that are trained.
        self.parameters = parameters
        self._combines = None if self.method in ("sum", "own") else Method(self.settings, parameters, seeds)
        self._steps = 0
        wants = self.settings
        if sparse and (self._combines is not None or wants.clip_norm is not None or wants.weight_decay or wants.momentum):
            raise ValueError("sparse=True: such embeddings train without a method, a clip norm, weight decay and momentum; leave it out")
        self._optimizers = _optimizers(parameters, sparse, self.settings)

    def step(self, x: NDArray[np.float32], y: NDArray[np.float32], weights: NDArray[np.float32] | None = None) -> torch.Tensor:
        """Updates the module once on x [B, D], y [B, K] and the rows' weights [B, K], if any; returns the losses before the update, [K]."""
        if not self.module.training:
            self.module.train()
        for parameter in self.parameters:
            parameter.grad = None
        rows, labels = self._tensor(x), self._tensor(y)
        of_rows = [labels] if weights is None else [labels, self._tensor(weights)]
        outputs = self._outputs(rows)
        losses = self._losses_of(outputs, *of_rows)
        if self._combines is not None:
            self._combines.see(outputs, labels, losses)
        self.backward(losses if self._weights is None else losses * self._weighted(self._weights))
        self.update()
        if self._combines is not None and self._combines.looks_again:
            with torch.no_grad():
                self._combines.look(self._losses_of(self._outputs(rows), *of_rows))
        return losses.detach()

    def _weighted(self, of_tasks: NDArray[np.float64]) -> torch.Tensor:
        """The tasks' weights at the step, [K], of their first weights and decays [K, 2]."""
        weights, decays = of_tasks.T
        return torch.tensor(weights * decays**self._steps, dtype=torch.float32, device=self.device)

    def _outputs(self, rows: torch.Tensor) -> torch.Tensor:
        """x [B, D] → [B, O]."""
        return self._joined(self.module(rows))

    def _losses_of(self, outputs: torch.Tensor, *of_rows: torch.Tensor) -> torch.Tensor:
        """Outputs [B, O] and labels [B, K], perhaps with weights [B, K] → [K]."""
        losses: Any = self.losses(outputs, *of_rows)
        if not isinstance(losses, torch.Tensor) or list(losses.shape) != [self.settings.tasks]:
            got = list(losses.shape) if isinstance(losses, torch.Tensor) else f"a {type(losses).__name__}"
            raise ValueError(f"losses: expected a tensor of shape {[self.settings.tasks]}, got {got}")
        return losses

    def _joined(self, outputs: Any) -> torch.Tensor:
        """What ``forward`` returned, as one tensor: one for each task, [B, outputs] or [B] → [B, O]."""
        if isinstance(outputs, torch.Tensor):
            return outputs
        several = list(outputs.values()) if isinstance(outputs, dict) else outputs
        if not isinstance(several, (list, tuple)) or not all(isinstance(each, torch.Tensor) for each in several):
            raise ValueError(f"forward: expected a tensor, or a list or dict with one tensor per task, got {_kind(outputs)}")
        shapes = [list(each.shape) for each in several]
        if len(several) != self.settings.tasks:
            raise ValueError(f"forward: expected one tensor for each of {self.settings.tasks} tasks, got {len(several)}: {shapes}")
        columns = [each.unsqueeze(-1) if each.ndim == 1 else each for each in several]
        expected = [[len(columns[0]), of_task] for of_task in self.settings.outputs]
        if [list(each.shape) for each in columns] != expected:
            raise ValueError(f"forward: expected tensors of shapes {expected}, one for each task, got {shapes}")
        return torch.cat(columns, 1)

    def losses(self, outputs: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
        """The loss of each task, a mean over the rows with its label, 0 without any: outputs [B, O] and labels [B, K] → [K].

        Weights [B, K] of the rows multiply their losses; the mean is over their number all the same.
        """
        expected = self.settings.output_shape(len(labels))
        if list(outputs.shape) != expected:
            each = "" if self._is_regression else f"; the tasks have {self.settings.outputs} outputs"
            raise ValueError(f"forward: expected shape {expected}, got {list(outputs.shape)}{each}")
        if self._is_regression and self._is_whole:
            errors = self._errors(outputs - labels)
            return (errors if weights is None else errors * weights).mean(0)
        columns = outputs.split(self.settings.outputs, 1)
        of_rows = [each.unbind(1) for each in ([labels] if weights is None else [labels, weights])]
        return torch.stack([self._loss(task, *of) for task, *of in zip(self.settings.kinds, columns, *of_rows)])

    def _loss(self, task: Task, outputs: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | float = 1) -> torch.Tensor:
        """The loss of one task in its unit: outputs [B, C], labels [B] and weights [B] → []."""
        if not task.gaps:
            return task.unit * (self._row_losses(task, outputs, labels) * weights).mean()
        is_there = ~labels.isnan()
        losses = self._row_losses(task, outputs, torch.where(is_there, labels, 0)) * weights
        return task.unit * torch.where(is_there, losses, 0).sum() / is_there.sum().clamp(min=1)

    def _row_losses(self, task: Task, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of each row of one task, without its unit: outputs [B, C] and labels [B] → [B]."""
        if task.kind == "binary":
            return functional.binary_cross_entropy_with_logits(outputs.squeeze(1), labels, reduction="none")
        if task.kind == "categorical":
            return functional.cross_entropy(outputs, labels.long(), reduction="none")
        return self._errors(outputs.squeeze(1) - labels)

    def _errors(self, errors: torch.Tensor) -> torch.Tensor:
        """The loss of each error of a regression."""
        delta = self.settings.huber_delta
        if delta is None:
            return errors.square()
        slope = errors.clamp(-delta, delta)
        return slope * (errors - slope / 2)

    def backward(self, losses: torch.Tensor) -> None:
        """Sets the parameters' gradients from the tasks' losses [K], times their weights: here by the method."""
        if self._combines is None:
            losses.sum().backward()
        else:
            self._combines.backward(losses)

    @torch.no_grad()
    def update(self) -> None:
        """Changes the parameters by their gradients: one step of the sweep's optimizer, at the rate of its schedule."""
        self._steps += 1
        if self.settings.clip_norm is not None:
            self._clip(self.settings.clip_norm)
        for optimizer in self._optimizers.values():
            optimizer.step(self.settings.lr_at(self._steps))

    def _clip(self, most: float) -> None:
        """Scales the gradients down to a norm."""
        torch.nn.utils.clip_grad_norm_(self.parameters, most)

    @torch.no_grad()
    def predict(self, x: NDArray[np.float32]) -> torch.Tensor:
        """Predictions [N, O] of x [N, D], in evaluation mode."""
        self.module.eval()
        return self._outputs(self._tensor(x))

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`load_state_dict` resumes from."""
        optimizers = {name: each.state_dict() for name, each in self._optimizers.items()}
        state = {"module": self.module.state_dict(), "steps": self._steps, **optimizers}
        return state if self._combines is None else {**state, "method": self._combines.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.module.load_state_dict(state["module"])
        self._steps = state["steps"]
        for name, optimizer in self._optimizers.items():
            optimizer.load_state_dict(state[name])
        if self._combines is not None:
            self._combines.load_state_dict(state["method"])

    def _tensor(self, values: NDArray[np.float32]) -> torch.Tensor:
        return torch.from_numpy(values).to(self.device)


def _kind(value: Any) -> str:
    """What ``forward`` returned, in words."""
    if isinstance(value, (list, tuple, dict)):
        several = value.values() if isinstance(value, dict) else value
        return f"a {type(value).__name__} of {', '.join(type(each).__name__ for each in several)}"
    return f"a {type(value).__name__}"


def _optimizers(
    parameters: Sequence[torch.Tensor], sparse: Sequence[torch.Tensor], settings: Settings
) -> dict[str, Optimizer | SparseOptimizer]:
    """One for parameters with sparse gradients, and one for all others, by the names that states have."""
    is_sparse = {id(each) for each in sparse}
    dense = [each for each in parameters if id(each) not in is_sparse]
    made: dict[str, Optimizer | SparseOptimizer] = {}
    if dense:
        made["optimizer"] = Optimizer(dense, settings)
    if sparse:
        made["sparse"] = SparseOptimizer(sparse, settings)
    return made


def _sparse_in(module: torch.nn.Module) -> list[torch.Tensor]:
    """The parameters whose gradients are sparse, each once."""
    tables = [each for each in module.modules() if isinstance(each, (torch.nn.Embedding, torch.nn.EmbeddingBag)) and each.sparse]
    return [weight for weight in {id(table.weight): table.weight for table in tables}.values() if weight.requires_grad]
