"""Steps by methods that keep the tasks' gradients, beside the formulas of docs/methods.md in float64."""

import copy
import json
import sys

import numpy as np
import torch

import mmoe

K, B, D, STEPS, LR = 3, 6, 4, 25, 0.05
WEIGHTS = (1.0, 2.0, 0.5)
CONSTANTS = {"excess": {"rate": 0.3}, "db-mtl": {"decay": 0.8, "sigma": 0.5}}


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bottom = torch.nn.Linear(D, 5)
        self.heads = torch.nn.ModuleList(torch.nn.Linear(5, 1) for _ in range(K))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        units = self.bottom(x).tanh()
        return torch.cat([head(units) for head in self.heads], 1)


def batch(random: np.random.Generator, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of which some lack the label of task 1, and all do in the first batch and a later one."""
    x, y = (random.normal(size=(B, n)).astype(np.float32) for n in (D, K))
    y[:, 2] *= 3
    y[: B if step in (1, 9) else step % 3, 1] = np.nan
    return x, y


class Formulas:
    """What each task's loss moves the parameters by."""

    def __init__(self, method: str, net: Net) -> None:
        self.method, self.net, self.constants = method, net, CONSTANTS[method]
        size = sum(each.numel() for each in net.bottom.parameters())
        self.kept = [torch.zeros(size, dtype=torch.float64) for _ in range(K)]
        self.batches, self.first, self.w = [0] * K, [None] * K, [1.0] * K

    def step(self, x: torch.Tensor, y: torch.Tensor) -> None:
        there = [k for k in range(K) if not y[:, k].isnan().all()]
        errors = self.net(x) - y
        losses = {k: (errors[~y[:, k].isnan(), k] ** 2).mean() for k in there}
        shared, own = self.excess(losses) if self.method == "excess" else self.db_mtl(losses)
        with torch.no_grad():
            torch.nn.utils.vector_to_parameters(
                torch.nn.utils.parameters_to_vector(self.net.bottom.parameters()) - LR * shared, self.net.bottom.parameters()
            )
            for k, gradients in own.items():
                for parameter, gradient in zip(self.net.heads[k].parameters(), gradients):
                    parameter -= LR * gradient

    def gradients(self, k: int, loss: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        bottom, head = list(self.net.bottom.parameters()), list(self.net.heads[k].parameters())
        found = torch.autograd.grad(WEIGHTS[k] * loss, bottom + head, retain_graph=True)
        return torch.cat([each.flatten() for each in found[: len(bottom)]]), list(found[len(bottom) :])

    def excess(self, losses):
        found = {k: self.gradients(k, loss) for k, loss in losses.items()}
        absent = sum(self.w[k] for k in range(K) if k not in losses)
        for k, (g, _) in found.items():
            self.kept[k] += g * g
            risk = float((g * g / (self.kept[k] + 1e-7).sqrt()).sum())
            self.first[k] = self.first[k] or risk
            self.w[k] *= np.exp(self.constants["rate"] * risk / self.first[k])
        scale = (K - absent) / sum(self.w[k] for k in losses)
        for k in losses:
            self.w[k] *= scale
        return sum(self.w[k] * g for k, (g, _) in found.items()), {k: [self.w[k] * each for each in own] for k, (_, own) in found.items()}

    def db_mtl(self, losses):
        found = {k: self.gradients(k, (loss + 1e-8).log()) for k, loss in losses.items()}
        for k, (g, _) in found.items():
            self.batches[k] += 1
            share = self.constants["decay"] / self.batches[k] ** self.constants["sigma"]
            self.kept[k] = g + share * (self.kept[k] - g)
        longest = max(self.kept[k].norm() for k in losses)
        return sum(longest / self.kept[k].norm() * self.kept[k] for k in losses), {k: own for k, (_, own) in found.items()}


def apart(method: str) -> float:
    """How far apart the parameters are after some steps, the most."""
    torch.manual_seed(0)
    net, random = Net(), np.random.default_rng(2)
    kinds = [mmoe.Task(weight=weight, gaps=True) for weight in WEIGHTS]
    settings = mmoe.Settings(1, D, K, B, STEPS, optimizer="sgd", lr=LR, method=method, constants=CONSTANTS[method], kinds=kinds)
    formulas, trainer = Formulas(method, copy.deepcopy(net).double()), mmoe.TorchTrainer(net, settings)
    for step in range(1, STEPS + 1):
        x, y = batch(random, step)
        trainer.step(x, y)
        formulas.step(*(torch.from_numpy(each).double() for each in (x, y)))
    pairs = zip(net.parameters(), formulas.net.parameters())
    return max((one - other).abs().max().item() for one, other in pairs)


print(json.dumps([apart(method) for method in sys.argv[1:]]))
