"""Combines the gradients of a PyTorch module's tasks by the methods of docs/methods.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .settings import Settings
from .torch_gradient_methods import TINY, Numbers, combination, normals, orders, squared

#: Methods that weigh the losses, with one backward pass; others combine the gradients of the tasks.
_WEIGHS_LOSSES = ("uncertainty", "famo", "log", "gls", "rlw", "dwa", "stch")
#: What methods keep from step to step, each [R, K]: what they learn, with Adam's moments of it, and the first losses or excess risks; the
#: sums and counts of the losses in a window, and the means of the latest two; or the batches that have a label of the task.
_KEPT = {
    **dict.fromkeys(("uncertainty", "famo"), ("values", "m", "v")),
    "gradnorm": ("values", "m", "v", "first"),
    "stch": ("sums", "counts"),
    "dwa": ("sums", "counts", "newer", "older"),
    "excess": ("values", "first"),
    "db-mtl": ("batches",),
}
#: Methods that also keep a number of each task's gradient for each parameter.
_KEEPS_GRADIENTS = ("excess", "db-mtl")
#: Added to sums of squares that are divided by the root of.
_SQUARES_EPSILON = 1e-7
#: Added to losses that are divided by, or have a logarithm.
_EPSILON = 1e-8


class Method:
    """The method of R runs: it sets the gradients of their parameters from the losses of their K tasks.

    A parameter has the shape [...] for one run, and [R, ...] for several. A number in it is shared if the losses of two or
    more tasks depend on it, so far as a gradient has shown; other numbers get the gradient of their own task.
    """

    def __init__(self, settings: Settings, parameters: list[torch.Tensor], seeds: Sequence[int] | None = None) -> None:
        """``seeds`` are those of several runs."""
        self._settings = settings
        self._parameters = parameters
        self._is_group = seeds is not None
        self._seeds = [settings.seed] if seeds is None else list(seeds)
        shape = (len(self._seeds), settings.tasks)
        #: With a momentum of the weights also these, and which tasks have one.
        kept = (*_KEPT.get(settings.method, ()), *(("weights", "known") if settings.constants["momentum"] else ()))
        self._learned = {name: np.zeros(shape) for name in kept}
        if settings.method in ("gradnorm", "excess"):
            self._learned["values"] += 1
        #: Of each parameter, what is kept of the tasks' gradients, [K, ...].
        self._kept: list[torch.Tensor] = []
        if settings.method in _KEEPS_GRADIENTS:
            self._kept = [torch.zeros((settings.tasks, *each.shape), dtype=each.dtype, device=each.device) for each in parameters]
        #: Of each parameter, which task's loss depends on its numbers, [K, ...]. Empty before the first step.
        self._reached: list[torch.Tensor] = []
        self._steps = 0
        self._losses = self._present = np.zeros(shape)

    @property
    def looks_again(self) -> bool:
        """Whether it asks for the losses of a batch after the update too, by :meth:`look`."""
        return self._settings.method == "famo"

    def see(self, outputs: torch.Tensor, labels: torch.Tensor, losses: torch.Tensor) -> None:
        """What a step begins with: outputs [.., B, O], labels [.., B, K], losses without weights [.., K]."""
        self._steps += 1
        self._losses = self._numbers(losses)
        self._present = self._numbers(~labels.isnan().all(-2))
        if not self._reached and self._settings.method not in _WEIGHS_LOSSES:
            self._reached = [torch.zeros((self._settings.tasks, *each.shape), dtype=torch.bool, device=each.device) for each in self._parameters]
            for k, columns in enumerate(outputs.split(self._settings.outputs, -1)):
                self._gradients(k, columns)

    def backward(self, losses: torch.Tensor) -> None:
        """Sets the gradients of the parameters: losses times the tasks' weights [.., K]."""
        if self._settings.method in _WEIGHS_LOSSES:
            weights = torch.as_tensor(self._smoothed(self._loss_weights()), dtype=losses.dtype, device=losses.device)
            (losses * weights.reshape(losses.shape)).sum().backward()
            if self._settings.method == "uncertainty":
                self._descend(0.5 - np.exp(-self._learned["values"]) * self._losses / 2, None)
            if "counts" in self._learned:
                self._fill_windows()
            return
        gradients = list(zip(*[self._gradients(k, losses[..., k]) for k in range(self._settings.tasks)]))
        if self._settings.method == "db-mtl":
            gradients = self._averaged(gradients)
        of_each = list(zip(self._parameters, self._reached, gradients))
        if self._settings.method == "excess":
            shared = own = self._excess_weights(self._risks(gradients))
        else:
            gram = np.zeros((*self._losses.shape, self._settings.tasks))
            for parameter, reached, of_tasks in of_each:
                gram += self._products(parameter, _is_shared(reached), of_tasks)
            shared, own = self._weights(gram)
        for parameter, reached, of_tasks in of_each:
            if all(each is None for each in of_tasks):
                continue
            parts = [self._mixed(parameter, weights, of_tasks) for weights in (shared, own)]
            gradient = torch.where(_is_shared(reached), *parts)
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient

    def look(self, losses: torch.Tensor) -> None:
        """Learns from the losses of the same batch after the update, [.., K]."""
        falls = np.log(self._losses + _EPSILON) - np.log(self._numbers(losses) + _EPSILON)
        z = self._shares(self._learned["values"])
        constants = self._settings.constants
        slopes = z * (falls - (z * falls).sum(1, keepdims=True)) + constants["decay"] * self._learned["values"]
        self._descend(slopes, constants["rate"])

    def state_dict(self) -> dict[str, Any]:
        return {"learned": dict(self._learned), "reached": self._reached, "steps": self._steps, "kept": list(self._kept)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._learned, self._reached, self._steps = dict(state["learned"]), state["reached"], state["steps"]
        self._kept = list(state.get("kept", ()))

    def _numbers(self, values: torch.Tensor) -> Numbers:
        """[.., K] → [R, K]."""
        return np.asarray(values.detach().cpu().numpy(), np.float64).reshape(len(self._seeds), -1)

    def _gradients(self, k: int, values: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """The gradient of the sum of some values of task k by each parameter; notes which numbers it reaches."""
        found = torch.autograd.grad(values.sum(), self._parameters, retain_graph=True, allow_unused=True)
        for reached, gradient in zip(self._reached, found):
            if gradient is not None:
                reached[k] |= gradient != 0
        return found

    def _products(self, parameter: torch.Tensor, is_shared: torch.Tensor, gradients: Sequence[torch.Tensor | None]) -> Numbers:
        """Inner products of the tasks' gradients by the shared numbers of a parameter, [R, K, K]."""
        rows = [torch.zeros_like(parameter) if each is None else each * is_shared for each in gradients]
        matrix = torch.stack(rows).double().reshape(len(rows), len(self._seeds), -1).transpose(0, 1)  # [R, K, N]
        return (matrix @ matrix.mT).cpu().numpy()

    def _mixed(self, parameter: torch.Tensor, weights: Numbers, gradients: Sequence[torch.Tensor | None]) -> torch.Tensor:
        """The sum of the tasks' gradients times weights [R, K], like the parameter."""
        total = torch.zeros_like(parameter)
        for of_task, gradient in zip(weights.T, gradients):
            if gradient is not None:
                total += gradient * self._beside(parameter, of_task)
        return total

    def _beside(self, parameter: torch.Tensor, values: Numbers) -> torch.Tensor:
        """A number of each run [R] in a shape that multiplies a parameter."""
        ones = [1] * (parameter.dim() - 1 if self._is_group else parameter.dim())
        return torch.as_tensor(values, dtype=parameter.dtype, device=parameter.device).reshape([-1] * self._is_group + ones)

    def _averaged(self, gradients: Sequence[Sequence[torch.Tensor | None]]) -> list[tuple[torch.Tensor | None, ...]]:
        """DB-MTL, Lin et al., 2023: gradients of log L_k, on shared numbers their means over the batches that have a label of the task."""
        constants, learned = self._settings.constants, self._learned
        learned["batches"] = learned["batches"] + self._present
        share = np.where(self._present > 0, constants["decay"] * np.maximum(learned["batches"], 1) ** -constants["sigma"], 1)
        slopes = 1 / (self._losses + _EPSILON)
        found = []
        for n, (parameter, of_tasks) in enumerate(zip(self._parameters, gradients)):
            is_shared = _is_shared(self._reached[n])
            own = [None if each is None else each * self._beside(parameter, slopes[:, k]) for k, each in enumerate(of_tasks)]
            of_step = [torch.zeros_like(parameter) if each is None else each for each in own]
            means = [each + self._beside(parameter, share[:, k]) * (self._kept[n][k] - each) for k, each in enumerate(of_step)]
            self._kept[n] = torch.stack(means)
            there = [mean * self._beside(parameter, self._present[:, k]) for k, mean in enumerate(means)]
            found.append(tuple(None if each is None else torch.where(is_shared, mean, each) for mean, each in zip(there, own)))
        return found

    def _risks(self, gradients: Sequence[Sequence[torch.Tensor | None]]) -> Numbers:
        """ExcessMTL's excess risks, [R, K]: g' H^-1 g on shared numbers, H the roots of the sums of squares of all gradients so far."""
        risks = np.zeros(self._losses.shape)
        for n, (parameter, of_tasks) in enumerate(zip(self._parameters, gradients)):
            squares = torch.stack([torch.zeros_like(parameter) if each is None else each**2 for each in of_tasks])
            self._kept[n] = self._kept[n] + squares
            parts = _is_shared(self._reached[n]) * squares / (self._kept[n] + _SQUARES_EPSILON).sqrt()
            risks += self._numbers(parts.double().reshape(len(of_tasks), len(self._seeds), -1).sum(2).T)
        return risks

    def _excess_weights(self, risks: Numbers) -> Numbers:
        """ExcessMTL, He et al., ICML 2024: weights that grow by exp(rate e_k), e_k the excess risk in units of the first."""
        learned, w = self._learned, self._learned["values"]
        learned["first"] = np.where((self._present > 0) & (learned["first"] <= 0), risks, learned["first"])
        powers = self._settings.constants["rate"] * risks / np.maximum(learned["first"], TINY)
        grown = np.maximum(w * np.exp(powers - powers.max(1, keepdims=True)), TINY)
        learned["values"] = self._of_sum(grown, w)
        return self._smoothed(learned["values"])

    def _of_sum(self, weights: Numbers, before: Numbers) -> Numbers:
        """Weights of tasks that the batch has labels of, scaled so that with the others as before the sum is K."""
        positive = np.maximum(weights, 0) * self._present
        room = weights.shape[1] - (before * (1 - self._present)).sum(1, keepdims=True)
        return np.where(self._present > 0, positive * room / np.maximum(positive.sum(1, keepdims=True), TINY), before)

    def _weights(self, gram: Numbers) -> tuple[Numbers, Numbers]:
        """Weights of the tasks' gradients, [R, K]: of shared numbers and of others."""
        settings = self._settings
        if settings.method == "gradnorm":
            weights = self._smoothed(self._learned["values"])
            self._learn_gradnorm(gram)
            return weights, weights
        drawn = [orders(seed, self._steps, settings.tasks) for seed in self._seeds] if settings.method == "pcgrad" else ()
        weights = combination(settings.method, gram, self._present, settings.constants, drawn)
        return self._smoothed(weights), np.ones_like(weights)

    def _loss_weights(self) -> Numbers:
        """Weights of the tasks' losses, [R, K], for all parameters."""
        name, constants, learned = self._settings.method, self._settings.constants, self._learned
        losses, count = self._losses + _EPSILON, np.maximum(self._present.sum(1, keepdims=True), 1)
        if name == "uncertainty":
            return np.exp(-learned["values"]) / 2
        if name == "famo":
            ratios = self._shares(learned["values"]) / losses
            return ratios / np.maximum(ratios.sum(1, keepdims=True), TINY)
        if name == "rlw":
            return count * self._shares(normals(self._seeds, self._steps, self._settings.tasks))
        if name == "dwa":
            ratios = np.where(learned["older"] > 0, learned["newer"] / np.maximum(learned["older"], TINY), 1)
            return count * self._shares(ratios / constants["temperature"])
        if name == "stch":
            units = learned["sums"] / np.maximum(learned["counts"], 1)
            first = np.where(learned["counts"] < constants["window"], self._losses, units)
            return count * self._shares((np.log(losses) - np.log(first + _EPSILON)) / constants["mu"]) / losses
        mean = (np.log(losses) * self._present).sum(1, keepdims=True) / count
        return (np.exp(mean) / count if name == "gls" else 1) / losses

    def _smoothed(self, weights: Numbers) -> Numbers:
        """CR-MOGM, Zhou et al., NeurIPS 2022: weights that move from those of the steps before by 1 - momentum of the way."""
        momentum, learned = self._settings.constants["momentum"], self._learned
        if not momentum:
            return weights
        moved = np.where(learned["known"] > 0, momentum * learned["weights"] + (1 - momentum) * weights, weights)
        learned["weights"] = np.where(self._present > 0, moved, learned["weights"])
        learned["known"] = np.maximum(learned["known"], self._present)
        return learned["weights"]

    def _shares(self, logits: Numbers) -> Numbers:
        """The softmax of the logits of tasks that the batch has labels of."""
        powers = self._present * np.exp(logits - logits.max(1, keepdims=True))
        return powers / np.maximum(powers.sum(1, keepdims=True), TINY)

    def _fill_windows(self) -> None:
        """Adds the losses of tasks that the batch has labels of to their windows; dwa's begin again once they are full."""
        learned, size = self._learned, self._settings.constants["window"]
        adds = (self._present > 0) & (learned["counts"] < size)
        learned["sums"], learned["counts"] = learned["sums"] + adds * self._losses, learned["counts"] + adds
        if self._settings.method == "dwa":
            full = learned["counts"] >= size
            learned["older"] = np.where(full, learned["newer"], learned["older"])
            learned["newer"] = np.where(full, learned["sums"] / np.maximum(learned["counts"], 1), learned["newer"])
            learned["sums"], learned["counts"] = (np.where(full, 0, learned[name]) for name in ("sums", "counts"))

    def _learn_gradnorm(self, gram: Numbers) -> None:
        """Chen et al., ICML 2018, Algorithm 1."""
        learned, present = self._learned, self._present
        w = learned["values"]
        learned["first"] = np.where((present > 0) & (learned["first"] <= 0), self._losses, learned["first"])
        ratios = self._losses / np.maximum(learned["first"], TINY)
        lengths = np.sqrt(squared(gram))
        share = present / np.maximum(present.sum(1, keepdims=True), 1)  # of each task in a mean
        r = ratios / np.maximum((ratios * share).sum(1, keepdims=True), TINY)
        weighed = w * lengths
        targets = (weighed * share).sum(1, keepdims=True) * r ** self._settings.constants["alpha"]
        self._descend(np.sign(weighed - targets) * lengths, self._settings.constants["rate"])
        learned["values"] = self._of_sum(learned["values"], w)

    def _descend(self, slopes: Numbers, rate: float | None) -> None:
        """Takes what is learned a step down: by Adam at a rate of its own, or by the run's optimizer."""
        settings, learned, step = self._settings, self._learned, self._steps
        beta1, beta2, epsilon = (0.9, 0.999, 1e-8) if rate is not None else (settings.beta1, settings.beta2, settings.epsilon)
        values, m, v = learned["values"], learned["m"], learned["v"]
        if rate is None and settings.optimizer == "sgd":
            m = settings.momentum * m + slopes
            direction = slopes + settings.momentum * m if settings.nesterov else m
            after = {"values": values - settings.lr_at(step) * direction, "m": m}
        else:
            m, v = beta1 * m + (1 - beta1) * slopes, beta2 * v + (1 - beta2) * slopes**2
            down = m / (1 - beta1**step) / (np.sqrt(v / (1 - beta2**step)) + epsilon)
            after = {"values": values - (settings.lr_at(step) if rate is None else rate) * down, "m": m, "v": v}
        for name, value in after.items():
            learned[name] = np.where(self._present > 0, value, learned[name])


def _is_shared(reached: torch.Tensor) -> torch.Tensor:
    return reached.sum(0) > 1
