"""PyTorch, R runs of a model at once: a leading axis R, products by bmm, the rest compiled, one Adam for all runs.

Rows are the last axis, so that what is not a product runs along them in whole vectors.
"""

import common

options = common.parse(runs=48)

import torch
from common import ALPHA, BETA, D, EXPERTS, K, LAST_STEPS

torch.set_num_threads(options.threads)
generator = torch.Generator().manual_seed(options.seed)
R, B = options.runs, options.batch
alpha, beta = torch.tensor(ALPHA), torch.tensor(BETA)
Params = dict[str, torch.Tensor]


def task_vectors() -> torch.Tensor:
    """w [R, K, D] of R task pairs."""
    p = options.correlation
    u = torch.linalg.qr(torch.randn(R, D, K, generator=generator))[0]
    return common.SCALE * torch.stack([u[..., 0], p * u[..., 0] + (1 - p**2) ** 0.5 * u[..., 1]], 1)


def rows(w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of the task pairs w [R, K, D]: x [R, D, B], y [R, K, B]."""
    x = torch.randn(R, D, B, generator=generator)
    noise = torch.randn(R, K, B, generator=generator)
    return x, labels(torch.bmm(w, x), noise)


# `dynamic=False`: the models' sizes differ, and each has its own code, as fast as if it were trained alone.
@torch.compile(dynamic=False)
def labels(z: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    y = z + torch.sin(z.unsqueeze(-1) * alpha + beta).sum(-1) + common.NOISE_STD * noise
    return (y - common.LABEL_MEAN) / common.LABEL_STD


def parameters(model: str) -> Params:
    """Layers that read x lie side by side: [R, count * units, D]; towers and outputs stacked: [R * K, units, inputs]."""
    out = {}
    for name, layer in common.layers(model).items():
        wide = name in ("experts", "gate")
        shape = (R, layer.count * layer.units, D) if wide else (R * K, layer.units, layer.inputs)
        out[name] = layer.limit * (2 * torch.rand(shape, generator=generator) - 1)
        if layer.bias:
            out[f"{name}.bias"] = torch.zeros(*shape[:2], 1)
    return {name: tensor.requires_grad_() for name, tensor in out.items()}


def forward(p: Params, x: torch.Tensor) -> torch.Tensor:
    """x [R, D, B] → predictions [R, K, B]. Towers that read the same units are one product."""
    h = torch.relu(torch.bmm(p["experts"], x) + p["experts.bias"])  # [R, E H, B]
    if "gate" in p:
        weights = torch.bmm(p["gate"], x).view(R, -1, EXPERTS, B).softmax(2).unsqueeze(3)  # [R, gates, E, 1, B]
        h = (weights * h.view(R, 1, EXPERTS, -1, B)).sum(2).flatten(0, 1)  # [R gates, H, B]
    towers = p["tower"].view(h.shape[0], -1, h.shape[1])
    h = torch.relu(torch.bmm(towers, h) + p["tower.bias"].view(h.shape[0], -1, 1)).view(R * K, -1, B)
    return (torch.bmm(p["output"], h) + p["output.bias"]).view(R, K, B)


@torch.compile(dynamic=False)
def loss(p: Params, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Sum of the runs' objectives: a run's gradient does not see the others."""
    return (forward(p, x) - y).square().sum() / B


def train(steps: int) -> dict[str, float]:
    totals = dict.fromkeys(options.models, 0.0)
    w = task_vectors()
    models = {name: parameters(name) for name in options.models}
    optimizers = {name: torch.optim.Adam(p.values(), lr=options.lr, fused=True) for name, p in models.items()}
    for step in range(steps):
        x, y = rows(w)
        for name, p in models.items():
            objective = loss(p, x, y)
            optimizers[name].zero_grad()
            objective.backward()
            optimizers[name].step()
            if step >= steps - LAST_STEPS:
                totals[name] += objective.item() / (K * R * LAST_STEPS)
    return totals


common.report("pytorch-batched", torch.__version__, options, train)
