"""The same by torch-rechub's MMOE and its layers, with Adam for all, as its trainer does: prints rows per second."""

import time

import common
import torch
from common import EXPERTS, NUMBERS, SIZE, TASKS, TOWER, UNITS
from torch_rechub.basic.features import DenseFeature, SparseFeature
from torch_rechub.models.multi_task import MMOE

options = common.parse(steps=30)
rows = common.Rows(options)
dense = [DenseFeature(f"number{i}") for i in range(NUMBERS)]
sparse = [SparseFeature(f"category{i}", vocab_size=count, embed_dim=SIZE) for i, count in enumerate(rows.counts)]
model = MMOE(
    dense + sparse,
    ["classification"] * TASKS,
    n_expert=EXPERTS,
    expert_params={"dims": [UNITS]},
    tower_params_list=[{"dims": [TOWER]}] * TASKS,
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
columns = {f"number{i}": rows.numbers[:, i].contiguous() for i in range(NUMBERS)}
columns |= {f"category{i}": rows.places[:, i].contiguous() for i in range(len(rows.counts))}

WARM = 3
for step in range(WARM + options.steps):
    if step == WARM:
        started = time.perf_counter()
    ids = rows.ids(step)
    predicted = model({name: column[ids] for name, column in columns.items()})
    losses = torch.nn.functional.binary_cross_entropy(predicted, rows.labels[ids], reduction="none")
    optimizer.zero_grad()
    losses.mean(0).sum().backward()
    optimizer.step()
print(options.steps * options.batch / (time.perf_counter() - started))
