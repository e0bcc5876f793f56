"""Trains the runs of one model."""

from __future__ import annotations

import inspect
import platform
import random
import sys
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..settings import Schedule, Settings, Task
from ..trainer import keeps_state
from .errors import ModelError, at_definition, forward_of
from .loading import ModelFiles, arguments_of, factory_in, is_module, is_trainer
from .mapped import MappedFile, size_of
from .measuring import values_of

#: Seconds between two messages of progress.
_PROGRESS_S = 0.1

#: Libraries whose versions are recorded, if the model imports them, the one that computes first.
_LIBRARIES = ("jax", "torch", "tensorflow", "numpy")


class Training:
    """One model, and the run of it that is trained now, or several runs that are trained together."""

    def __init__(self, model: dict[str, Any], rows: MappedFile, tell: Callable[[dict[str, Any]], None]) -> None:
        self._model = model
        self._rows = rows
        self._tell = tell
        self.files = ModelFiles(model["file"], {file["path"]: file["sha256"] for file in model["files"]})
        #: What trains the run.
        self.trainer: Any = None
        self._settings: Settings
        #: [R] if several runs are trained together; nothing for one.
        self._lead: list[int] = []

    @property
    def definition(self) -> Any:
        """The model's module, or what trains it without one; None before a run."""
        module = _module_in(self.trainer)
        return self.trainer if module is None else module

    def load(self, model: dict[str, Any]) -> dict[str, Any]:
        """Imports the file of a model, which is of the same code as any before, and says what is known of it before a run."""
        self._model = model
        self.trainer = None
        module = self.files.load()
        made = factory_in(module, self._model["class"])
        about = " ".join(str(made.__doc__ or "").strip().partition("\n\n")[0].split())
        libraries = {name: _version(name) for name in _LIBRARIES if name in sys.modules}
        (first, version), *_ = libraries.items()
        device = f"{first} {version} {_device_name(self._model['device'])}"
        return {"about": about, "libraries": {"python": platform.python_version(), **libraries}, "device": device}

    def begin(self, size: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
        """Makes the trainer of some runs from code that no run before has touched."""
        self._rows.resize(size)
        self.trainer = None
        settings = [_settings_of(each) for each in runs]
        self._settings = settings[0]
        self._lead = [len(runs)] if len(runs) > 1 else []
        made = factory_in(self.files.load(), self._model["class"])
        models = [self._made(made, each) for each in settings]
        self.trainer = _group_of(made, models, settings) if self._lead else _trainer_of(made, *models, *settings)
        _expect_method(self.trainer, settings[0].method)
        if self._settings.weighted:
            _expect_weights(self.trainer)
        told = {"keepsState": keeps_state(self.trainer) and not self._lead, "givesWeights": _has_weights(self.trainer) or _module_in(self.trainer) is not None}
        return {"parameters": _parameters(self.trainer), **told}

    def _made(self, made: Callable[..., Any], settings: Settings) -> Any:
        arguments = arguments_of(made, self._model["options"], settings)
        _seed(settings.seed)
        return made(settings.inputs, settings.tasks, **arguments)

    def train(self, at: int, steps: int) -> dict[str, float]:
        """Takes steps on rows x [steps, R, B, D], y and perhaps weights [steps, R, B, K] in the file, and writes the losses behind."""
        B, D, K = self._settings.batch, self._settings.inputs, self._settings.tasks
        x = self._rows.read(at, steps, *self._lead, B, D)
        y = self._rows.read(at + size_of(*x.shape), steps, *self._lead, B, K)
        behind = at + size_of(*x.shape) + size_of(*y.shape)
        weights = self._rows.read(behind, *y.shape) if self._settings.weighted else None
        has_gaps = any(task.gaps for task in self._settings.kinds)
        lacks = np.isnan(y).all(-2) if has_gaps else None  # before the trainer, which may replace missing labels where they are
        losses: list[Any] = []
        told = time.monotonic()
        for step in range(steps):
            given = self.trainer.step(x[step], y[step], *([] if weights is None else [weights[step]]))
            self._expect_shape("step", given, [*self._lead, K])
            losses.append(_kept(given))
            if time.monotonic() - told > _PROGRESS_S:
                told = time.monotonic()
                self._tell({"progress": step + 1, **self._time()})
        found = _stacked(losses)
        if lacks is not None:
            found = np.where(lacks, np.float32(0), found)
        self._rows.write(behind + (0 if weights is None else size_of(*y.shape)), found)
        return self._time()

    def _time(self) -> dict[str, float]:
        """What this process has computed so far; nothing where a card computes."""
        return {"processorMs": 1000 * time.process_time()} if self._model["device"] == "cpu" else {}

    def predict(self, at: int, rows: int) -> None:
        """Predicts rows x [R, rows, D] at a place of the file, and writes the predictions [R, rows, O] behind."""
        x = self._rows.read(at, *self._lead, rows, self._settings.inputs)
        predictions = self.trainer.predict(x)
        self._expect_shape("predict", predictions, [*self._lead, *self._settings.output_shape(rows)])
        self._rows.write(at + size_of(*x.shape), _array("predict", predictions))

    def weights(self, run: int) -> dict[str, Any]:
        """The final weights of one of the runs, by name."""
        given = self.trainer.weights() if _has_weights(self.trainer) else _tensors(_module_in(self.trainer))
        if not isinstance(given, Mapping) or (not given and _has_weights(self.trainer)):
            raise at_definition(self.trainer, f"weights: expected a dict of arrays, got {type(given).__name__ if given else given!r}")
        return {name: _numbers(value)[run] if self._lead else _numbers(value) for name, value in given.items()}

    def _expect_shape(self, method: str, value: Any, shape: list[int]) -> None:
        try:
            got: Any = list(_array(method, value).shape if isinstance(value, (list, tuple)) else value.shape)
        except AttributeError:
            got = f"a {type(value).__name__}"
        except ValueError:
            got = "lists of several lengths"
        if got == shape:
            return
        if self.definition is self.trainer:
            raise at_definition(self.trainer, f"{method}: expected shape {shape}, got {got}")
        raise at_definition(forward_of(self.definition), f"forward: expected shape {shape}, got {got}")

    def measure(self, function: str, bytes: int, rows: int, groups: bool, tasks: list[dict[str, Any]]) -> list[float | None]:
        """A metric's values, where a file has one in place of a model: the file begins with labels [rows, K], outputs [rows, O] and groups [rows]."""
        K, O = len(tasks), sum(task["outputs"] for task in tasks)
        self._rows.resize(bytes)
        labels, outputs = self._rows.read(0, rows, K), self._rows.read(size_of(rows, K), rows, O)
        of_rows = self._rows.read(size_of(rows, K + O), rows).view(np.uint32) if groups else None
        made = factory_in(sys.modules[self.files.module_name], function)
        return values_of(made, tasks, labels, outputs, of_rows)

    def inspect(self) -> dict[str, Any]:
        """After a step: the parameters of a module that got no gradient."""
        module = _module_in(self.trainer)
        if module is None:
            return {}
        missing = [name for name, each in module.named_parameters() if each.requires_grad and each.grad is None]
        if missing:
            raise at_definition(module, f"parameter {missing[0]}: gets no gradient: forward does not use it")
        return {}


def _settings_of(given: dict[str, Any]) -> Settings:
    """Settings of a run as mmoe sends them."""
    kinds = tuple(Task(**each) for each in given["kinds"])
    categories = dict(enumerate(given["categories"], given["inputs"] - len(given["categories"])))
    changed = {"seed": int(given["seed"]), "kinds": kinds, "schedule": Schedule(**given["schedule"]), "categories": categories}
    return Settings(**{**given, **changed})


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:  # built from source, perhaps
        return str(getattr(sys.modules[library], "__version__", "unknown"))


def _trainer_of(made: Callable[..., Any], model: Any, settings: Settings) -> Any:
    if is_trainer(model):
        return model
    if is_module(model):
        from ..torch_trainer import TorchTrainer

        return TorchTrainer(model, settings)
    got = type(model).__name__
    raise at_definition(made, f"expected a torch.nn.Module, or methods step(x, y) and predict(x), got {got}")


def _group_of(made: Callable[..., Any], models: list[Any], settings: list[Settings]) -> Any:
    if not all(is_module(model) and not is_trainer(model) for model in models):
        raise at_definition(made, "expected a torch.nn.Module, of which several runs can be trained together")
    from ..torch_group import TorchGroup

    return TorchGroup(models, settings[0], [each.seed for each in settings])


def _expect_method(trainer: Any, method: str) -> None:
    """Raises ModelError for a trainer that combines the tasks' gradients in its own way."""
    if method not in ("sum", getattr(trainer, "method", None)):
        module = "a torch.nn.Module, or an mmoe.TorchTrainer without a backward or a method of its own"
        raise at_definition(trainer, f"method {method}: expected {module}; other classes train by it only if their attribute `method` says so")


def _expect_weights(trainer: Any) -> None:
    """Raises ModelError for a trainer of which a method takes no weights of rows."""
    for method, given in (("step", "x, y"), ("losses", "outputs, labels")):
        function = getattr(trainer, method, None)
        if function is None or (method == "losses" and _module_in(trainer) is None):
            continue
        try:
            inspect.signature(function).bind(None, None, None)
        except TypeError:
            expected = f"{method}({given}, weights), which multiplies losses by weights [B, K]"
            raise at_definition(trainer, f"{method}: the rows have weights: expected {expected}") from None


def _device_name(device: str) -> str:
    """As records name it. Raises ModelError where PyTorch sees no card."""
    torch = sys.modules.get("torch")
    if device == "cpu" or torch is None:
        return device
    if not torch.cuda.is_available():
        raise ModelError("PyTorch sees no CUDA device; leave out --engine cuda, or install a PyTorch for it")
    return torch.cuda.get_device_name()


def _module_in(trainer: Any) -> Any:
    """The PyTorch module that a trainer trains, if it does."""
    module = getattr(trainer, "module", None)
    return module if is_module(module) else None


def _has_weights(trainer: Any) -> bool:
    """Whether it has a method that gives the final weights."""
    return callable(getattr(type(trainer), "weights", None))


def _tensors(module: Any) -> dict[str, Any]:
    """Those of a module's ``state_dict``, which may hold other things, too."""
    return {name: each for name, each in module.state_dict().items() if hasattr(each, "detach")}


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed([seed & 0xFFFFFFFF, seed >> 32])
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _parameters(trainer: Any) -> dict[str, int]:
    """How many numbers each parameter has: of a module by name, of another trainer as it says, if it does."""
    module = _module_in(trainer)
    if module is not None:
        return {name: each.numel() for name, each in module.named_parameters() if each.requires_grad}
    count = getattr(trainer, "parameter_count", None)
    if count is None:
        return {}
    if not isinstance(count, int | np.integer) or not 0 <= count < 2**53:
        raise at_definition(trainer, f"parameter_count: expected a whole number, got {count!r}")
    return {"all": int(count)}


def _numbers(value: Any) -> Any:
    """A tensor as an array of its type; bfloat16, which NumPy lacks, as float32."""
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    return value.float().numpy() if str(value.dtype) == "torch.bfloat16" else value.numpy()


def _array(method: str, value: Any) -> NDArray[np.float32]:
    array = np.asarray([_array(method, each) for each in value] if isinstance(value, (list, tuple)) else _numbers(value))
    if array.dtype.kind in "bcOSUmM":
        raise ModelError(f"{method}: expected real numbers, got {array.dtype.name}")
    if np.ma.is_masked(value):
        raise ModelError(f"{method}: expected real numbers, got masked ones")
    return array.astype(np.float32, copy=False)


def _kept(losses: Any) -> Any:
    """Losses of a step, which the next one may change where they are. A tensor stays on its device; JAX's arrays never change."""
    if hasattr(losses, "detach"):
        return losses.detach().clone()
    return _array("step", losses).copy() if isinstance(losses, (list, tuple, np.ndarray)) else losses


def _stacked(values: list[Any]) -> NDArray[np.float32]:
    """Losses of some steps in one array; PyTorch's leave their device together."""
    if all(hasattr(value, "detach") for value in values):
        return _array("step", sys.modules["torch"].stack(values))
    return np.stack([_array("step", value) for value in values])
