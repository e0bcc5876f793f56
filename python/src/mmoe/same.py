"""Whether a class that was made again from its source is the class that there is: what changed it since is in no source."""

from __future__ import annotations

import functools
import types
from typing import Any

#: What a class has for Python itself, or for types alone.
_UNCOMPARED = {"__dict__", "__weakref__", "__module__", "__firstlineno__", "__static_attributes__", "_abc_impl", "__annotations__", "__annotate__"}
_UNCOMPARED |= {"__annotate_func__", "__annotations_cache__", "_torchdynamo_wrapper_id"}

#: What functions and their code have that decides what they do.
_OF_FUNCTIONS = ("__code__", "__defaults__", "__kwdefaults__", "__closure__")
_OF_CODE = ("co_code", "co_consts", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_kwonlyargcount")

#: The attributes that say all of an object of a type.
_PARTS: dict[type, tuple[str, ...]] = {
    types.FunctionType: _OF_FUNCTIONS,
    types.CodeType: _OF_CODE,
    types.MethodType: ("__func__", "__self__"),
    types.MemberDescriptorType: ("__name__",),
    types.GetSetDescriptorType: ("__name__",),
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget", "fset", "fdel"),
    functools.cached_property: ("func",),
}


def is_same(one: Any, other: Any, within: frozenset[tuple[int, int]] = frozenset()) -> bool:
    """Whether two objects are made of the same code and values."""
    pair = (id(one), id(other))
    if one is other or pair in within:
        return True
    within |= {pair}

    def same(a: Any, b: Any) -> bool:
        return is_same(a, b, within)

    def all_same(a: Any, b: Any) -> bool:
        return len(a) == len(b) and all(map(same, a, b))

    if isinstance(one, type):
        return isinstance(other, type) and one.__qualname__ == other.__qualname__ and all_same(one.__bases__, other.__bases__) and same(_attributes(one), _attributes(other))
    if not same(type(one), type(other)):
        return False
    if type(one) in _PARTS:
        return all(same(getattr(one, name), getattr(other, name)) for name in _PARTS[type(one)]) and same(_set_on(one), _set_on(other))
    if isinstance(one, types.CellType):
        return all_same(_content(one), _content(other))
    if isinstance(one, (dict, types.MappingProxyType)):
        return all_same(list(one.items()), list(other.items()))  # in order, which a loop over it follows
    if isinstance(one, (list, tuple)):
        return all_same(one, other)
    if type(one) in (bool, int, float, complex, str, bytes):
        return repr(one) == repr(other)
    if type(one) in (set, frozenset):
        return bool(one == other)
    if hasattr(one, "__wrapped__"):  # compiled by JAX, or cached
        return same(one.__wrapped__, other.__wrapped__)
    try:
        copied = _reduced(one), _reduced(other)
    except Exception:  # what can't be copied is itself, or says what it is like
        return bool(one == other)
    return same(*copied)


def _attributes(of: Any) -> dict[str, Any]:
    return {name: value for name, value in getattr(of, "__dict__", {}).items() if name not in _UNCOMPARED}


def _set_on(of: Any) -> dict[str, Any]:
    return _attributes(of) if isinstance(of, types.FunctionType) else {}


def _content(cell: types.CellType) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:  # empty
        return []


def _reduced(value: Any) -> Any:
    """The numbers of an array, or what else it is copied from, as for pickle."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):
        return [str(value.dtype), list(value.shape), value.tolist()]
    reduced = value.__reduce_ex__(2)
    return reduced if isinstance(reduced, str) else [list(part) if hasattr(part, "__next__") else part for part in reduced]
