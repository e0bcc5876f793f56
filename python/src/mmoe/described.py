"""What a class is made of, as texts, which two processes can compare: what no source makes is told apart."""

from __future__ import annotations

import builtins
import dis
import functools
import hashlib
import sys
import sysconfig
import types
from abc import ABCMeta
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

#: What a class or function has for Python itself, or for types alone.
_UNCOMPARED = {"__dict__", "__weakref__", "__module__", "__firstlineno__", "__static_attributes__", "_abc_impl", "__annotations__", "__annotate__"}
_UNCOMPARED |= {"__annotate_func__", "__annotations_cache__", "__type_params__", "_torchdynamo_wrapper_id"}

#: The attributes that say all of an object of a type.
_PARTS: dict[type, tuple[str, ...]] = {
    types.MethodType: ("__func__", "__self__"),
    types.MemberDescriptorType: ("__name__",),
    types.GetSetDescriptorType: ("__name__",),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget", "fset", "fdel"),
    functools.cached_property: ("func",),
}

_SIMPLE = (type(None), bool, int, float, complex, str, bytes, type(...))

#: The folders that packages are installed into.
_OF_PACKAGES = {"site-packages", "dist-packages"}

#: What a compiler adds or leaves out where a module's import stands beside its use, and the names that instructions have then.
_ADDED = {"CACHE", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "PRECALL", "PUSH_NULL", "RESUME"}
_NAMED = {"LOAD_METHOD": "LOAD_ATTR", "CALL_METHOD": "CALL", "CALL_FUNCTION": "CALL"}


class Description:
    """Texts of all that a class or function reaches, by where it is: ``Net.width``, or ``helper`` of a name that a function reads.

    Of what packages and Python define, the name counts alone.

    :param read: told of each of the user's functions, with a code of it; it may raise ValueError
    """

    def __init__(self, made: Any, read: Callable[[str, types.FunctionType, types.CodeType], None]) -> None:
        self.texts: dict[str, str] = {}
        self._read = read
        self._seen: dict[int, tuple[str, Any]] = {}  # with the object, whose number is then no other's
        self._module = made.__module__
        self._add(made.__qualname__, made)

    def _is_own(self, module: str | None) -> bool:
        return module in (self._module, "__main__") or not is_installed(str(module))

    def _add(self, path: str, value: Any) -> None:
        if type(value) in _SIMPLE:
            self.texts[path] = repr(value)
        elif isinstance(value, types.CellType):
            self._add(path, _content(value))
        elif type(value) is tuple:
            self._add_items(path, "tuple", value)
        elif id(value) in self._seen:
            self.texts.setdefault(path, f"is {self._seen[id(value)][0]}")
        else:
            self._seen[id(value)] = path, value
            self._add_object(path, value)

    def _add_object(self, path: str, value: Any) -> None:
        kind = type(value)
        if isinstance(value, types.ModuleType):
            self.texts[path] = "a module of yours" if self._is_own(value.__name__) else f"module {value.__name__}"
        elif kind in (list, dict, set, frozenset):
            self._add_collection(path, value)
        elif isinstance(value, types.MappingProxyType):
            self._add_collection(path, dict(value))
        elif isinstance(value, type):
            if self._is_own(value.__module__):
                self._add_class(path, value)
            else:
                self.texts[path] = _name(value)
        elif isinstance(value, types.FunctionType):
            self._add_function(path, value)
        elif kind in _PARTS:
            self.texts[path] = _name(kind)
            self._add_parts(path, {name: getattr(value, name) for name in _PARTS[kind]})
        elif isinstance(value, (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)):
            of = getattr(value, "__self__", None)
            self.texts[path] = f"{getattr(value, '__module__', None)}.{value.__qualname__}"
            if of is not None and not isinstance(of, types.ModuleType):
                self._add(f"{path}.__self__", of)
        elif hasattr(value, "__wrapped__"):  # compiled by JAX, or cached
            self._add(f"{path}.__class__", kind)
            self._add_parts(path, getattr(value, "__dict__", {"__wrapped__": value.__wrapped__}))
        elif hasattr(value, "detach") and hasattr(value, "requires_grad"):
            self.texts[path] = f"{_name(kind)} {value.requires_grad} {_numbers(value.detach().cpu())}"
            self._add_parts(path, vars(value))
        elif hasattr(value, "tolist") and hasattr(value, "shape") and not hasattr(value, "index"):
            self.texts[path] = f"{_name(kind)} {_numbers(value)}"
        else:
            self._add_copied(path, value)

    def _add_parts(self, path: str, parts: Any) -> None:
        for name, part in [*parts.items()]:
            if name not in _UNCOMPARED:
                self._add(f"{path}.{name}", part)

    def _add_items(self, path: str, kind: str, items: Any) -> None:
        self.texts[path] = f"{kind} of {len(items)}"
        for i, item in enumerate(items):
            self._add(f"{path}[{i}]", item)

    def _add_collection(self, path: str, value: Any) -> None:
        kind = type(value)
        if kind in (set, frozenset):
            self.texts[path] = f"{kind.__name__} {sorted(_key(each) for each in value)}"
        elif kind is list and all(type(each) in _SIMPLE for each in value):
            self.texts[path] = _digest(repr(value))
        elif kind is list:
            self._add_items(path, "list", value)
        else:
            self.texts[path] = f"dict of {_digest(repr([_key(key) for key in value]))}"  # in order, which a loop over it follows
            for key, item in [*value.items()]:
                self._add(f"{path}[{_key(key)}]", item)

    def _add_class(self, path: str, value: type) -> None:
        self.texts[path] = f"class {value.__qualname__}"
        self._add(f"{path}.__class__", type(value))
        self._add_items(f"{path}.__bases__", "bases", value.__bases__)
        self._add_parts(path, vars(value))
        if isinstance(value, ABCMeta):
            registered = [each() for each in sys.modules["_abc"]._get_dump(value)[0]]
            self.texts[f"{path}.register"] = str(sorted(_name(each) for each in registered if each is not None))

    def _add_function(self, path: str, function: types.FunctionType) -> None:
        code, names = function.__code__, function.__globals__
        module = str(names.get("__name__"))
        if self._is_own(module):
            self.texts[path] = _digest("\n".join(map(_instructions, _all_codes(code))))
        else:
            self.texts[path] = f"{module}.{code.co_name}"
        if self._is_own(module) or hasattr(function, "__wrapped__"):  # a decorator of a package holds what is the user's
            self._add_parts(path, vars(function) | {name: getattr(function, name) for name in ("__defaults__", "__kwdefaults__", "__closure__")})
        if self._is_own(module):
            own = names.get("__builtins__", {})
            known = {**(vars(own) if isinstance(own, types.ModuleType) else own), **names}
            for each in _all_codes(code):
                self._read(path, function, each)
                for name in globals_of(each):
                    if name in known:
                        self._add_global("" if module == self._module else f"{module}.", name, known[name], each)

    def _add_global(self, prefix: str, name: str, value: Any, code: types.CodeType) -> None:
        if prefix + name not in self.texts:
            self._add(prefix + name, getattr(builtins, name) if _is_of_notebook(value) else value)
        if isinstance(value, types.ModuleType) and self._is_own(value.__name__):
            for each in code.co_names:
                if each in vars(value) and f"{value.__name__}.{each}" not in self.texts:
                    self._add(f"{value.__name__}.{each}", vars(value)[each])

    def _add_copied(self, path: str, value: Any) -> None:
        """An object by what it is copied from, as for pickle; by its type alone if it can't be copied."""
        self._add(f"{path}.__class__", type(value))
        try:
            reduced = value.__reduce_ex__(4)
        except Exception:
            return
        if isinstance(reduced, str):
            self.texts[path] = reduced
        else:
            self._add_items(path, "made of", [[*part] if isinstance(part, Iterator) else part for part in reduced])


def is_installed(module: str) -> bool:
    """Whether a module is of Python or of a package, whose version its user keeps, and its file is no other of the same name."""
    first, file = module.partition(".")[0], origin_of(module)
    return file is None or first == __package__ or _is_of_package(first, file)


def origin_of(module: str) -> str | None:
    """A module's file, or that of the package that it is in; of a package without ``__init__.py`` its folder; None for a module of Python's program."""
    first = module.partition(".")[0]
    file: str | None = getattr(sys.modules.get(first), "__file__", None)
    if file is not None:
        return file
    with suppress(ImportError, ValueError):
        spec = find_spec(first)
        if spec is not None:
            return spec.origin if spec.has_location else next(iter(spec.submodule_search_locations or []), None)
    return None


@functools.cache
def _is_of_package(first: str, file: str) -> bool:
    folders = {name: Path(folder).resolve() for name, folder in sysconfig.get_paths().items()}
    if first in sys.stdlib_module_names:
        return any(folders[name] in Path(file).resolve().parents for name in ("stdlib", "platstdlib")) or ".zip" in file
    if not _OF_PACKAGES.isdisjoint(Path(file).parts):
        return True
    packages = [folder for folder in sys.path if not _OF_PACKAGES.isdisjoint(Path(folder).parts)]
    return first in packages_distributions() and PathFinder.find_spec(first, packages) is None  # installed to be edited


def _is_of_notebook(value: Any) -> bool:
    """Whether it is the ``open`` of a notebook, which refuses the file descriptors of the notebook itself."""
    return getattr(value, "__module__", None) == "IPython.core.interactiveshell" and hasattr(builtins, getattr(value, "__wrapped__", value).__name__)


def _name(kind: Any) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _key(key: Any) -> str:
    return repr(key) if type(key) in _SIMPLE else _name(key) if isinstance(key, type) else _name(type(key))


def _numbers(array: Any) -> str:
    return f"{array.dtype} {list(array.shape)} {_digest(repr(array.tolist()))}"


def _digest(text: str) -> str:
    return text if len(text) < 80 else hashlib.sha256(text.encode("utf8", "surrogatepass")).hexdigest()[:20]


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return ...


def _all_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _all_codes(each)


def globals_of(code: types.CodeType) -> list[str]:
    """The names of its module, or of Python's own, that a code reads."""
    read = (each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"))
    return [*dict.fromkeys(read)]


def imports_of(code: types.CodeType) -> list[str]:
    """The modules that a code imports, relative ones left out."""
    return [each.argval for each in dis.get_instructions(code) if each.opname == "IMPORT_NAME" and each.argval]


def _instructions(code: types.CodeType) -> str:
    """What a code does: the same for two texts that Python compiles in different ways because of where an import stands."""
    places: dict[int, int] = {}
    kept: list[dis.Instruction] = []
    for each in dis.get_instructions(code):
        places[each.offset] = len(kept)
        if each.opname not in _ADDED:
            kept.append(each)
    jumps = {*dis.hasjrel, *dis.hasjabs}
    lines = [f"{code.co_varnames} {code.co_freevars} {code.co_cellvars} {code.co_argcount} {code.co_posonlyargcount} {code.co_kwonlyargcount} {code.co_flags & 0xFF}"]
    for each in kept:
        name = _NAMED.get(each.opname, each.opname).replace("_BORROW", "")
        value = places.get(each.argval, each.argval) if each.opcode in jumps else each.argval
        lines.append(f"{name} {'code' if isinstance(value, types.CodeType) else _constant(value)}")
    return "\n".join(lines)


def _constant(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_constant, value))})"
    return str(sorted(map(_constant, value))) if isinstance(value, frozenset) else repr(value)
