"""PLE in PyTorch (Tang et al., RecSys 2020), and its place among mmoe's models where it matters whether tasks share:

    mmoe regimes --model examples/python/my_ple.py --only few-rows
    mmoe regimes --model examples/python/my_ple.py
    mmoe regimes --model examples/python/my_ple.py:PLE:own=1,levels=3
"""

import torch
from torch import nn


class Maps(nn.Module):
    """Linear maps side by side, each of an input of its own: x [n, B, D] → [n, B, H]."""

    def __init__(self, n: int, inputs: int, units: int, bias: bool = True):
        super().__init__()
        bound = (6 / (inputs + units)) ** 0.5  # Glorot's, as mmoe's models begin
        self.weight = nn.Parameter(torch.empty(n, inputs, units).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(n, 1, units)) if bias else 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight + self.bias


class Level(nn.Module):
    """One level of extraction: x [K + 1, B, D], what each task sees and what all share, → [K + 1, B, H]; the last level [K, B, H]."""

    def __init__(self, inputs: int, K: int, own: int, shared: int, units: int, is_last: bool):
        super().__init__()
        self.K, self.own, self.shared, self.is_last = K, own, shared, is_last
        self.experts = Maps(K * own + shared, inputs, units)
        self.gates = Maps(K, inputs, own + shared, bias=False)
        if not is_last:
            self.shared_gate = Maps(1, inputs, K * own + shared, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        of_tasks, of_all = x[: self.K], x[self.K :]
        reads = torch.cat([of_tasks.repeat_interleave(self.own, 0), of_all.expand(self.shared, -1, -1)])
        experts = self.experts(reads).relu()  # [E, B, H]
        own, shared = experts.split([self.K * self.own, self.shared])
        seen = torch.cat([own.unflatten(0, (self.K, self.own)), shared.expand(self.K, -1, -1, -1)], 1)
        mixes = mixed(self.gates(of_tasks), seen)  # [K, B, H]
        return mixes if self.is_last else torch.cat([mixes, mixed(self.shared_gate(of_all), experts.unsqueeze(0))])


def mixed(logits: torch.Tensor, experts: torch.Tensor) -> torch.Tensor:
    """Experts, weighed by the softmax of gates: logits [n, B, E] and experts [n, E, B, H] → [n, B, H]."""
    weights = logits.softmax(-1).transpose(1, 2).unsqueeze(-1)
    return (weights * experts).sum(1)


class PLE(nn.Module):
    """Progressive layered extraction: levels of experts, some shared and some of each task's own, and a tower per task."""

    def __init__(self, inputs: int, tasks: int, levels: int = 2, own: int = 2, shared: int = 4, units: int = 16, tower: int = 8):
        super().__init__()
        self.tasks = tasks
        sizes = [inputs, *[units] * (levels - 1)]
        self.levels = nn.Sequential(*[Level(size, tasks, own, shared, units, i == levels - 1) for i, size in enumerate(sizes)])
        self.towers = nn.Sequential(Maps(tasks, units, tower), nn.ReLU(), Maps(tasks, tower, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mixes = self.levels(x.expand(self.tasks + 1, -1, -1))
        return self.towers(mixes).squeeze(-1).T  # [B, K]
