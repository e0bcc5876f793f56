"""Whether a class is, in the processes that train it, what it is here: they have its file alone."""

from __future__ import annotations

import __future__

import builtins
import hashlib
import inspect
import json
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .described import Description, globals_of, imports_of, is_installed, origin_of
from .program import environment

#: Names by which a function reads what its source does not name, and Python's own functions that do.
_HIDDEN = {"__annotations__", "__builtins__", "__globals__", "__import__", "__module__", "__subclasses__"}
_HIDDEN |= {"f_builtins", "f_globals", "get_annotations", "get_type_hints", "import_module"}
_READERS = (globals, eval, exec)

#: Seconds that a file may take to be imported; the program says so then.
_IMPORT_S = 60

#: What a file made of a class, by the file, the class and the compiler's flags, and the hashes of all files that it imported.
_found: dict[tuple[Path, str, int | None], dict[str, Any]] = {}


def expect_same(made: Callable[..., Any], file: Path) -> None:
    """Raises ValueError for what a file makes otherwise, in a process that has it alone: a value, or a class's or function's code."""
    is_written = made.__module__ == "__main__"
    try:
        here = Description(made, _expect_seen).texts
    except RecursionError:
        raise ValueError(f"models: {made.__qualname__} reaches a value that is nested too deep to be compared with its file's") from None
    there = _described(file, made.__qualname__, _flags(made) if is_written else None)
    if "error" in there:
        if is_written:
            raise ValueError(f"models: {made.__qualname__}: its source alone does not run ({there['error']}); put it in a file")
        return  # as the program will say
    for path in here | there["texts"]:
        if here.get(path) != there["texts"].get(path):
            what = re.sub(r"(\[|\.__\w+__).*", "", path) or path
            if is_written:
                raise ValueError(f"models: {what} is not what its source makes (it was changed since, or wrapped): put it in a file as it is")
            again = f"models=['{file.name}:{made.__qualname__}'] trains what the file makes"
            raise ValueError(f"models: {what} is not what {file.name} makes (it was changed since the import, or the file was): {again}")


def _expect_seen(path: str, function: types.FunctionType, code: types.CodeType) -> None:
    """Raises ValueError for a function that reads what is not compared with what the file makes."""
    space, imported = function.__globals__, imports_of(code)
    unseen = [name for name in ("__main__",) if name in code.co_consts or name in imported]
    if space.get("__name__") == "__main__":
        unseen += [name for name in globals_of(code) if any(space.get(name, getattr(builtins, name, None)) is each for each in _READERS)]
        unseen += [name for name in code.co_names if name in _HIDDEN]
    if unseen:
        raise ValueError(f"models: {path} uses {unseen[0]}, and what that reads is not seen: name it, or put the class in a file")
    if space.get("__name__") == "__main__":
        for module in imported:
            expect_installed(path, module, module)


def expect_installed(name: str, used: str, module: str) -> None:
    """Raises ValueError for a module that no package has."""
    if not is_installed(module):
        raise ValueError(f"models: {name} uses {used} of your own file {origin_of(module)}: put the class in a file beside it, and give models=['my_file.py']")


def _flags(made: Any) -> int:
    return max((code.co_flags & __future__.annotations.compiler_flag for code in codes_of(made)), default=0)


def codes_of(made: Any) -> Iterator[types.CodeType]:
    """Code objects of a function, or of a class's methods."""
    for each in vars(made).values() if inspect.isclass(made) else [made]:
        function = getattr(each, "__func__", getattr(each, "fget", each))
        function = inspect.unwrap(function) if callable(function) else function
        if isinstance(function, types.FunctionType):
            yield function.__code__


def _described(file: Path, made: str, flags: int | None) -> dict[str, Any]:
    """What the file makes of the class in a process of its own; it is asked again if a file has changed since."""
    key = (file, made, flags)
    if key not in _found or any(_hash(Path(each)) != of for each, of in _found[key]["files"].items()):
        words = [sys.executable, "-m", "mmoe.worker.describing", str(file), made, *([] if flags is None else [str(flags)])]
        env = environment(of_this_python=True)
        env["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, [env.get("PYTHONPATH")])])
        try:
            _found[key] = json.loads(subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=_IMPORT_S, check=True).stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return {"error": "it ends its process, or does not end"}
        if "error" in _found[key]:
            return _found.pop(key)
    return _found[key]


def _hash(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
