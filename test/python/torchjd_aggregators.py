"""What TorchJD makes of gradients, and what mmoe's methods for PyTorch do: reads {gradients [N][K][D], orders [N][K][K-1]} from a file, prints vectors [N][D] by name.

Orders are of the other tasks for each task, as PCGrad takes them.
"""

import json
import sys

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
for name, constants in methods.items():
    method = name.split(",")[0]
    defaults = Settings(seed=0, inputs=1, tasks=K, batch=1, steps=1, method=method, constants=constants).constants
    weights = combination(method, gram, present, defaults, given["orders"])
    results[f"mmoe, {name}"] = (torch.from_numpy(weights)[:, None] @ gradients)[:, 0].tolist()
if K == torchjd_steps.K:
    results["steps"] = [torchjd_steps.distances()]
print(json.dumps(results))
