"""The models of a sweep that Python starts: names, files, and classes, whose source is written to a file."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import json
import linecache
import os
import re
import symtable
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .program import as_json, file_of
from .same import codes_of, expect_installed, expect_same


@dataclass(frozen=True)
class Model:
    """Your model and its options, as ``mmoe.model`` returns them."""

    made: Callable[..., Any] | str
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


#: A name of one of mmoe's models or of the config's, a file, a class or function that makes a model, ``mmoe.model(...)``, or a
#: definition as in a config, such as ``{"name": "wide", "like": "mmoe", "experts": {"shared": 16}}``.
OneModel = str | Callable[..., Any] | Model | Mapping[str, Any]
Models = OneModel | Sequence[OneModel]


def model(made: Callable[..., Any] | str, *, name: str | None = None, **options: Any) -> Model:
    """Gives your model another name, or options for its constructor.

    >>> mmoe.sweep(models=["mmoe", mmoe.model(MyModel, name="narrow", width=16)])

    :param made: a class or function, called as ``made(inputs, tasks, **options)``, or a file such as ``nets.py:Wide``
    :param name: what figures and reports call it, such as ``My model``: at most 60 characters. Ids and CSV files have its letters,
        digits, '.', '_' and '-' (``My-model``). By default the class's name with the options
    :param options: numbers, texts and truth values
    """
    return Model(made, name, options)


def definitions(models: Any, folder: Path) -> list[str | dict[str, Any]]:
    """Models as a config lists them; the source of classes is written into ``folder``, unless a file of theirs will do."""
    several = models if isinstance(models, Iterable) and not isinstance(models, (str, type, Mapping)) else [models]
    return [dict(each) if isinstance(each, Mapping) else _definition(each if isinstance(each, Model) else Model(each), folder) for each in several]


def _definition(model: Model, folder: Path) -> str | dict[str, Any]:
    if isinstance(model.made, str):
        return _of_text(model, model.made)
    if not callable(model.made) or not hasattr(model.made, "__qualname__"):
        raise TypeError(f"models: expected names, files, classes or mmoe.model(...), got {model.made!r}")
    made = model.made.__qualname__
    defined = {"file": str(_file_of(model.made, folder)), "class": made, **({"options": dict(model.options)} if model.options else {})}
    return {"name": model.name or _named(made, model.options), **defined}


def _of_text(model: Model, text: str) -> str | dict[str, Any]:
    """``mmoe``, ``mine.mjs``, ``my.py=My model``, or ``nets.py:Wide:width=16``."""
    found = re.fullmatch(r"(.*?\.(?:py|mjs|js))(?:=([^:]*))?(?::(.*))?", text, re.IGNORECASE)
    if found is None:
        if model.name or model.options:
            raise ValueError(f"models: {text!r} has no file; a name or options are for your own models")
        return text
    if "\0" in text:
        raise ValueError(f"models: expected a file, got {text!r}")
    file, rest = found[1], found[3] or ""
    first, _, given = ("", "", rest) if "=" in rest.partition(":")[0] else rest.partition(":")
    options = {key: _value(value) for key, _, value in (each.partition("=") for each in given.split(",") if each)} | dict(model.options)
    name = model.name or found[2] or _named(first or Path(file).stem, options)
    return {"name": name, "file": str(Path(file).resolve()), **({"class": first} if first else {}), **({"options": options} if options else {})}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _named(made: str, options: Mapping[str, Any]) -> str:
    """As the command names it: ``Wide-width-16``."""
    return made + "".join(f"-{key}-{re.sub(r'[^A-Za-z0-9._-]+', '-', _text(value))}" for key, value in options.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value)


def _file_of(made: Callable[..., Any], folder: Path) -> Path:
    """The file that a worker loads a class from: its module's, or one that is written for a class of a notebook or script."""
    if made.__module__ not in sys.modules:
        raise ValueError(f"models: {made.__qualname__} is of {made.__module__}, which is no module: put it in a file")
    if made.__module__ != "__main__" and getattr(sys.modules[made.__module__], "__file__", None):
        file = file_of_module(made)
    else:
        file = file_of(source_of(made), folder.resolve(), made.__name__, ".py")
    expect_same(made, file)
    _expect_unset(file)
    return file


#: What holds for a whole process: of which package, how to ask for it, what it is at the start, and what sets it.
_OF_PROCESS: tuple[tuple[str, Callable[[Any], Any], str, str], ...] = (
    ("torch", lambda torch: torch.get_default_dtype(), "torch.float32", "torch.set_default_dtype"),
    ("torch", lambda torch: torch.get_default_device(), "cpu", "torch.set_default_device"),
    ("jax", lambda jax: jax.config.jax_enable_x64 and "JAX_ENABLE_X64" not in os.environ, "False", "jax_enable_x64"),
)


def _expect_unset(file: Path) -> None:
    """Raises ValueError for what was set in this process alone, if the file of a class does not set it too."""
    for package, asked, initial, setter in _OF_PROCESS:
        if package not in sys.modules:
            continue
        value = str(asked(sys.modules[package]))
        if value != initial and setter.rpartition(".")[2] not in file.read_text("utf8"):
            raise ValueError(f"models: {setter} is {value} in this process alone, and models train in others: set it in the class's constructor")


def file_of_module(made: Callable[..., Any]) -> Path:
    """The file of a class or function that is imported. Raises ValueError for one that another has replaced there."""
    if getattr(sys.modules[made.__module__], made.__qualname__, made) is not made:
        raise ValueError(f"models: {made.__qualname__} is another thing in {made.__module__}: give that one, or put yours in a file")
    return Path(inspect.getfile(made)).resolve()


def source_of(made: Callable[..., Any]) -> str:
    """A file's text that defines a class of ``__main__``, with the imports, constants, functions and classes that it uses.

    :raises ValueError: it uses a value that no source makes again
    """
    _replaced_in.cache_clear()  # it holds for one class: the next cell may replace more
    space = vars(sys.modules[made.__module__])
    parts: dict[str, str] = {}
    imports: dict[str, str] = {}
    _add(made.__qualname__, made, space, parts, imports, [])
    return "\n".join(["from __future__ import annotations", "", *sorted(imports.values()), "", *parts.values()]).rstrip() + "\n"


def _add(name: str, made: Any, space: dict[str, Any], parts: dict[str, str], imports: dict[str, str], within: list[str]) -> None:
    """Adds the source of a class or function, after that of what it needs."""
    if name in parts or name in within:
        return
    if "." in name or made.__qualname__ != name:
        raise ValueError(f"models: {made.__qualname__}: expected a class or function of the top level; or put it in a file")
    source = _source(made)
    for used in _free_names(source):
        if _is_of_main(getattr(builtins, used, None)):
            _expect_installed(name, used, "builtins")
        if used not in space or used == name or _is_builtin(used, space[used]):
            continue  # or a name that Python itself will complain about
        value = space[used]
        if isinstance(value, types.ModuleType):
            imports[used] = _import_of(name, used, value)
        elif getattr(value, "__module__", None) == made.__module__ and hasattr(value, "__qualname__"):
            _add(used, value, space, parts, imports, [*within, name])
        elif getattr(value, "__module__", None) and "." not in getattr(value, "__qualname__", "."):
            _expect_installed(name, used, value.__module__)
            imports[used] = f"from {value.__module__} import {value.__qualname__} as {used}"
        elif _is_constant(value):
            parts.setdefault(used, f"{used} = {value!r}\n")
            if re.search(r"\b(inf|nan)\b", repr(value)):
                imports["inf"] = "from math import inf, nan"
        else:
            raise ValueError(f"models: {name} uses {used}, a {type(value).__name__}: make it in the class, or put both in a file")
    parts[name] = source


def _is_builtin(name: str, value: Any) -> bool:
    """Also ``open`` of a notebook, which refuses the file descriptors of the notebook itself."""
    own = inspect.unwrap(value) if getattr(value, "__globals__", {}).get("__name__") == "IPython.core.interactiveshell" else value
    return hasattr(builtins, name) and own is getattr(builtins, name)


def _import_of(name: str, used: str, module: types.ModuleType) -> str:
    _expect_installed(name, used, module.__name__)
    return f"import {module.__name__} as {used}" if "." in module.__name__ or used != module.__name__ else f"import {used}"


def _expect_installed(name: str, used: str, module: str) -> None:
    package = module.partition(".")[0]
    mine = _replaced_in(package)
    if mine is not None:
        raise ValueError(f"models: {name} uses {used} of {module}, whose {mine} was replaced: put the class in a file that does so")
    expect_installed(name, used, module)


@functools.cache
def _replaced_in(package: str) -> str | None:
    """What a script or notebook has put into a module of a package, or into a class of one: the first, if any."""
    for module, each in [*sys.modules.items()]:
        if module.partition(".")[0] != package or not isinstance(each, types.ModuleType):
            continue
        for name, value in [*vars(each).items()]:
            if _is_of_main(value):
                return name
            if issubclass(type(value), type) and value.__module__ == module:
                method = next((method for method, of in [*vars(value).items()] if _is_of_main(of)), None)
                if method is not None:
                    return f"{name}.{method}"
    return None


def _is_of_main(value: Any) -> bool:
    """Whether a function or class is defined in a script or notebook, whatever it is named after."""
    if type(value) is types.FunctionType:
        return value.__globals__.get("__name__") == "__main__"
    return issubclass(type(value), type) and value.__module__ == "__main__"  # a lazy value is not asked for its class


def _is_constant(value: Any, within: tuple[int, ...] = ()) -> bool:
    """Whether it can be written; not of an enum, a named tuple or another type that is made of these, nor a list within itself."""
    if type(value) in (list, tuple, set, dict):
        parts = [each for pair in value.items() for each in pair] if type(value) is dict else value
        return id(value) not in within and all(_is_constant(each, (*within, id(value))) for each in parts)
    return value is None or type(value) in (bool, int, float, str, bytes)


def _source(made: Any) -> str:
    """The text of a top-level class or function, also of a cell of a notebook, which ``inspect`` finds functions of alone."""
    for file, line in [*((code.co_filename, code.co_firstlineno) for code in codes_of(made)), *((file, None) for file in _files_of_main())]:
        lines = linecache.getlines(file)
        for node in reversed(_statements(lines)):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == made.__name__:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                if line is None or first <= line <= (node.end_lineno or node.lineno):
                    return "".join(lines[first - 1 : node.end_lineno]).rstrip() + "\n\n"
    raise ValueError(f"models: {made.__qualname__}: its source is not known; put it in a file")


def _statements(lines: Sequence[str]) -> list[ast.stmt]:
    try:
        return ast.parse("".join(lines)).body
    except SyntaxError:  # a cell that did not run
        return []


def _files_of_main() -> list[str]:
    """The script, or the cells of a notebook, the last first; for classes without functions, which do not say where they are."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    cells = [file for file, entry in linecache.cache.items() if len(entry) > 1 and entry[1] is None]
    return [script] if script else cells[::-1]


def _free_names(source: str) -> list[str]:
    """The names that it reads of its module's, or of Python's own; not those that are local."""
    names: dict[str, None] = {}

    def visit(table: symtable.SymbolTable) -> None:
        is_module = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (not symbol.is_assigned() if is_module else symbol.is_global()):
                names[symbol.get_name()] = None
        for child in table.get_children():
            visit(child)

    visit(symtable.symtable(source, "<source>", "exec"))
    return sorted(names)
