"""One of mmoe's models as a PyTorch module, whose computation is the list of operations that ``mmoe models --describe`` gives as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class ProgramModule(nn.Module):
    """Maps inputs [N, D], as ``Results.encode`` gives them, to outputs [N, O]: a number or a logit for each task, or a logit for each
    class. It computes what a run predicts, so without dropout and noise. ``std * outputs + mean`` are in the units of the labels."""

    mean: Tensor
    std: Tensor

    def __init__(self, spec: dict[str, Any], moments: Sequence[tuple[float, float]]) -> None:
        super().__init__()
        self._gate, self._program = spec["gate"], spec["program"]
        for parameter in self._program["parameters"]:
            self.register_parameter(parameter["name"], nn.Parameter(torch.zeros(parameter["shape"])))
        self.register_buffer("mean", torch.tensor([mean for mean, _ in moments]), persistent=False)
        self.register_buffer("std", torch.tensor([std for _, std in moments]), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        values = [x]
        for operation in self._program["operations"]:
            values += _OPERATIONS[operation["kind"]](self, operation, values)
        return torch.cat([values[output] for output in self._program["outputs"]], dim=1)  # [N, O]

    def _embed(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        tables = [self.get_parameter(name) for name in operation["tables"]]
        plain = values[0].shape[1] - sum(operation["slots"])
        numbers = values[0][:, plain:].long().split(operation["slots"], dim=1)
        vectors = [_mean(own, table) for own, table in zip(numbers, tables, strict=True)]
        return [torch.cat([values[0][:, :plain], *vectors], dim=1)]

    def _dense(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        return [self._layer(layer, values[layer["input"]]) for layer in operation["layers"]]

    def _layer(self, layer: dict[str, Any], x: Tensor) -> Tensor:
        units = x @ self.get_parameter(layer["kernel"])
        if "bias" in layer:
            units = units + self.get_parameter(layer["bias"])
        return units.relu() if layer["isRelu"] else units

    def _sum(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        coefficients = self.get_parameter(operation["coefficients"])  # [K, n]
        if operation["coefficients"].endswith("/log-alpha"):  # SNR's gates, hard concrete
            coefficients = (1.2 * coefficients.sigmoid() - 0.1).clamp(0, 1)
        return [sum(c * values[part] for c, part in zip(row, parts, strict=True)) for row, parts in zip(coefficients, operation["parts"], strict=True)]

    def _average(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        experts = [values[expert] for expert in operation["experts"]]
        return [torch.stack([experts[e] for e in seen]).mean(0) for seen in operation["seen"]]

    def _mix(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        experts = torch.stack([values[expert] for expert in operation["experts"]], dim=1)  # [N, E, H]
        mixed = []
        for mix in operation["mixes"]:
            weights = self._weights(values[mix["gate"]], len(mix["seen"]))
            mixed.append(torch.einsum("ne,neh->nh", weights, experts[:, mix["seen"]]))
            if "own" in mix:
                mixed[-1] = mixed[-1] + experts[:, mix["own"]]
        return mixed

    def _weights(self, gate: Tensor, experts: int) -> Tensor:
        """A gate's outputs → its weights of the experts that it sees, [N, E]."""
        if select := self._gate.get("select"):
            return _selected(gate, experts, select["experts"], select["gamma"])
        gate = gate[:, :experts]  # behind are the deviations of its noise, which only training draws
        top = self._gate.get("top", experts)
        if top < experts:
            first = gate.argsort(dim=1, descending=True, stable=True)[:, :top]  # of equals the first
            gate = gate.masked_fill(torch.ones_like(gate, dtype=torch.bool).scatter(1, first, False), -math.inf)
        return gate.softmax(dim=1)

    def _normalize(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        norms = [(values[norm["input"]], *(self.get_parameter(norm[name]) for name in ("gain", "shift"))) for norm in operation["norms"]]
        return [functional.layer_norm(units, (units.shape[1],), gain, shift) for units, gain, shift in norms]

    def _modulate(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        return [each["factor"] * values[each["units"]] * values[each["by"]].sigmoid() for each in operation["modulations"]]

    def _funnel(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        logits = [values[output] for output in operation["outputs"]]
        for before, task in pairwise(operation["chain"]):  # the logit of the product of both probabilities
            x, y = logits[before], logits[task]
            logits[task] = -torch.stack([-x, -y, -x - y]).logsumexp(0)
        return logits

    def _pairs(self, operation: dict[str, Any], values: list[Tensor]) -> list[Tensor]:
        return [self._machine(values[machine["output"]], values[machine["input"]], machine) for machine in operation["machines"]]

    def _machine(self, output: Tensor, x: Tensor, machine: dict[str, Any]) -> Tensor:
        """A factorization machine: the output and the inner products of all pairs of vectors."""
        width = output.shape[1] * machine["factors"]
        plain = x.shape[1] - machine["tables"] * width
        vectors = x[:, plain:].reshape(len(x), -1, width)  # [N, tables, O factors]
        if "kernel" in machine:
            vectors = torch.cat([x[:, :plain, None] * self.get_parameter(machine["kernel"]), vectors], dim=1)
        twice = vectors.sum(1).square() - vectors.square().sum(1)
        return output + 0.5 * twice.reshape(len(x), -1, machine["factors"]).sum(2)


_OPERATIONS: dict[str, Callable[[ProgramModule, dict[str, Any], list[Tensor]], list[Tensor]]] = {
    "embed": ProgramModule._embed,
    "dense": ProgramModule._dense,
    "sum": ProgramModule._sum,
    "average": ProgramModule._average,
    "mix": ProgramModule._mix,
    "normalize": ProgramModule._normalize,
    "modulate": ProgramModule._modulate,
    "funnel": ProgramModule._funnel,
    "pairs": ProgramModule._pairs,
}


def _mean(numbers: Tensor, table: Tensor) -> Tensor:
    """Means of vectors: their numbers [N, slots], of which -1 is none, and their table [rows, size] → [N, size]."""
    listed = (numbers >= 0).unsqueeze(2)
    vectors = functional.embedding(numbers.clamp(min=0), table) * listed
    return vectors.sum(1) / listed.sum(1).clamp(min=1)


def _selected(gate: Tensor, experts: int, k: int, gamma: float) -> Tensor:
    """DSelect-k: of a row's outputs the first k are logits of selectors, the others codes of the experts that these select."""
    bits = round(math.log2(experts))
    t = gate[:, k:].clamp(-gamma / 2, gamma / 2).reshape(-1, k, 1, bits)
    step = -2 / gamma**3 * t**3 + 3 / (2 * gamma) * t + 0.5
    codes = torch.tensor([[e >> b & 1 for b in range(bits)] for e in range(experts)], dtype=torch.bool, device=gate.device)  # [E, bits]
    chosen = torch.where(codes, step, 1 - step).prod(dim=-1)  # [N, k, E]
    return (gate[:, :k].softmax(dim=1).unsqueeze(-1) * chosen).sum(1)
