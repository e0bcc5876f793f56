"""The same by torch-rechub's MMOE and its layers, with Adam for all, as its trainer does: prints rows per second."""

import argparse
import time

import torch
from torch_rechub.basic.features import DenseFeature, SparseFeature
from torch_rechub.models.multi_task import MMOE

NUMBERS, SIZE, EXPERTS, UNITS, TOWER, TASKS = 20, 16, 8, 64, 8, 2
VALUES = [10, 20, 30, 50, 70, 100, 150, 200, 300, 400, 500, 600, 800, 1000] + 5 * [100_000] + [1_000_000]

options = argparse.ArgumentParser()
options.add_argument("--rows", type=int, default=1_000_000)
options.add_argument("--batch", type=int, default=512)
options.add_argument("--steps", type=int, default=30)
options.add_argument("--threads", type=int, default=2)
options = options.parse_args()
torch.set_num_threads(options.threads)

counts = [min(count, options.rows) for count in VALUES]
dense = [DenseFeature(f"number{i}") for i in range(NUMBERS)]
sparse = [SparseFeature(f"category{i}", vocab_size=count, embed_dim=SIZE) for i, count in enumerate(counts)]
model = MMOE(
    dense + sparse, ["classification"] * TASKS, n_expert=EXPERTS,
    expert_params={"dims": [UNITS]}, tower_params_list=[{"dims": [TOWER]}] * TASKS,
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
rows = {f"number{i}": torch.rand(options.rows) * 2 - 1 for i in range(NUMBERS)}
rows |= {f"category{i}": (torch.rand(options.rows) ** 4 * count).long() for i, count in enumerate(counts)}
labels = (torch.rand(options.rows, TASKS) < 0.3).float()

WARM = 3
order = torch.randperm(options.rows)
for step in range(WARM + options.steps):
    if step == WARM:
        started = time.perf_counter()
    ids = order[(torch.arange(options.batch) + step * options.batch) % options.rows]
    predicted = model({name: column[ids] for name, column in rows.items()})
    loss = torch.nn.functional.binary_cross_entropy(predicted, labels[ids], reduction="none").mean(0).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(options.steps * options.batch / (time.perf_counter() - started))
