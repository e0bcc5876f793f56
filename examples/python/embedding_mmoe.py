"""MMoE in PyTorch that brings its own vectors for the categories of a table."""

from __future__ import annotations

import mmoe
import torch
from torch import nn


class EmbeddingMMoE(nn.Module):
    """MMoE on the numbers of a row and a vector for each of its categories."""

    def __init__(
        self,
        inputs: int,
        tasks: int,
        outputs: tuple[int, ...],
        categories: dict[int, int],  # how many values a category has, by its place among the inputs
        settings: mmoe.Settings,
        size: int = 16,
        experts: int = 8,
        width: int = 64,
    ):
        super().__init__()
        self.places = list(categories)
        self.numbers = inputs - len(categories)  # they come first
        is_lazy = settings.embedding_steps == "lazy"  # the default of a large table: a step moves the vectors of its rows alone
        self.vectors = nn.ModuleList(nn.Embedding(values, size, sparse=is_lazy) for values in categories.values())
        read = self.numbers + size * len(categories)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(read, width), nn.ReLU()) for _ in range(experts))
        self.gates = nn.ModuleList(nn.Linear(read, experts) for _ in range(tasks))
        self.towers = nn.ModuleList(nn.Linear(width, of_task) for of_task in outputs)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        vectors = [of_column(x[:, place].long()) for place, of_column in zip(self.places, self.vectors)]
        row = torch.cat([x[:, : self.numbers], *vectors], 1)
        experts = torch.stack([expert(row) for expert in self.experts], 1)  # [B, E, width]
        mixed = [(gate(row).softmax(1).unsqueeze(1) @ experts).squeeze(1) for gate in self.gates]
        return [tower(each) for tower, each in zip(self.towers, mixed)]
