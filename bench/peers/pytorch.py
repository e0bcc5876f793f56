"""PyTorch, one run at a time, eager: a module, an optimiser, a loop. Experts lie side by side in one layer: a layer each
would take a third longer."""

import common

options = common.parse(runs=2)

import torch
from torch import nn
from common import ALPHA, BETA, D, EXPERT_UNITS, EXPERTS, K, LAST_STEPS, TOWER_UNITS

torch.set_num_threads(options.threads)
generator = torch.Generator().manual_seed(options.seed)
alpha, beta = torch.tensor(ALPHA), torch.tensor(BETA)


class TaskPair:
    """Rows of one task pair: x [B, D], y [B, K]."""

    def __init__(self, p: float):
        u = torch.linalg.qr(torch.randn(D, K, generator=generator))[0]
        self.w = common.SCALE * torch.stack([u[:, 0], p * u[:, 0] + (1 - p**2) ** 0.5 * u[:, 1]], 1)  # [D, K]

    def rows(self, B: int) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.randn(B, D, generator=generator)
        z = x @ self.w
        y = z + torch.sin(z.unsqueeze(-1) * alpha + beta).sum(-1)
        y += common.NOISE_STD * torch.randn(B, K, generator=generator)
        return x, (y - common.LABEL_MEAN) / common.LABEL_STD


def linear(inputs: int, units: int, bias: bool = True, count: int = 1) -> nn.Linear:
    """`count` layers of `units` side by side in one, each with its own fan."""
    layer = nn.Linear(inputs, count * units, bias)
    for weight in layer.weight.detach().chunk(count):
        nn.init.xavier_uniform_(weight)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


class MultiTask(nn.Module):
    def __init__(self, model: str):
        super().__init__()
        count = {"shared-bottom": 0, "omoe": 1, "mmoe": K}[model]
        width = EXPERT_UNITS if count else common.BOTTOM_UNITS
        self.experts = linear(D, width, count=EXPERTS if count else 1)
        self.gates = nn.ModuleList(linear(D, EXPERTS, bias=False) for _ in range(count))
        self.towers = nn.ModuleList(
            nn.Sequential(linear(width, TOWER_UNITS), nn.ReLU(), linear(TOWER_UNITS, 1)) for _ in range(K)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mixed = [torch.relu(self.experts(x))]
        if self.gates:
            outputs = mixed[0].unflatten(1, (EXPERTS, EXPERT_UNITS))  # [B, E, H]
            mixed = [(gate(x).softmax(-1).unsqueeze(-1) * outputs).sum(1) for gate in self.gates]  # each [B, H]
        if len(mixed) == 1:
            mixed = mixed * K
        return torch.cat([tower(h) for tower, h in zip(self.towers, mixed)], 1)  # [B, K]


def train(steps: int) -> dict[str, float]:
    loss = dict.fromkeys(options.models, 0.0)
    for _ in range(options.runs):
        pair = TaskPair(options.correlation)
        models = {name: MultiTask(name) for name in options.models}
        optimizers = {name: torch.optim.Adam(m.parameters(), lr=options.lr, fused=True) for name, m in models.items()}
        for step in range(steps):
            x, y = pair.rows(options.batch)
            for name, model in models.items():
                objective = (model(x) - y).square().mean(0).sum()
                optimizers[name].zero_grad()
                objective.backward()
                optimizers[name].step()
                if step >= steps - LAST_STEPS:
                    loss[name] += objective.item() / (K * LAST_STEPS * options.runs)
    return loss


common.report("pytorch", torch.__version__, options, train)
