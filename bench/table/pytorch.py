"""MMoE on rows of a recommender's table in PyTorch, compiled, with rows in memory as tensors: prints rows per second.

Vectors take their steps by SparseAdam, all else by Adam. Rows are random: what a step costs does not depend on them. Batches are
drawn by indices, as training draws them."""

import argparse
import time

import torch
from torch import nn

NUMBERS, SIZE, EXPERTS, UNITS, TOWER, TASKS = 20, 16, 8, 64, 8, 2
VALUES = [10, 20, 30, 50, 70, 100, 150, 200, 300, 400, 500, 600, 800, 1000] + 5 * [100_000] + [1_000_000]

options = argparse.ArgumentParser()
options.add_argument("--rows", type=int, default=1_000_000)
options.add_argument("--batch", type=int, default=512)
options.add_argument("--steps", type=int, default=300)
options.add_argument("--runs", type=int, default=1)
options.add_argument("--threads", type=int, default=2)
options = options.parse_args()
torch.set_num_threads(options.threads)


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


counts = [min(count, options.rows) for count in VALUES]
numbers = torch.rand(options.rows, NUMBERS) * 2 - 1
places = torch.stack([(torch.rand(options.rows) ** 4 * count).long() for count in counts], 1)
labels = (torch.rand(options.rows, TASKS) < 0.3).float()


class Run:
    def __init__(self):
        self.tables = nn.ModuleList(nn.Embedding(count, SIZE, sparse=True) for count in counts)
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.01)
        self.model = torch.compile(MMoE())
        self.optimizers = [
            torch.optim.SparseAdam(list(self.tables.parameters()), lr=0.001),
            torch.optim.Adam(self.model.parameters(), lr=0.001, fused=True),
        ]

    def step(self, ids):
        own = places[ids]
        vectors = [table(own[:, i]) for i, table in enumerate(self.tables)]
        logits = self.model(torch.cat([numbers[ids], *vectors], 1))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, labels[ids], reduction="none").mean(0).sum()
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()


runs = [Run() for _ in range(options.runs)]
WARM = 20
order = torch.randperm(options.rows)
for step in range(WARM + options.steps):
    if step == WARM:
        started = time.perf_counter()
    ids = order[(torch.arange(options.batch) + step * options.batch) % options.rows]
    for run in runs:
        run.step(ids)
seconds = time.perf_counter() - started
print(options.steps * options.batch * options.runs / seconds)
