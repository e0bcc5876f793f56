"""What TorchJD makes of gradients, and what mmoe's methods for PyTorch do: reads {gradients [N][K][D], orders [N][K][K-1]} from a file, prints vectors [N][D] by name.

Orders are of the other tasks for each task, as PCGrad takes them.
"""

import json
import sys

import torch
from mmoe.torch_methods import _aligned, _cagrad, _mgda, _nash, _pcgrad
from torchjd.aggregation import MGDA, Aggregator, AlignedMTL, CAGrad, NashMTL, PCGrad

given = json.load(open(sys.argv[1]))
gradients = torch.tensor(given["gradients"], dtype=torch.float64)  # [N, K, D]
N, K, _ = gradients.shape


def pcgrad(n: int) -> torch.Tensor:
    """In the given order: TorchJD draws one by torch.randperm for each task."""
    orders = iter(given["orders"][n])
    drawn, torch.randperm = torch.randperm, lambda _: torch.tensor(next(orders))
    try:
        return PCGrad()(gradients[n])
    finally:
        torch.randperm = drawn


aggregators = {
    "mgda": MGDA(),
    "mgda, 3000 steps": MGDA(epsilon=1e-12, max_iters=3000),
    "cagrad": CAGrad(c=0.5),
    "nash-mtl": NashMTL(n_tasks=K),
    "nash-mtl, not clipped": NashMTL(n_tasks=K, max_norm=0),
    "aligned-mtl": AlignedMTL(),
    "aligned-mtl, of the sum": AlignedMTL(pref_vector=torch.ones(K, dtype=torch.float64)),
}


def aggregated(name: str, aggregator: Aggregator) -> list[list[float]]:
    vectors = []
    for matrix in gradients[:20] if name == "nash-mtl" else gradients:  # its solver takes long
        if hasattr(aggregator, "reset"):
            aggregator.reset()  # NashMTL begins at its latest weights
        vectors.append(aggregator(matrix).tolist())
    return vectors


results = {name: aggregated(name, aggregator) for name, aggregator in aggregators.items()}
results["pcgrad"] = [pcgrad(n).tolist() for n in range(N)]

gram = (gradients @ gradients.mT).numpy()
present = torch.ones(N, K).double().numpy()
ours = {"mgda": _mgda, "cagrad": _cagrad, "nash-mtl": _nash, "aligned-mtl": _aligned}
weights = {name: method(gram, present) for name, method in ours.items()} | {"pcgrad": _pcgrad(gram, given["orders"])}
for name, of_name in weights.items():
    results[f"mmoe, {name}"] = (torch.from_numpy(of_name)[:, None] @ gradients)[:, 0].tolist()
print(json.dumps(results))
