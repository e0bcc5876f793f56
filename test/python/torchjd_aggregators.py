"""What TorchJD makes of gradients, and what mmoe's methods for PyTorch do: reads {gradients [N][K][D], orders [N][K][K-1]} from a file, prints vectors [N][D] by name.

Orders are of the other tasks for each task, as PCGrad takes them.
"""

import json
import sys

import numpy as np
import torch
import torchjd_steps
from mmoe import Settings
from mmoe.torch_gradient_methods import combination
from torchjd.aggregation import IMTLG, MGDA, Aggregator, AlignedMTL, CAGrad, ConFIG, FairGrad, NashMTL, UPGrad

given = json.load(open(sys.argv[1]))
gradients = torch.tensor(given["gradients"], dtype=torch.float64)  # [N, K, D]
N, K, _ = gradients.shape


aggregators = {
    "mgda": MGDA(),
    "mgda, 3000 steps": MGDA(epsilon=1e-12, max_iters=3000),
    "cagrad": CAGrad(c=0.5),
    "nash-mtl": NashMTL(n_tasks=K),
    "nash-mtl, not clipped": NashMTL(n_tasks=K, max_norm=0),
    "aligned-mtl": AlignedMTL(),
    "aligned-mtl, of the sum": AlignedMTL(pref_vector=torch.ones(K, dtype=torch.float64)),
    "fairgrad": FairGrad(1, 10_000),
    "fairgrad, 0.5": FairGrad(0.5, 10_000),
    "fairgrad, 2": FairGrad(2, 10_000),
    "imtl-g": IMTLG(),
    "config": ConFIG(),
    "upgrad": UPGrad(),
    "upgrad, of the sum": UPGrad(pref_vector=torch.ones(K, dtype=torch.float64)),
}


def aggregated(name: str, aggregator: Aggregator) -> list[list[float]]:
    vectors = []
    for matrix in gradients[:20] if name == "nash-mtl" or name.startswith("fairgrad") else gradients:  # their solvers take long
        if hasattr(aggregator, "reset"):
            aggregator.reset()  # NashMTL begins at its latest weights
        vectors.append(aggregator(matrix).tolist())
    return vectors


results = {name: aggregated(name, aggregator) for name, aggregator in aggregators.items()}
results["pcgrad"] = [torchjd_steps.ordered(gradients[n], iter(given["orders"][n])).tolist() for n in range(N)]

gram = (gradients @ gradients.mT).numpy()
present = torch.ones(N, K).double().numpy()
methods = {name: {} for name in ("pcgrad", "mgda", "cagrad", "nash-mtl", "aligned-mtl", "imtl-g", "config", "upgrad")}
methods |= {"fairgrad, 0.5": {"alpha": 0.5}, "fairgrad, 2": {"alpha": 2}}


def combined(name: str, gram: np.ndarray, present: np.ndarray, orders: list[list[list[int]]]) -> np.ndarray:
    """Weights [N, K] of mmoe's method."""
    K, method = gram.shape[1], name.split(",")[0]
    settings = Settings(seed=0, inputs=1, tasks=K, batch=1, steps=1, method=method, constants=methods[name])
    return combination(method, gram, present, settings.constants, orders)


def farthest_without_last(name: str) -> float:
    """Of gradients one of which has no labels, from those of the others alone: the largest distance, in their lengths."""
    some = gradients.clone()
    some[:, -1] = 0
    gram, present = (some @ some.mT).numpy(), np.repeat([[1.0] * (K - 1) + [0]], N, 0)
    weights = combined(name, gram, present, given["orders"])[:, :-1]
    if K == 2 and name == "cagrad":
        alone = np.full((N, 1), 1.5)  # the mean is the gradient, and c is 0.5
    else:
        alone = combined(name, gram[:, :-1, :-1], present[:, :-1], [[[1], [0]] if K == 3 else [[]]] * N)
    vectors, others = (torch.from_numpy(each)[:, None] @ some[:, :-1] for each in (weights, alone))
    return ((vectors - others).norm(dim=2) / others.norm(dim=2)).max().item()


for name in methods:
    weights = combined(name, gram, present, given["orders"])
    results[f"mmoe, {name}"] = (torch.from_numpy(weights)[:, None] @ gradients)[:, 0].tolist()
results["without last"] = [[farthest_without_last(name) for name in methods]]
if K == torchjd_steps.K:
    results["steps"] = [torchjd_steps.distances()]
print(json.dumps(results))
