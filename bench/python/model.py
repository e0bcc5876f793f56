"""MMoE in PyTorch, as a user would write it: experts side by side in one layer."""

import torch
from torch import nn


class MMoE(nn.Module):
    """MMoE with the paper's sizes."""

    def __init__(self, inputs: int, tasks: int, experts: int = 8, units: int = 16, tower: int = 8):
        super().__init__()
        self.shape = (experts, units)
        self.experts = nn.Linear(inputs, experts * units)
        self.gates = nn.ModuleList(nn.Linear(inputs, experts, bias=False) for _ in range(tasks))
        self.towers = nn.ModuleList(
            nn.Sequential(nn.Linear(units, tower), nn.ReLU(), nn.Linear(tower, 1)) for _ in range(tasks)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs = torch.relu(self.experts(x)).unflatten(1, self.shape)  # [B, E, H]
        mixed = [(gate(x).softmax(-1).unsqueeze(-1) * outputs).sum(1) for gate in self.gates]  # each [B, H]
        return torch.cat([tower(h) for tower, h in zip(self.towers, mixed)], 1)  # [B, K]
