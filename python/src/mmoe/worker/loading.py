"""Imports a model's file, and only code that belongs to its identity."""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import inspect
import os
import sys
import sysconfig
import types
from collections.abc import Callable, Sequence
from typing import Any

from .errors import ModelError, at_definition

_PACKAGE = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))


class ModelFiles:
    """The files that a model is made of, by their real paths: those that were hashed when the sweep was planned."""

    def __init__(self, file: str, hashes: dict[str, str]) -> None:
        self.hashes = hashes
        self.module_name, root = _module_of(os.path.realpath(file))
        if not getattr(sys.flags, "safe_path", False):
            sys.path.pop(0)  # the working folder, which `python -m` puts there
        sys.path.insert(0, root)
        sys.meta_path.insert(0, _Finder(self))
        if self.module_name in sys.modules:
            raise ModelError(f"a module of the name {self.module_name!r} is loaded already; rename the file", file)
        self.modules: set[str] = set()
        self._codes: dict[str, types.CodeType] = {}

    def load(self) -> types.ModuleType:
        """The model's module, and those of its own files that it imports, as if nobody had imported them before."""
        for name in self.modules:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(self.module_name)

    def loader(self, name: str, path: str) -> importlib.machinery.SourceFileLoader:
        """A loader of one of the model's files. Raises ModelError for a file that is not one of them."""
        if path not in self.hashes:
            raise ModelError(
                f"imports {name} from {path}, whose changes would go unnoticed: put it beside the model's file, "
                f"install it, or add its folder to PYTHONPATH and import it by its name"
            )
        self.modules.add(name)
        return OwnLoader(name, path, self)

    def code(self, path: str) -> types.CodeType:
        """A file's code, compiled once, from the text that was hashed: no cache of Python's can be older."""
        if path not in self._codes:
            with open(path, "rb") as file:
                source = file.read()
            if hashlib.sha256(source).hexdigest() != self.hashes[path]:
                raise ModelError("has changed since the sweep began; bring back what it was", path)
            self._codes[path] = compile(source, path, "exec", dont_inherit=True)
        return self._codes[path]


class OwnLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, files: ModelFiles) -> None:
        super().__init__(name, path)
        self._files = files

    def get_code(self, fullname: str) -> types.CodeType:
        return self._files.code(self.path)


class _Finder:
    """Finds modules as Python does, but refuses code of the user's that is not the model's."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files
        self._installed = [*_installed_folders(), _PACKAGE]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = self._found(name, path, target)
        if spec is None or not spec.has_location or spec.origin is None:
            return spec
        origin = os.path.realpath(spec.origin)
        if self._is_installed(origin):
            return spec
        spec.loader = self._files.loader(name, origin)
        spec.origin = origin
        spec.cached = None
        return spec

    def _found(self, *of: Any) -> importlib.machinery.ModuleSpec | None:
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(*of)
                if spec is not None:
                    return spec
        return None

    def _is_installed(self, path: str) -> bool:
        parts = path.split(os.sep)
        if "site-packages" in parts or "dist-packages" in parts:
            return True
        return any(path.startswith(folder + os.sep) for folder in self._installed) and path not in self._files.hashes


def _installed_folders() -> list[str]:
    paths = sysconfig.get_paths()
    return [os.path.realpath(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib") if name in paths]


def _module_of(file: str) -> tuple[str, str]:
    """A file's name as a module, and the folder that it starts in: that above the packages that hold it."""
    folder, base = os.path.split(file)
    names = [os.path.splitext(base)[0]]
    while os.path.exists(os.path.join(folder, "__init__.py")) and folder != os.path.dirname(folder):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    return ".".join(names), folder


def factory_in(module: types.ModuleType, name: str | None) -> Callable[..., Any]:
    """The class or function that makes the model: that of ``name``, or the only one that could."""
    if name is not None:
        made = getattr(module, name, None)
        if callable(made):
            return made
        raise ModelError(f"expected a class or function {name}{_hint(_factories_in(module))}", module.__file__)
    found = _factories_in(module)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ModelError(
            "expected a class with __init__(self, inputs, tasks) that derives from torch.nn.Module, or has methods "
            "step(x, y) and predict(x)",
            module.__file__,
        )
    names = ", ".join(each.__name__ for each in found)
    raise ModelError(f"has several models, {names}; name one: --model FILE.py:{found[0].__name__}", module.__file__)


def _hint(factories: list[type]) -> str:
    return f"; there are {', '.join(each.__name__ for each in factories)}" if factories else ""


def _factories_in(module: types.ModuleType) -> list[type]:
    classes = [each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__]
    return [each for each in dict.fromkeys(classes) if _is_model(each) and _takes_sizes(each)]


def _is_model(made: type) -> bool:
    return is_trainer(made) or is_module(made)


def is_trainer(thing: Any) -> bool:
    """Whether a class or an object has ``step`` and ``predict``."""
    return callable(getattr(thing, "step", None)) and callable(getattr(thing, "predict", None))


def is_module(thing: Any) -> bool:
    """Whether a class or an object is a PyTorch module's; PyTorch is not imported for it."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    return issubclass(thing, torch.nn.Module) if inspect.isclass(thing) else isinstance(thing, torch.nn.Module)


def _takes_sizes(made: type) -> bool:
    try:
        return list(inspect.signature(made).parameters)[:2] == ["inputs", "tasks"]
    except ValueError:
        return False


def arguments_of(made: Callable[..., Any], options: dict[str, Any], settings: Any) -> dict[str, Any]:
    """The keyword arguments of a class or function that makes a model, beside ``inputs`` and ``tasks``.

    These are the options that the user gave, and what mmoe tells a parameter of the name ``settings``, ``outputs`` or
    ``categories``.
    """
    parameters = inspect.signature(made).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    taken = list(parameters)[2:]
    told = {"settings": settings, "outputs": settings.outputs, "categories": dict(settings.categories)}
    if settings.categories and "categories" not in taken:
        raise at_definition(made, _no_categories(list(settings.categories)))
    for name in options:
        if name in told or not (takes_any or name in taken):
            own = [each for each in taken if each not in told]
            raise at_definition(made, f"option {name}: expected one of {', '.join(own) or 'none'}")
    arguments = {**options, **{name: value for name, value in told.items() if name in taken}}
    try:
        inspect.signature(made).bind(settings.inputs, settings.tasks, **arguments)
    except TypeError as error:
        how = f"{made.__name__}(inputs, tasks, **options)"
        raise at_definition(made, f"expected to be made as {how}: {error}") from None
    return arguments


def _no_categories(inputs: list[int]) -> str:
    which = f"inputs {inputs[0]} to {inputs[-1]} are numbers" if len(inputs) > 1 else f"input {inputs[0]} is the number"
    return f"{which} of a column's values, which a constructor takes by a parameter categories; else leave the column out, or give --one-hot"
