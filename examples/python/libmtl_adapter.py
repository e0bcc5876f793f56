"""LibMTL's architectures on the bench, with experts, towers and initial values as mmoe's own models have.

    pip install --no-deps LibMTL==1.1.5
    mmoe sweep --corr 0.5 --models mmoe,cgc --model examples/python/libmtl_adapter.py:LibMTL:net=CGC
"""

import importlib.util
import sys
import types

import torch
from torch import nn

# LibMTL/__init__.py (1.1.5) imports a function that torchvision no longer has, for ResNets: only its parts are imported.
if "LibMTL" not in sys.modules:
    folders = importlib.util.find_spec("LibMTL").submodule_search_locations
    sys.modules["LibMTL"] = package = types.ModuleType("LibMTL")
    package.__path__ = folders

from LibMTL.architecture import CGC, PLE, Cross_stitch, DSelect_k, MMoE

CHOICES = {
    "MMoE": (MMoE, {"num_experts": [8]}),
    "CGC": (CGC, {"num_experts": [4, 2, 2]}),  # shared by all tasks, then of each task
    "PLE": (PLE, {"num_experts": [4, 2, 2]}),
    "Cross_stitch": (Cross_stitch, {}),
    "DSelect_k": (DSelect_k, {"num_experts": [8], "num_nonzeros": 2, "kgamma": 1.0}),
}


class Stages(nn.Module):
    """One dense layer, or with `deep` two, in the stages of a ResNet, which PLE and Cross_stitch take apart."""

    def __init__(self, inputs: int, units: int, deep: bool):
        super().__init__()
        self.conv1, self.relu = nn.Linear(inputs, units), nn.ReLU()
        self.layer1 = nn.Sequential(nn.Linear(units, units), nn.ReLU()) if deep else nn.Identity()
        self.bn1 = self.maxpool = self.layer2 = self.layer3 = self.layer4 = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer1(self.relu(self.conv1(x)))


class LibMTL(nn.Module):
    def __init__(self, inputs: int, tasks: int, net: str = "MMoE"):
        super().__init__()
        made, options = CHOICES[net]
        units = 68 if net == "Cross_stitch" else 16  # as cross-stitch and mmoe have
        encoder = lambda: Stages(inputs, units, deep=net == "PLE")
        names = [f"task{k}" for k in range(tasks)]
        towers = nn.ModuleDict({name: nn.Sequential(nn.Linear(units, 8), nn.ReLU(), nn.Linear(8, 1)) for name in names})
        self.net = made(names, encoder, towers, False, False, torch.device("cpu"), img_size=[inputs], **options)
        for name, layer in self.net.named_modules():
            if isinstance(layer, nn.Linear) and "logits" not in name:  # DSelect_k draws its own
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat(list(self.net(x).values()), 1)  # [B, K]
