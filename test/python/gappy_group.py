"""Trains modules on labels of each kind, of which some are missing.

``apart`` prints how far apart the losses and predictions are of runs in one call and alone, the most; ``changed`` prints the
parameters of a network per task that are others if labels of task 1 are missing.
"""

import json
import sys

import numpy as np
import torch
from torch import nn

import mmoe
from mmoe.torch_group import TorchGroup

B, D, STEPS, R = 5, 4, 12, 3
KINDS = (
    mmoe.Task("binary", unit=1.5, gaps=True),
    mmoe.Task("categorical", weight=2, outputs=3, gaps=True),
    mmoe.Task(gaps=True),
)
SETTINGS = mmoe.Settings(seed=1, inputs=D, tasks=3, batch=B, steps=STEPS, lr=0.05, kinds=KINDS, huber_delta=0.5)


class PerTask(nn.ModuleList):
    def __init__(self, seed):
        torch.manual_seed(seed)
        super().__init__(nn.Linear(D, outputs) for outputs in SETTINGS.outputs)

    def forward(self, x):
        return torch.cat([layer(x) for layer in self], 1)


def batches(seed, lacks):
    """Of some steps, x [B, D] and y [B, K], of which ``lacks(row, task)`` says what is missing."""
    random = np.random.default_rng(seed)
    for step in range(STEPS):
        x = random.normal(size=(B, D)).astype(np.float32)
        y = np.stack([x[:, 0] > 0, random.integers(0, 3, B), x[:, 1]], 1).astype(np.float32)
        missing = [[lacks(B * step + row, task) for task in range(3)] for row in range(B)]
        yield x, np.where(missing, np.float32(np.nan), y)


def trained(seed, lacks):
    trainer = mmoe.TorchTrainer(PerTask(seed), SETTINGS)
    losses = torch.stack([trainer.step(x, y) for x, y in batches(seed, lacks)])
    return losses, trainer


def apart():
    lacks = lambda row, task: (row + task) % 3 > 0 or (task == 1 and row < 2 * B)  # two batches have no label of task 1
    group = TorchGroup([PerTask(seed) for seed in range(R)], SETTINGS)
    together = [group.step(*map(np.stack, zip(*of_step))) for of_step in zip(*(batches(r, lacks) for r in range(R)))]
    alone = [trained(r, lacks) for r in range(R)]
    losses = torch.stack(together, 1) - torch.stack([of_one for of_one, _ in alone])
    x = np.random.default_rng(9).normal(size=(7, D)).astype(np.float32)
    predictions = group.predict(np.stack([x] * R)) - torch.stack([trainer.predict(x) for _, trainer in alone])
    assert all(of_one[:2, 1].tolist() == [0, 0] and of_one[2:, 1].min() > 0 for of_one, _ in alone)
    return max(losses.abs().max().item(), predictions.abs().max().item())


def changed():
    whole, some = [dict(trained(0, lacks)[1].module.named_parameters()) for lacks in (lambda *_: False, lambda row, task: task == 1 and row % 3 > 0)]
    return json.dumps(sorted(name for name, values in whole.items() if not torch.equal(values, some[name])))


print(apart() if sys.argv[1] == "apart" else changed())
