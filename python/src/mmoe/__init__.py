"""Multi-task models in Python on the mmoe bench."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings import Settings as Settings
    from .torch_trainer import TorchTrainer as TorchTrainer
    from .trainer import Trainer as Trainer

__version__ = "0.1.0"

# Loaded when they are used: `import mmoe` imports neither NumPy nor PyTorch.
_MODULES = {
    "Settings": ".settings",
    "TorchTrainer": ".torch_trainer",
    "Trainer": ".trainer",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
