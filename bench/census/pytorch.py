"""MMoE on rows of the census study's size in PyTorch, compiled: prints rows per second, of all runs together.

R runs train at once on the same rows: parameters have a leading axis of runs, and products are batched (bmm)."""

import argparse
import time

import torch

ROWS, INPUTS, TASKS, EXPERTS, UNITS, TOWER = 199_523, 305, 2, 8, 16, 8

parser = argparse.ArgumentParser()
parser.add_argument("--batch", type=int, default=512)
parser.add_argument("--steps", type=int, default=300)
parser.add_argument("--runs", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)

R, B = options.runs, options.batch
rows = torch.rand(ROWS, INPUTS)  # [N, D]; what a step costs does not depend on them
labels = (torch.rand(ROWS, TASKS) < 0.2).float()
order = torch.randperm(ROWS)


def layer(*shape: int) -> torch.Tensor:
    return (0.1 * torch.randn(R, *shape)).requires_grad_()


parameters = {
    "experts": layer(EXPERTS * UNITS, INPUTS),
    "experts bias": layer(EXPERTS * UNITS, 1),
    "gates": layer(TASKS * EXPERTS, INPUTS),
    "towers": layer(TASKS, TOWER, UNITS),
    "towers bias": layer(TASKS, TOWER, 1),
    "outputs": layer(TASKS, 1, TOWER),
    "outputs bias": layer(TASKS, 1, 1),
}


@torch.compile(dynamic=False)
def objective(p: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """x [D, B], y [K, B] → the sum over runs and tasks of the mean log loss."""
    x, y = x.expand(R, INPUTS, B), y.expand(R, TASKS, B)
    experts = torch.relu(p["experts"] @ x + p["experts bias"]).view(R, 1, EXPERTS, UNITS, B)
    gates = (p["gates"] @ x).view(R, TASKS, EXPERTS, B).softmax(2).unsqueeze(3)
    mixed = (gates * experts).sum(2)  # [R, K, H, B]
    logits = p["outputs"] @ torch.relu(p["towers"] @ mixed + p["towers bias"]) + p["outputs bias"]
    return torch.nn.functional.binary_cross_entropy_with_logits(logits.squeeze(2), y, reduction="sum") / B


optimizer = torch.optim.Adam(parameters.values(), lr=0.001, fused=True)
WARM = 20
for step in range(WARM + options.steps):
    if step == WARM:
        started = time.perf_counter()
    ids = order[(torch.arange(B) + step * B) % ROWS]
    loss = objective(parameters, rows[ids].T, labels[ids].T)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(options.steps * B * R / (time.perf_counter() - started))
