"""Modules whose embeddings have sparse gradients, beside PyTorch's own optimizers."""

from __future__ import annotations

import copy

import mmoe
import numpy as np
import torch
from torch import nn

B, VALUES = 6, 9


class Net(nn.Module):
    def __init__(self, sparse: bool = True):
        super().__init__()
        torch.manual_seed(1)
        self.vectors = nn.Embedding(VALUES, 3, sparse=sparse)
        self.last = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.cat([x[:, :1], self.vectors(x[:, 1].long())], 1))


def settings(**changed: object) -> mmoe.Settings:
    return mmoe.Settings(seed=1, inputs=2, tasks=2, batch=B, steps=20, lr=0.05, categories={1: VALUES}, **changed)


def batches() -> list[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(2)
    rows = [np.stack([draw.normal(size=B), draw.integers(0, VALUES, B)], 1).astype(np.float32) for _ in range(20)]
    return [(x, draw.normal(size=(B, 2)).astype(np.float32)) for x in rows]


def trained(trainer: mmoe.TorchTrainer) -> np.ndarray:
    return np.stack([trainer.step(x, y).numpy() for x, y in batches()])


def by_torch(optimizers: list[torch.optim.Optimizer], net: Net) -> np.ndarray:
    losses = []
    for x, y in batches():
        of_tasks = (net(torch.from_numpy(x)) - torch.from_numpy(y)).square().mean(0)
        net.zero_grad()
        of_tasks.sum().backward()
        for each in optimizers:
            each.step()
        losses.append(of_tasks.detach().numpy())
    return np.stack(losses)


net = Net()
adams = [torch.optim.Adam(net.last.parameters(), 0.05), torch.optim.SparseAdam(list(net.vectors.parameters()), 0.05)]
np.testing.assert_allclose(trained(mmoe.TorchTrainer(Net(), settings())), by_torch(adams, net), 1e-5, 1e-6)

dense = mmoe.TorchTrainer(Net(sparse=False), settings(optimizer="sgd"))
np.testing.assert_allclose(trained(mmoe.TorchTrainer(Net(), settings(optimizer="sgd"))), trained(dense), 1e-5, 1e-6)

whole, resumed = mmoe.TorchTrainer(Net(), settings()), mmoe.TorchTrainer(Net(), settings())
trained(whole)
resumed.load_state_dict(copy.deepcopy(whole.state_dict()))
np.testing.assert_array_equal(trained(resumed), trained(whole))

for changed in ({"weight_decay": 0.1}, {"clip_norm": 1.0}, {"method": "pcgrad"}):
    try:
        mmoe.TorchTrainer(Net(), settings(**changed))
    except ValueError as error:
        assert str(error).startswith("sparse=True: "), error
    else:
        raise AssertionError(f"expected a refusal of {changed}")

print("ok")
