"""MMoE whose experts follow TorchJD's UPGrad of the tasks' gradients.

    pip install "torchjd[quadprog-projector]==0.18.0"
    mmoe sweep --corr 0.5 --runs 4 --models mmoe --model examples/python/upgrad.py
"""

import torch
from paper import MMoE
from torchjd.aggregation import UPGrad

import mmoe


class UPGradMMoE(mmoe.TorchTrainer):
    """A gate and a tower follow their task's gradient, the experts one that lowers every task's loss."""

    def __init__(self, inputs: int, tasks: int, settings: mmoe.Settings):
        super().__init__(MMoE(inputs, tasks, settings.outputs), settings)
        self.shared = list(self.module.experts.parameters())
        self.aggregator = UPGrad()

    def backward(self, losses: torch.Tensor) -> None:
        gradients = [torch.autograd.grad(loss, self.shared, retain_graph=True) for loss in losses]
        rows = torch.stack([torch.cat([each.flatten() for each in of_task]) for of_task in gradients])  # [K, N]
        losses.sum().backward()  # right for the tasks' own parameters
        combined = len(losses) * self.aggregator(rows)  # UPGrad's is of the mean
        for parameter, part in zip(self.shared, combined.split([each.numel() for each in self.shared])):
            parameter.grad = part.view_as(parameter)
