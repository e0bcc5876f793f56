"""The paper's MMoE and Shared-Bottom in PyTorch, of the sizes of its section 5.1.

    mmoe sweep --corr 0.5 --runs 4 --models mmoe --model examples/python/paper.py:MMoE --model examples/python/paper.py:SharedBottom

With the values of mmoe.initial_values they train as mmoe's own models do, up to float32's rounding.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn


def linear(inputs: int, units: int, bias: bool = True) -> nn.Linear:
    """A layer that begins as mmoe's: Glorot's uniform kernels, biases of 0."""
    layer = nn.Linear(inputs, units, bias)
    nn.init.xavier_uniform_(layer.weight)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def towers(inputs: int, units: int, outputs: Sequence[int]) -> nn.ModuleList:
    return nn.ModuleList(nn.Sequential(linear(inputs, units), nn.ReLU(), linear(units, each)) for each in outputs)


class MMoE(nn.Module):
    """Experts that all tasks share, mixed by one softmax gate per task.

    ``outputs`` [K] is what mmoe says of the tasks: of a categorical one its number of classes.
    """

    def __init__(
        self,
        inputs: int,
        tasks: int,
        outputs: Sequence[int] | None = None,
        experts: int = 8,
        units: int = 16,
        tower: int = 8,
    ):
        super().__init__()
        self.experts = nn.ModuleList(linear(inputs, units) for _ in range(experts))
        self.gates = nn.ModuleList(linear(inputs, experts, bias=False) for _ in range(tasks))
        self.towers = towers(units, tower, outputs or [1] * tasks)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs = torch.stack([expert(x) for expert in self.experts], 1).relu()  # [B, E, H]
        weights = [gate(x).softmax(-1).unsqueeze(1) for gate in self.gates]  # each [B, 1, E]
        mixes = [(weight @ outputs).squeeze(1) for weight in weights]  # each [B, H]
        return torch.cat([tower(mix) for tower, mix in zip(self.towers, mixes)], 1)  # [B, O]


class SharedBottom(nn.Module):
    """One layer that all tasks share."""

    def __init__(
        self, inputs: int, tasks: int, outputs: Sequence[int] | None = None, units: int = 113, tower: int = 8
    ):
        super().__init__()
        self.experts = nn.ModuleList([linear(inputs, units)])
        self.towers = towers(units, tower, outputs or [1] * tasks)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bottom = self.experts[0](x).relu()  # [B, H]
        return torch.cat([tower(bottom) for tower in self.towers], 1)  # [B, O]


@torch.no_grad()
def begin_at(model: nn.Module, values: dict[str, np.ndarray]) -> None:
    """Sets the parameters to values of mmoe.initial_values, such as ``experts/3/0/kernel`` [in, out]."""
    for name, value in values.items():
        part, number, layer, kind = name.split("/")
        network = model.get_submodule(f"{part}.{number}")
        if part == "towers":
            network = network[-1 if layer == "output" else 2 * int(layer)]
        (network.weight if kind == "kernel" else network.bias).copy_(torch.from_numpy(value.T.copy()))
