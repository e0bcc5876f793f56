"""``python -m mmoe.worker.describing FILE CLASS FLAGS``: what a class is made of in a process that has its file alone, as JSON."""

from __future__ import annotations

import hashlib
import importlib.machinery
import json
import os
import sys
import types
from typing import Any

from ..described import Description
from .loading import ModelFiles, OwnLoader


class _AnyFiles(ModelFiles):
    """The files that a model is found to be made of.

    :param flags: of the compiler, in place of what the files' first line says of annotations; None for what it says
    """

    def __init__(self, file: str, flags: int | None) -> None:
        super().__init__(file, {})
        self._flags = flags

    def loader(self, name: str, path: str) -> importlib.machinery.SourceFileLoader:
        self.modules.add(name)
        return OwnLoader(name, path, self)

    def code(self, path: str) -> types.CodeType:
        with open(path, "rb") as file:
            source = file.read()
        self.hashes[path] = hashlib.sha256(source).hexdigest()
        if self._flags is None:
            return compile(source, path, "exec", dont_inherit=True)
        return compile(source.partition(b"\n")[2], path, "exec", self._flags, dont_inherit=True)


def _describe(file: str, made: str, flags: int | None) -> dict[str, Any]:
    files = _AnyFiles(file, flags)
    module = files.load()
    described = Description(getattr(module, made), lambda *_: None)
    return {"texts": described.texts, "files": files.hashes}


if __name__ == "__main__":
    answer = os.fdopen(os.dup(1), "w", encoding="utf8")
    os.dup2(2, 1)  # what the file itself prints
    try:
        said = _describe(sys.argv[1], sys.argv[2], int(sys.argv[3]) if sys.argv[3:] else None)
    except Exception as error:
        said = {"error": f"{type(error).__name__}: {error}"}
    json.dump(said, answer)
    answer.close()
