"""The losses of 100 steps in float64 by PyTorch: SparseAdam for tables of embeddings, Adam for all other parameters.

Reads the file that it is given: parameters in mmoe's order, the rows of each step, and settings by name. Prints losses by name.
"""

import json
import pathlib
import sys

import torch
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
given = json.loads(pathlib.Path(sys.argv[1]).read_text())
UNITS, TASKS, NUMBERS = 7, 2, 2


class Bottom(torch.nn.Module):
    """Two numbers and of each table the mean of the vectors that a row numbers, -1 for none -> ReLU of 7 units -> 2 tasks."""

    def __init__(self):
        super().__init__()
        self.tables = torch.nn.ModuleList(
            torch.nn.EmbeddingBag(rows, size, mode="mean", sparse=True) for rows, size, _ in given["tables"]
        )
        self.hidden = torch.nn.Linear(NUMBERS + sum(size for _, size, _ in given["tables"]), UNITS)
        self.outputs = torch.nn.ModuleList(torch.nn.Linear(UNITS, 1) for _ in range(TASKS))
        values = iter(given["initial"])
        with torch.no_grad():
            for table in self.tables:
                fill(table.weight, values)
            for layer in [self.hidden, *self.outputs]:
                fill(layer.weight.T, values)
                fill(layer.bias, values)

    def forward(self, x):
        numbers = x[:, NUMBERS:].long().split([slots for _, _, slots in given["tables"]], 1)
        vectors = [table(*bags(own)) for table, own in zip(self.tables, numbers)]
        hidden = torch.relu(self.hidden(torch.cat([x[:, :NUMBERS], *vectors], 1)))
        return torch.cat([output(hidden) for output in self.outputs], 1)


def bags(numbers):
    """The numbers of all rows one after the other, and where each row's begin."""
    counts = (numbers >= 0).sum(1)
    return numbers[numbers >= 0], counts.cumsum(0) - counts


def fill(tensor, values):
    tensor.copy_(torch.tensor([next(values) for _ in range(tensor.numel())]).reshape(tensor.shape))


def scheduler_of(optimizer, schedule):
    if schedule["name"] == "constant":
        return lr_scheduler.ConstantLR(optimizer, factor=1)
    warmup = schedule["warmup"]
    rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    fall = lr_scheduler.CosineAnnealingLR(optimizer, schedule["steps"] - warmup)
    return lr_scheduler.SequentialLR(optimizer, [rise, fall], [warmup])


def losses_of(case):
    model = Bottom()
    adam = {"lr": case["lr"], "betas": (case["beta1"], case["beta2"]), "eps": case["epsilon"]}
    tables = list(model.tables.parameters())
    others = [*model.hidden.parameters(), *model.outputs.parameters()]
    optimizers = [torch.optim.SparseAdam(tables, **adam), torch.optim.Adam(others, **adam)]
    schedulers = [scheduler_of(optimizer, case["schedule"]) for optimizer in optimizers]
    told = []
    for x, y in given["steps"]:
        losses = (model(torch.tensor(x)) - torch.tensor(y)).square().mean(0)
        model.zero_grad()
        losses.sum().backward()
        for each in [*optimizers, *schedulers]:
            each.step()
        with torch.no_grad():
            for table in tables:
                table[-1] = 0  # the vector of unknown values
        told.append(losses.tolist())
    return told


json.dump({name: losses_of(case) for name, case in given["cases"].items()}, sys.stdout)
