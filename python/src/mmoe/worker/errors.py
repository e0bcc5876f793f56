"""What is wrong with a model, with the place in its files."""

from __future__ import annotations

import inspect
import linecache
import os
import sys
import traceback
from collections.abc import Collection
from types import TracebackType
from typing import Any


class ModelError(Exception):
    """What the model's author can fix, found by mmoe itself."""

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line


def at_definition(thing: Any, message: str) -> ModelError:
    """An error of the class, function or object that ``thing`` is, with the line of its definition."""
    definition = thing if inspect.isclass(thing) or inspect.isroutine(thing) else type(thing)
    try:
        return ModelError(message, inspect.getsourcefile(definition), inspect.getsourcelines(definition)[1])
    except (OSError, TypeError):
        return ModelError(message)


def forward_of(model: Any) -> Any:
    """The ``forward`` of a module, which its author wrote; the module if it has none of its own."""
    return getattr(type(model), "forward", model)


def described(error: BaseException, files: Collection[str], model: Any = None) -> dict[str, Any]:
    """An error as the protocol tells it.

    :param files: the real paths of the model's files
    :param model: what trains, if a run has begun
    """
    if isinstance(error, ModelError):
        file, line, _ = (error.file, error.line, "") if error.file else _place(error, files) or (None, None, "")
        return {"kind": "author", "message": str(error), "file": file, "line": line}
    if _is_out_of_memory(error):
        return {"kind": "memory", "message": str(error) or type(error).__name__}
    place = _place(error, files)
    entries = [entry[:_LONGEST] for entry in traceback.format_exception(error)[-1 - _LAST_ENTRIES :]]
    told = {"message": _message(error), "traceback": entries}
    if place is None and _is_raised_by_mmoe(error):
        told = {"message": str(error)}
    if place is not None:
        return {"kind": "author", **told, "file": place[0], "line": place[1], "code": place[2]}
    if model is not None:
        defined = at_definition(forward_of(model) if told["message"].startswith("forward:") else model, "")
        return {"kind": "author", **told, "file": defined.file, "line": defined.line}
    return {"kind": "author" if isinstance(error, SystemExit) else "bug", **told}


#: Entries of a traceback that are told, before its last line.
_LAST_ENTRIES = 3

#: Characters that are told of an error's text, and of an entry.
_LONGEST = 1000


def _is_raised_by_mmoe(error: BaseException) -> bool:
    """Whether it is a check of this package: its message says all."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return isinstance(error, ValueError) and frame.f_code.co_filename.startswith(_PACKAGE + os.sep)


_PACKAGE = os.path.dirname(os.path.dirname(__file__))


def _message(error: BaseException) -> str:
    """In one line, as the last of a traceback."""
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        return f"ends its process (exit code {code})"
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # an author's own class of errors
        text = ""
    lines = text[:_LONGEST].splitlines() or [""]
    first = " ".join(line.strip() for line in lines[: 2 if lines[0].endswith(":") else 1])
    if isinstance(error, ModuleNotFoundError):
        first += f" in {sys.executable}; install it there, or give another Python by --python PATH"
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _is_out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and (type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error))
    )


def _place(error: BaseException, files: Collection[str]) -> tuple[str, int, str] | None:
    """File, line and text of the last line of the model's that an error passed through."""
    if isinstance(error, SyntaxError) and error.filename is not None and os.path.realpath(error.filename) in files:
        return os.path.realpath(error.filename), error.lineno or 1, (error.text or "").strip()
    found = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        file = os.path.realpath(trace.tb_frame.f_code.co_filename)
        if file in files and not file.startswith(_PACKAGE + os.sep):
            found = file, trace.tb_lineno, linecache.getline(file, trace.tb_lineno).strip()
        trace = trace.tb_next
    return found
