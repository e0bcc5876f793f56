"""Trains modules on labels of each kind, of which some are missing.

``apart`` prints how far apart the losses and predictions are of runs in one call and alone, the most, by each method that
is named; ``resumed`` whether a run that is stopped has the losses of one that is not, by each; ``changed`` prints the
parameters of a network per task that are others if labels of task 1 are missing.
"""

import copy
import json
import sys
from dataclasses import replace

import numpy as np
import torch
from torch import nn

import mmoe
from mmoe.torch_group import TorchGroup

B, D, STEPS, R = 5, 4, 8, 2
KINDS = (
    mmoe.Task("binary", unit=1.5, gaps=True),
    mmoe.Task("categorical", weight=2, outputs=3, gaps=True),
    mmoe.Task(gaps=True),
)
#: Constants of a method, other than its own: some weights with a momentum, and windows that end within the steps.
OTHERS = {
    **{"dwa": {"window": 2}, "stch": {"window": 3}},
    **{"gradnorm": {"momentum": 0.5}, "famo": {"momentum": 0.3}, "upgrad": {"momentum": 0.4}},
}
SETTINGS = mmoe.Settings(seed=1, inputs=D, tasks=3, batch=B, steps=STEPS, lr=0.05, kinds=KINDS, huber_delta=0.5)


class Shared(nn.Module):
    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.bottom = nn.Linear(D, 6)
        self.last = nn.Linear(6, sum(SETTINGS.outputs))

    def forward(self, x):
        return self.last(self.bottom(x).tanh())


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


def trained(seed, lacks, made=PerTask, settings=SETTINGS):
    trainer = mmoe.TorchTrainer(made(seed), settings)
    losses = torch.stack([trainer.step(x, y) for x, y in batches(seed, lacks)])
    return losses, trainer


def apart(method, made):
    settings = replace(SETTINGS, method=method, constants=OTHERS.get(method, {}))
    lacks = lambda row, task: (row + task) % 3 > 0 or (task == 1 and row < 2 * B)  # two batches have no label of task 1
    group = TorchGroup([made(seed) for seed in range(R)], settings, [seed + 5 for seed in range(R)])
    together = [group.step(*map(np.stack, zip(*of_step))) for of_step in zip(*(batches(r, lacks) for r in range(R)))]
    alone = [trained(r, lacks, made, replace(settings, seed=r + 5)) for r in range(R)]
    losses = torch.stack(together, 1) - torch.stack([of_one for of_one, _ in alone])
    x = np.random.default_rng(9).normal(size=(7, D)).astype(np.float32)
    predictions = group.predict(np.stack([x] * R)) - torch.stack([trainer.predict(x) for _, trainer in alone])
    assert all(of_one[:2, 1].tolist() == [0, 0] and of_one[2:, 1].min() > 0 for of_one, _ in alone)
    return max(losses.abs().max().item(), predictions.abs().max().item())


def changed():
    whole, some = [dict(trained(0, lacks)[1].module.named_parameters()) for lacks in (lambda *_: False, lambda row, task: task == 1 and row % 3 > 0)]
    return json.dumps(sorted(name for name, values in whole.items() if not torch.equal(values, some[name])))


def resumed(method):
    settings = replace(SETTINGS, method=method, constants=OTHERS.get(method, {}))
    lacks = lambda row, task: (row + task) % 3 > 0 or (task == 1 and row < 2 * B)
    whole, _ = trained(0, lacks, Shared, settings)
    rows = list(batches(0, lacks))
    first = mmoe.TorchTrainer(Shared(0), settings)
    losses = [first.step(*batch) for batch in rows[:5]]
    second = mmoe.TorchTrainer(Shared(1), settings)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    first.step(*rows[0])  # which may change nothing of the second
    losses += [second.step(*batch) for batch in rows[5:]]
    return torch.equal(whole, torch.stack(losses))


what, *methods = sys.argv[1:]
if what == "apart":
    print(max(apart(method, made) for method in methods for made in (PerTask, Shared)))
elif what == "resumed":
    print(json.dumps({method: resumed(method) for method in methods}))
else:
    print(changed())
