"""Rows and results in a file that mmoe and this process share."""

from __future__ import annotations

import mmap
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_BYTES = np.dtype(np.float32).itemsize


class MappedFile:
    """Float32 numbers of a file, in memory. mmoe writes rows with system calls, and reads results so."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._map: mmap.mmap | None = None

    def resize(self, size: int) -> None:
        """Maps the file again after mmoe has made it ``size`` bytes long."""
        self._map = mmap.mmap(self._file.fileno(), size)

    def read(self, at: int, *shape: int) -> NDArray[np.float32]:
        """A copy of the numbers from byte ``at`` on."""
        return self._view(at, shape).copy()

    def write(self, at: int, values: NDArray[np.float32]) -> None:
        """Replaces the numbers from byte ``at`` on."""
        self._view(at, values.shape)[...] = values

    def _view(self, at: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        assert self._map is not None, "expected a file of some size"
        return np.frombuffer(self._map, np.float32, int(np.prod(shape)), at).reshape(shape)


def size_of(*shape: int) -> int:
    """Bytes of that number of numbers."""
    return _BYTES * int(np.prod(shape))
