"""Combines the gradients of a PyTorch module's tasks by the methods of docs/methods.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .settings import Settings

Numbers = NDArray[np.float64]

#: The smallest squared norm that anything is divided by.
_TINY = 1e-30
#: Adam's rate of what GradNorm and FAMO learn.
_RATE = 0.025
#: Methods that weigh the losses, with one backward pass; others combine the gradients of the tasks.
_WEIGHS_LOSSES = ("uncertainty", "famo")
#: FAMO's decay of the logits, and what is added to losses.
_FAMO_DECAY, _FAMO_EPSILON = 0.001, 1e-8


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
        start = np.ones if settings.method == "gradnorm" else np.zeros
        shape = (len(self._seeds), settings.tasks)
        #: What it keeps from step to step, each [R, K]: what it learns, Adam's moments of that, and GradNorm's first losses.
        self._learned = {"values": start(shape), "m": np.zeros(shape), "v": np.zeros(shape), "first": np.zeros(shape)}
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
            weights = torch.as_tensor(self._loss_weights(), dtype=losses.dtype, device=losses.device)
            (losses * weights.reshape(losses.shape)).sum().backward()
            if self._settings.method == "uncertainty":
                self._descend(0.5 - np.exp(-self._learned["values"]) * self._losses / 2, None)
            return
        gradients = [self._gradients(k, losses[..., k]) for k in range(self._settings.tasks)]
        gram = np.zeros((*self._losses.shape, self._settings.tasks))
        of_each = list(zip(self._parameters, self._reached, zip(*gradients)))
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
        falls = np.log(self._losses + _FAMO_EPSILON) - np.log(self._numbers(losses) + _FAMO_EPSILON)
        z = self._shares()
        slopes = z * (falls - (z * falls).sum(1, keepdims=True)) + _FAMO_DECAY * self._learned["values"]
        self._descend(slopes, _RATE)

    def state_dict(self) -> dict[str, Any]:
        return {"learned": dict(self._learned), "reached": self._reached, "steps": self._steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._learned, self._reached, self._steps = dict(state["learned"]), state["reached"], state["steps"]

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
        ones = [1] * (parameter.dim() - 1 if self._is_group else parameter.dim())
        total = torch.zeros_like(parameter)
        for of_task, gradient in zip(weights.T, gradients):
            if gradient is not None:
                factors = torch.as_tensor(of_task, dtype=total.dtype, device=total.device)
                total += gradient * factors.reshape([-1] * self._is_group + ones)
        return total

    def _weights(self, gram: Numbers) -> tuple[Numbers, Numbers]:
        """Weights of the tasks' gradients, [R, K]: of shared numbers and of others."""
        ones = np.ones_like(self._losses)
        name = self._settings.method
        if name == "gradnorm":
            before = self._learned["values"]
            self._learn_gradnorm(gram)
            return before, before
        if name == "pcgrad":
            return _pcgrad(gram, [_orders(seed, self._steps, self._settings.tasks) for seed in self._seeds]), ones
        return {"mgda": _mgda, "cagrad": _cagrad, "nash-mtl": _nash, "aligned-mtl": _aligned}[name](gram, self._present), ones

    def _loss_weights(self) -> Numbers:
        """Of all parameters, [R, K]."""
        if self._settings.method == "uncertainty":
            return np.exp(-self._learned["values"]) / 2
        ratios = self._shares() / (self._losses + _FAMO_EPSILON)
        return ratios / np.maximum(ratios.sum(1, keepdims=True), _TINY)

    def _shares(self) -> Numbers:
        """FAMO's softmax of the logits of tasks that the batch has labels of."""
        logits = self._learned["values"]
        powers = self._present * np.exp(logits - logits.max(1, keepdims=True))
        return powers / np.maximum(powers.sum(1, keepdims=True), _TINY)

    def _learn_gradnorm(self, gram: Numbers) -> None:
        """Chen et al., ICML 2018, Algorithm 1, with alpha = 1.5."""
        learned, present = self._learned, self._present
        w = learned["values"]
        learned["first"] = np.where((present > 0) & (learned["first"] <= 0), self._losses, learned["first"])
        ratios = self._losses / np.maximum(learned["first"], _TINY)
        lengths = np.sqrt(_squared(gram))
        share = present / np.maximum(present.sum(1, keepdims=True), 1)  # of each task in a mean
        r = ratios / np.maximum((ratios * share).sum(1, keepdims=True), _TINY)
        weighed = w * lengths
        targets = (weighed * share).sum(1, keepdims=True) * r**1.5
        self._descend(np.sign(weighed - targets) * lengths, _RATE)
        positive = np.maximum(learned["values"], 0) * present
        room = w.shape[1] - (w * (1 - present)).sum(1, keepdims=True)
        scaled = positive * room / np.maximum(positive.sum(1, keepdims=True), _TINY)
        learned["values"] = np.where(present > 0, scaled, w)

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


def _squared(gram: Numbers) -> Numbers:
    """Squared norms of the gradients [R, K], none below _TINY."""
    return np.maximum(np.diagonal(gram, axis1=1, axis2=2), _TINY)


def _scaled(gram: Numbers, present: Numbers | None = None) -> Numbers:
    """The inner products in units of the largest square; tasks that are not present get a length of 1, orthogonal to all."""
    scaled = gram / _squared(gram).max(1)[:, None, None]
    return scaled if present is None else scaled + _diagonal(1 - present)


def _diagonal(values: Numbers) -> Numbers:
    return values[:, :, None] * np.eye(values.shape[1])


def _times(M: Numbers, v: Numbers) -> Numbers:
    return np.einsum("rij,rj->ri", M, v)


def _length(M: Numbers, w: Numbers) -> Numbers:
    """sqrt(w' M w), [R, 1]."""
    return np.sqrt(np.maximum((w * _times(M, w)).sum(1, keepdims=True), _TINY))


def _orders(seed: int, step: int, K: int) -> list[list[int]]:
    """The other tasks of each task, in the order in which PCGrad takes them: a function of the seed and the step."""
    drawn = np.random.default_rng([seed, step]).permuted(np.tile(np.arange(K), (K, 1)), axis=1)
    return [[int(j) for j in of_task if j != i] for i, of_task in enumerate(drawn)]


def _pcgrad(gram: Numbers, orders: Sequence[list[list[int]]]) -> Numbers:
    """Yu et al., NeurIPS 2020, Algorithm 1."""
    K = gram.shape[1]
    squared = _squared(gram)
    total = np.zeros(gram.shape[:2])
    for r, order in enumerate(orders):
        for i, others in enumerate(order):
            w = np.eye(K)[i]
            for j in others:
                w[j] -= min(w @ gram[r, j], 0) / squared[r, j]
            total[r] += w
    return total


#: Gradients no further apart than this, in units of the longest, get a half each.
_ROUNDING = 1e-7


def _mgda(gram: Numbers, present: Numbers) -> Numbers:
    """Sener and Koltun, NeurIPS 2018, eq. 3."""
    M = _scaled(gram, present)
    if M.shape[1] == 2:
        a, b, c = M[:, 0, 0], M[:, 0, 1], M[:, 1, 1]
        w = _shares_of_two((c - b + _ROUNDING / 2) / (np.maximum(a + c - 2 * b, 0) + _ROUNDING))
    else:
        w = _simplex_minimum(M, None, 0.0)
    w = w * present
    return w / np.maximum(w.sum(1, keepdims=True), _TINY)


#: How far from the mean gradient CAGrad goes, in its lengths; what a task that is not present adds to the minimum.
_CAGRAD_C, _HIGH = 0.5, 4
#: Slopes beyond this, in units of kappa |g_1 - g_2|, have no minimum but at an end.
_STEEPEST = 1 - 1e-6


def _cagrad(gram: Numbers, present: Numbers) -> Numbers:
    """Liu et al., NeurIPS 2021, Algorithm 1."""
    M = _scaled(gram, present)
    mean = present / np.maximum(present.sum(1, keepdims=True), 1)
    kappa = _CAGRAD_C * _length(M, mean)
    p = _times(M, mean) + _HIGH * (1 - present)
    if M.shape[1] > 2:
        w = _simplex_minimum(M, p, kappa)
    else:
        a, b, c = M[:, 0, 0], M[:, 0, 1], M[:, 1, 1]
        squared = np.maximum(a + c - 2 * b, _TINY)
        sine = np.clip((p[:, 1] - p[:, 0]) / (kappa[:, 0] * np.sqrt(squared)), -_STEEPEST, _STEEPEST)
        apart = np.sqrt(np.maximum(c * squared - (b - c) ** 2, 0))
        w = _shares_of_two((apart * sine / np.sqrt(1 - sine**2) + (c - b)) / squared)
    return mean + kappa / _length(M, w) * w


def _shares_of_two(first: Numbers) -> Numbers:
    share = np.clip(first, 0, 1)
    return np.stack([share, 1 - share], 1)


def _simplex_minimum(M: Numbers, p: Numbers | None, kappa: Numbers | float) -> Numbers:
    """The weights [R, K], none negative, of sum 1, at which w' M w / 2, or p · w + kappa sqrt(w' M w), is least.

    By Newton's method within the barrier - height * sum log w, which falls.
    """
    w = np.full(M.shape[:2], 1 / M.shape[1])
    height = 0.1
    for _ in range(16):
        slopes, hessian = _times(M, w), M
        if p is not None:
            length = _length(M, w)
            unit = slopes / length
            hessian = (kappa / length)[:, :, None] * (M - unit[:, :, None] * unit[:, None, :])
            slopes = p + kappa * unit
        steep = hessian + _diagonal(height / w**2 + 4e-6)  # keeps equal gradients from a singular matrix
        down, level = np.moveaxis(np.linalg.solve(steep, np.stack([slopes - height / w, np.ones_like(w)], 2)), 2, 0)
        direction = down.sum(1, keepdims=True) / level.sum(1, keepdims=True) * level - down  # keeps the sum
        shrinks = np.maximum((-direction / w).max(1, keepdims=True), 0.99)  # 1: a weight would become 0
        w = w + 0.99 / shrinks * direction
        height *= 0.3
    return w / w.sum(1, keepdims=True)


#: 1 + cos of two gradients is taken to be no less: opposite ones have no solution.
_LEAST_SUM = 1e-6


def _nash(gram: Numbers, _: Numbers) -> Numbers:
    """Navon et al., ICML 2022, eq. 3: a > 0 with G a = 1/a. With a_k = b_k / |g_k|, C b = 1/b, C the cosines."""
    lengths = np.sqrt(_squared(gram))
    C = gram / (lengths[:, :, None] * lengths[:, None, :])
    C[:, range(C.shape[1]), range(C.shape[1])] = 1
    b = np.ones_like(lengths)
    if C.shape[1] == 2:
        return 1 / np.sqrt(np.maximum(C.sum(2), _LEAST_SUM)) / lengths
    for _step in range(14):
        slopes = _times(C, b) - 1 / b
        step = np.linalg.solve(C + _diagonal(1 / b**2), slopes[:, :, None])[:, :, 0]
        b = b - step / (1 + np.sqrt(np.maximum((slopes * step).sum(1, keepdims=True), 0)))
    return b / lengths


def _aligned(gram: Numbers, _: Numbers) -> Numbers:
    """Senushkin et al., CVPR 2023, Algorithm 1: sqrt(least) V S^-1 V' (1, .., 1), without components that are rounding."""
    values, vectors = np.linalg.eigh(_scaled(gram))
    limit = np.maximum(values.max(1, keepdims=True) * values.shape[1] * 2.0**-23, _TINY)
    kept = values > limit
    least = np.where(kept, values, np.inf).min(1, keepdims=True)
    factors = np.where(kept, np.sqrt(np.where(kept, least / np.maximum(values, limit), 0)), 0)
    return _times(vectors, vectors.sum(1) * factors)

