"""Writes optimizers.json: the losses of 100 steps by PyTorch's optimizers, schedules and clipping, in float64.

python3 -m venv venv && venv/bin/pip install torch==2.15.0 numpy==2.4.6
venv/bin/python test/engines/golden/optimizers.py > test/engines/golden/optimizers.json
npx biome format --write test/engines/golden/optimizers.json

The model: x [B, 5] -> ReLU of 7 units -> 2 tasks. The rows and initial values are sines, rounded to float32: optimizers.ts has the same.
"""

import json
import math
import struct

import torch
from torch.optim import lr_scheduler

D, H, K, B, STEPS = 5, 7, 2, 6, 100
NO_SCHEDULE = {"name": "constant", "warmup": 0, "steps": STEPS, "decaySteps": STEPS, "decayFactor": 1}
PLAIN = {"optimizer": "adam", "lr": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0, "clipNorm": None}
PLAIN |= {"momentum": 0, "nesterov": False, "schedule": NO_SCHEDULE}
COSINE = {**NO_SCHEDULE, "name": "cosine", "warmup": 12}
DECAYED = {**NO_SCHEDULE, "name": "steps", "warmup": 5, "decaySteps": 17, "decayFactor": 0.5}
CASES = {
    "adam": {},
    "adam with other betas and epsilon": {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
    "adam with weight decay": {"weightDecay": 0.03},
    "adam with clipping and weight decay": {"weightDecay": 0.03, "clipNorm": 0.7},
    "adam with a cosine after a warm-up": {"schedule": COSINE},
    "adamw": {"optimizer": "adamw", "weightDecay": 0.3},
    "adamw with clipping and a cosine": {"optimizer": "adamw", "weightDecay": 0.3, "clipNorm": 0.7, "schedule": COSINE},
    "sgd": {"optimizer": "sgd", "lr": 0.05},
    "sgd with weight decay": {"optimizer": "sgd", "lr": 0.05, "weightDecay": 0.03},
    "sgd with momentum": {"optimizer": "sgd", "lr": 0.02, "momentum": 0.9},
    "sgd with momentum, weight decay and decays after a warm-up": {
        **{"optimizer": "sgd", "lr": 0.05, "momentum": 0.6, "weightDecay": 0.03, "schedule": DECAYED},
    },
    "sgd with Nesterov's momentum and clipping": {"optimizer": "sgd", "lr": 0.02, "momentum": 0.9, "nesterov": True, "clipNorm": 0.7},
    "sgd with clipping": {"optimizer": "sgd", "lr": 0.05, "clipNorm": 0.7},
    "sgd with a warm-up alone": {"optimizer": "sgd", "lr": 0.05, "schedule": {**NO_SCHEDULE, "warmup": 40}},
    "sgd with decays after a warm-up": {"optimizer": "sgd", "lr": 0.05, "schedule": DECAYED},
}


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def rows_at(step):
    """x [B, D] and y [B, K] of a step, from 1."""
    x = [[float32(math.sin(0.7 * step + 1.3 * b + 2.1 * d * (b + 1))) for d in range(D)] for b in range(B)]
    y = [[float32(math.sin(3 * row[k]) + row[2] * row[3 + k]) for k in range(K)] for row in x]
    return torch.tensor(x), torch.tensor(y)


def bottom():
    """The model at its initial values, in mmoe's order: a kernel [in, out] row by row, then its bias."""
    hidden, outputs = torch.nn.Linear(D, H), [torch.nn.Linear(H, 1) for _ in range(K)]
    at = 0
    with torch.no_grad():
        for layer in [hidden, *outputs]:
            for values in (layer.weight.T, layer.bias):
                sines = [float32(0.6 * math.sin(1.7 * (at + i) + 1)) for i in range(values.numel())]
                values.copy_(torch.tensor(sines).reshape(values.shape))
                at += values.numel()
    return torch.nn.ModuleList([hidden, *outputs])


def optimizer_of(parameters, case):
    if case["optimizer"] == "sgd":
        momentum = {"momentum": case["momentum"], "nesterov": case["nesterov"]}
        return torch.optim.SGD(parameters, lr=case["lr"], weight_decay=case["weightDecay"], **momentum)
    kind = torch.optim.AdamW if case["optimizer"] == "adamw" else torch.optim.Adam
    betas = (case["beta1"], case["beta2"])
    return kind(parameters, lr=case["lr"], betas=betas, eps=case["epsilon"], weight_decay=case["weightDecay"])


def scheduler_of(optimizer, schedule):
    warmup = schedule["warmup"]
    after = {
        "constant": lambda: lr_scheduler.ConstantLR(optimizer, factor=1),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, schedule["steps"] - warmup),
        "steps": lambda: lr_scheduler.StepLR(optimizer, schedule["decaySteps"], schedule["decayFactor"]),
    }[schedule["name"]]
    if warmup == 0:
        return after()
    rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [rise, after()], [warmup])


def losses_of(case):
    """The tasks' losses before each step, [STEPS, K]."""
    hidden, *outputs = model = bottom()
    optimizer = optimizer_of(model.parameters(), case)
    scheduler = scheduler_of(optimizer, case["schedule"])
    told = []
    for step in range(1, STEPS + 1):
        x, y = rows_at(step)
        units = torch.relu(hidden(x))
        losses = (torch.cat([output(units) for output in outputs], 1) - y).square().mean(0)
        optimizer.zero_grad()
        losses.sum().backward()
        if case["clipNorm"] is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), case["clipNorm"])
        optimizer.step()
        scheduler.step()
        told.append([round(value, 9) for value in losses.tolist()])
    return told


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    told = {}
    for name, changes in CASES.items():
        case = {**PLAIN, **changes}
        losses = losses_of(case)
        steps = [1, 2, 3, 10, 30, 60, STEPS]
        told[name] = {"settings": case, "losses": {step: losses[step - 1] for step in steps}}
    print(json.dumps(told))
