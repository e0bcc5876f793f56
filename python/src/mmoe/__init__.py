"""The mmoe bench for multi-task models: sweeps, results, and models in Python."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arrays import Rows as Rows
    from .arrays import initial_values as initial_values
    from .arrays import rows as rows
    from .frames import Figure as Figure
    from .frames import Results as Results
    from .frames import results as results
    from .own_models import Model as Model
    from .own_models import model as model
    from .program import MmoeError as MmoeError
    from .program import Said as Said
    from .program import find_program as find_program
    from .running import tune as tune
    from .running import verify as verify
    from .settings import Schedule as Schedule
    from .settings import Settings as Settings
    from .settings import Task as Task
    from .standings import Standings as Standings
    from .standings import regimes as regimes
    from .sweeping import plan as plan
    from .sweeping import sweep as sweep
    from .torch_trainer import TorchTrainer as TorchTrainer
    from .trainer import Trainer as Trainer

__version__ = "0.1.0"

# Loaded when they are used: `import mmoe` imports neither NumPy nor PyTorch.
_MODULES = {
    "Figure": ".frames",
    "Metric": ".own_metrics",
    "Model": ".own_models",
    "MmoeError": ".program",
    "Results": ".frames",
    "Rows": ".arrays",
    "Said": ".program",
    "Schedule": ".settings",
    "Settings": ".settings",
    "Standings": ".standings",
    "Task": ".settings",
    "TorchTrainer": ".torch_trainer",
    "Trainer": ".trainer",
    "find_program": ".program",
    "initial_values": ".arrays",
    "metric": ".own_metrics",
    "model": ".own_models",
    "plan": ".sweeping",
    "regimes": ".standings",
    "results": ".frames",
    "rows": ".arrays",
    "sweep": ".sweeping",
    "tune": ".running",
    "verify": ".running",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
