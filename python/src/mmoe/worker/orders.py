"""Does what mmoe orders, one order after the other."""

from __future__ import annotations

import importlib.util
import platform
import sys
from typing import Any, BinaryIO

from .. import __version__
from .channel import Channel
from .errors import ModelError, described

PROTOCOL = 8


class Worker:
    """Answers orders."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._rows: BinaryIO
        self._state: BinaryIO
        self._training: Any = None

    def answer(self, order: dict[str, Any]) -> dict[str, Any] | None:
        """What an order is answered with. Raises what the model does wrong."""
        name = order.pop("order")
        return getattr(self, f"_{name}")(**order)

    def described(self, error: BaseException) -> dict[str, Any]:
        """An error as the protocol tells it."""
        if self._training is None:
            return described(error, [])
        try:
            definition = self._training.definition
        except Exception:  # an author's own __getattr__
            definition = None
        return described(error, self._training.files.hashes, definition)

    def _hello(self, protocol: int, rows: str, state: str) -> dict[str, Any]:
        if protocol != PROTOCOL:
            raise RuntimeError(f"expected protocol {PROTOCOL}, got {protocol}")
        if importlib.util.find_spec("numpy") is None:
            raise ModelError(f"{sys.executable} has no NumPy; install it there (pip install numpy), or give another Python by --python PATH")
        self._rows = open(rows, "r+b")
        self._state = open(state, "r+b")
        return {"protocol": PROTOCOL, "language": f"Python {platform.python_version()}", "package": __version__}

    def _load(self, model: dict[str, Any]) -> dict[str, Any]:
        from .mapped import MappedFile
        from .training import Training

        if self._training is None:
            self._training = Training(model, MappedFile(self._rows), self._channel.tell)
        return self._training.load(model)

    def _begin(self, bytes: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
        return self._training.begin(bytes, runs)

    def _train(self, at: int, steps: int) -> dict[str, Any]:
        return self._training.train(at, steps)

    def _predict(self, at: int, rows: int) -> None:
        self._training.predict(at, rows)

    def _inspect(self) -> dict[str, Any]:
        return self._training.inspect()

    def _measure(self, **question: Any) -> dict[str, Any]:
        return {"values": self._training.measure(**question)}

    def _weights(self, run: int) -> dict[str, Any]:
        from .saving import save_weights

        return save_weights(self._training.weights(run), self._state)

    def _save(self) -> dict[str, Any]:
        from .saving import save

        return save(self._training.trainer, self._state)

    def _restore(self, bytes: int) -> None:
        from .saving import restore

        restore(self._training.trainer, self._state, bytes)


def work() -> None:
    """Until mmoe ends."""
    channel = Channel()
    worker = Worker(channel)
    while True:
        order = channel.next_order()
        try:
            answer = worker.answer(order)
        except BaseException as error:
            channel.tell({"error": worker.described(error)})
        else:
            channel.tell({"answer": answer or {}})
