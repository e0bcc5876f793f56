"""What training R runs in one call (mmoe.torch_group) takes, against one run at a time: microseconds per step of a run.

    PYTHONPATH=python/src python bench/python/together.py --batch 64
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from model import MMoE

from mmoe import Settings, TorchTrainer
from mmoe.torch_group import TorchGroup

parser = argparse.ArgumentParser()
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--steps", type=int, default=300)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--device", default="cpu")
options = parser.parse_args()
torch.set_num_threads(1)
D, K = 100, 2
settings = Settings(seed=0, inputs=D, tasks=K, batch=options.batch, steps=options.steps, device=options.device)
clock = time.process_time if options.device == "cpu" else time.perf_counter


def microseconds(step: Callable[[], torch.Tensor], runs: int) -> float:
    for _ in range(20):
        step()
    began = clock()
    for _ in range(options.steps):
        losses = step()
    losses.sum().item()  # waits for a card
    return 1e6 * (clock() - began) / options.steps / runs


def trial(runs: int) -> float:
    lead = (runs,) if runs > 1 else ()
    x = np.random.randn(*lead, options.batch, D).astype(np.float32)
    y = np.random.randn(*lead, options.batch, K).astype(np.float32)
    modules = [MMoE(D, K) for _ in range(runs)]
    trainer = TorchGroup(modules, settings) if runs > 1 else TorchTrainer(modules[0], settings)
    return microseconds(lambda: trainer.step(x, y), runs)


counts = [1, 2, 4, 8, 16]
times = np.median([[trial(runs) for runs in counts] for _ in range(options.repeats)], 0)
for runs, time_of in zip(counts, times):
    print(f"batch {options.batch}, {runs} in one call: {time_of:.0f} us, ratio {times[0] / time_of:.2f}")
