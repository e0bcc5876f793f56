"""MMoE on rows of a recommender's table in PyTorch, compiled, with rows in memory as tensors: prints rows per second.

Vectors take their steps by SparseAdam, all else by Adam."""

import time

import common
import torch
from common import EXPERTS, NUMBERS, SIZE, TASKS, TOWER, UNITS, VALUES
from torch import nn

options = common.parse(steps=300)
rows = common.Rows(options)


class MMoE(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = NUMBERS + SIZE * len(VALUES)
        self.experts = nn.Linear(inputs, EXPERTS * UNITS)
        self.gates = nn.ModuleList(nn.Linear(inputs, EXPERTS, bias=False) for _ in range(TASKS))
        self.towers = nn.ModuleList(
            nn.Sequential(nn.Linear(UNITS, TOWER), nn.ReLU(), nn.Linear(TOWER, 1)) for _ in range(TASKS)
        )

    def forward(self, x):
        experts = torch.relu(self.experts(x)).unflatten(1, (EXPERTS, UNITS))  # [B, E, H]
        mixed = [(gate(x).softmax(-1).unsqueeze(-1) * experts).sum(1) for gate in self.gates]
        return torch.cat([tower(h) for tower, h in zip(self.towers, mixed)], 1)


class Run:
    def __init__(self):
        self.table = nn.Embedding(sum(rows.counts), SIZE, sparse=True)  # of all columns: a third faster than one each
        nn.init.normal_(self.table.weight, std=0.01)
        self.first = torch.tensor([0, *rows.counts[:-1]]).cumsum(0)
        self.model = torch.compile(MMoE())
        self.optimizers = [
            torch.optim.SparseAdam(list(self.table.parameters()), lr=0.001),
            torch.optim.Adam(self.model.parameters(), lr=0.001, fused=True),
        ]

    def step(self, ids):
        places = rows.places[ids]
        vectors = self.table(places + self.first).flatten(1)
        logits = self.model(torch.cat([rows.numbers[ids], vectors], 1))
        losses = nn.functional.binary_cross_entropy_with_logits(logits, rows.labels[ids], reduction="none")
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        losses.mean(0).sum().backward()
        for optimizer in self.optimizers:
            optimizer.step()


runs = [Run() for _ in range(options.runs)]
WARM = 20
for step in range(WARM + options.steps):
    if step == WARM:
        started = time.perf_counter()
    for run in runs:
        run.step(rows.ids(step))
print(options.steps * options.batch * options.runs / (time.perf_counter() - started))
