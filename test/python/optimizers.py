"""Trains the model of test/engines/golden/optimizers.py by mmoe.TorchTrainer, and two at once by TorchGroup.

Prints {case: [losses [steps][K] of each]}: of the trainer, then of both models of the group.
"""

import json
import runpy
import sys

import numpy as np
import torch

import mmoe
from mmoe.torch_group import TorchGroup

golden = runpy.run_path("test/engines/golden/optimizers.py", run_name="golden")


class Bottom(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = golden["bottom"]()

    def forward(self, x):
        hidden, *outputs = self.layers
        return torch.cat([output(torch.relu(hidden(x))) for output in outputs], 1)


def settings_of(case):
    schedule = case["schedule"]
    return mmoe.Settings(
        **{"seed": 0, "inputs": golden["D"], "tasks": golden["K"], "batch": golden["B"], "steps": golden["STEPS"]},
        **{key: case[key] for key in ("optimizer", "lr", "beta1", "beta2", "epsilon", "momentum", "nesterov")},
        weight_decay=case["weightDecay"],
        clip_norm=case["clipNorm"],
        schedule=mmoe.Schedule(
            **{key: schedule[key] for key in ("name", "warmup", "steps")},
            decay_steps=schedule["decaySteps"],
            decay_factor=schedule["decayFactor"],
        ),
    )


told = {}
for name, changes in golden["CASES"].items():
    settings = settings_of({**golden["PLAIN"], **changes})
    trainer, other = mmoe.TorchTrainer(Bottom(), settings), mmoe.TorchTrainer(Bottom(), settings)
    group = TorchGroup([Bottom(), Bottom()], settings)
    losses = [[], [], []]
    for step in range(1, golden["STEPS"] + 1):
        x, y = (each.numpy() for each in golden["rows_at"](step))
        losses[0].append(trainer.step(x, y).tolist())
        other.load_state_dict(trainer.state_dict())
        trainer, other = other, trainer
        # rows of the second are larger, and so are its gradients: each has a norm of its own
        together = group.step(np.stack([x, 3 * x]), np.stack([y, y]))
        losses[1].append(together[0].tolist())
        losses[2].append(together[1].tolist())
    told[name] = losses
assert "torch._dynamo" not in sys.modules, "it takes each process a second"
json.dump(told, sys.stdout)
