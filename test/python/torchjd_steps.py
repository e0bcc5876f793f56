"""Steps of a PyTorch module whose parameters three tasks share, beside TorchJD's aggregators."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torchjd.aggregation import CRMOGMWeighting, GramianWeightedAggregator, PCGrad, UPGradWeighting

import mmoe

K, B, D, SEED, STEPS, LR = 3, 6, 4, 7, 30, 0.1


class Line(torch.nn.Module):
    """One prediction for all tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.w = torch.nn.Parameter(torch.tensor([0.5, -1.0, 0.2, 0.8]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x @ self.w)[:, None].expand(-1, K)


def ordered(matrix: torch.Tensor, orders: Iterator[list[int]]) -> torch.Tensor:
    """PCGrad, which draws an order by torch.randperm for each task, in these orders of the other tasks."""
    drawn, torch.randperm = torch.randperm, lambda _: torch.tensor(next(orders))
    try:
        return PCGrad()(matrix)
    finally:
        torch.randperm = drawn


def drawn(step: int, way: int = 1) -> Iterator[list[int]]:
    """The other tasks of each task in the order of docs/methods.md, or with ``way`` -1 in the reverse."""
    of_tasks = np.random.default_rng([SEED, step]).permuted(np.tile(np.arange(K), (K, 1)), axis=1).tolist()
    return iter([[j for j in of_task if j != i][::way] for i, of_task in enumerate(of_tasks)])


def apart(method: str, momentum: float, aggregated: Callable[[torch.Tensor, int], torch.Tensor]) -> float:
    """How far from the aggregated gradients those are by which a trainer moves the parameters, the most."""
    settings = mmoe.Settings(SEED, D, K, B, STEPS, optimizer="sgd", lr=LR, method=method, constants={"momentum": momentum})
    net, random, most = Line(), np.random.default_rng(1), 0.0
    trainer = mmoe.TorchTrainer(net, settings)
    for step in range(1, STEPS + 1):
        x, y, before = *(random.normal(size=(B, n)).astype(np.float32) for n in (D, K)), net.w.detach().clone()
        errors = before @ torch.from_numpy(x.T) - torch.from_numpy(y.T)  # [K, B]
        trainer.step(x, y)
        moved = (before - net.w.detach()) / LR
        most = max(most, (moved - aggregated(2 * errors @ torch.from_numpy(x) / B, step)).norm().item())
    return most


def distances() -> list[float]:
    """Of pcgrad in its order, in the reverse order, of upgrad with a momentum beside CR-MOGM, and of upgrad without."""
    smoothed = GramianWeightedAggregator(CRMOGMWeighting(UPGradWeighting(torch.ones(K)), alpha=0.7))
    return [
        apart("pcgrad", 0, lambda matrix, step: ordered(matrix, drawn(step))),
        apart("pcgrad", 0, lambda matrix, step: ordered(matrix, drawn(step, -1))),
        apart("upgrad", 0.7, lambda matrix, _: smoothed(matrix)),
        apart("upgrad", 0, lambda matrix, _: smoothed(matrix)),
    ]
