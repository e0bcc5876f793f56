"""The ``mmoe`` program, which this package asks for rows, initial values and results."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PathLike = str | os.PathLike[str]

# The header of a model's initial values names each tensor; NumPy refuses a longer one than this.
_LONGEST_HEADER = 1_000_000


class MmoeError(RuntimeError):
    """What the ``mmoe`` program refused, in its words; or that there is none."""


def find_program(program: PathLike | None = None) -> list[str]:
    """The words that call ``mmoe``: of ``program``, ``$MMOE``, the checkout or npm package that this file lies in, the one
    that the working folder lies in (as npx finds it), or ``PATH``: the first that there is.

    :raises MmoeError: there is none, or the one that is named is no file
    """
    for source, given in (("program", program), ("MMOE", os.environ.get("MMOE"))):
        if given:
            if found := shutil.which(given):
                return [found]
            if not Path(given).is_file():
                raise MmoeError(f"{source}: expected the mmoe program, got {os.fspath(given)!r}, which is no file")
            return _called(Path(given))
    for folder in (*Path(__file__).resolve().parents[2:], *_and_parents(Path.cwd())):
        for place in (folder, folder / "node_modules" / "mmoe"):
            if _is_package(place):
                return _called(place / "bin" / "mmoe.js")
    if found := shutil.which("mmoe"):
        return [found]
    raise MmoeError("found no mmoe program; install it (npm install mmoe), or name it by program= or $MMOE")


def _and_parents(folder: Path) -> list[Path]:
    return [folder, *folder.parents]


def _is_package(folder: Path) -> bool:
    """Whether an npm package in a folder is mmoe's, and is built."""
    try:
        name = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("name")
    except (OSError, ValueError, AttributeError):
        return False
    return name == "mmoe" and (folder / "dist").is_dir()


def _called(file: Path) -> list[str]:
    return ["node", str(file)] if file.suffix in (".js", ".mjs") else [str(file)]


def set_options(settings: Mapping[str, Any] | None) -> list[str]:
    """``--set key=value`` for each setting."""
    return [word for key, value in (settings or {}).items() for word in ("--set", f"{key}={json.dumps(value)}")]


def run_program(words: Sequence[str], program: PathLike | None = None) -> str:
    """What ``mmoe`` prints.

    :raises MmoeError: it refuses, or there is no such program
    """
    command = [*find_program(program), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    except FileNotFoundError as error:
        raise MmoeError(f"found no {command[0]}, which runs mmoe: {error.strerror}") from error
    if done.returncode != 0:
        raise MmoeError(done.stderr.strip().removeprefix("mmoe: ") or f"mmoe ended with exit code {done.returncode}")
    return done.stdout


def records_of(words: Sequence[str], program: PathLike | None = None) -> NDArray[np.void]:
    """The records in the file of NumPy's that ``mmoe ... -o FILE`` writes."""
    with tempfile.TemporaryDirectory(prefix="mmoe-") as folder:
        file = Path(folder) / "records.npy"
        run_program([*words, "--quiet", "-o", str(file)], program)
        records: NDArray[np.void] = np.load(file, max_header_size=_LONGEST_HEADER)
        return records
