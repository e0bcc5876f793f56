"""The loop of bench/python.ts without mmoe: rows in memory, PyTorch's Adam.

Prints microseconds per step: wall and processor time.
"""

import argparse
import time

import torch
from model import MMoE

parser = argparse.ArgumentParser()
parser.add_argument("--batch", type=int)
parser.add_argument("--steps", type=int)
parser.add_argument("--inputs", type=int)
parser.add_argument("--tasks", type=int)
parser.add_argument("--foreach", action="store_true")  # PyTorch takes it by itself on a card only
options = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)
model = MMoE(options.inputs, options.tasks)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach=options.foreach or None)
x = torch.randn(256, options.batch, options.inputs)
y = torch.randn(256, options.batch, options.tasks)


def step(i: int) -> None:
    optimizer.zero_grad()
    losses = (model(x[i % 256]) - y[i % 256]).square().mean(0)
    losses.sum().backward()
    optimizer.step()


for i in range(200):
    step(i)
wall, processor = time.perf_counter(), time.process_time()
for i in range(options.steps):
    step(i)
print(1e6 * (time.perf_counter() - wall) / options.steps, 1e6 * (time.process_time() - processor) / options.steps)
