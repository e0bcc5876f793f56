"""What the ``mmoe`` command and this process tell each other: a JSON object per line."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import signal
import sys
import threading
from typing import Any, NoReturn


class Channel:
    """Orders come by the standard input, messages go by the standard output.

    Both are taken away from the model: what it prints goes to the standard error, and what it reads is empty. When mmoe
    ends, this process and its children do.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._id = ""
        _end_with_parent()
        orders = os.fdopen(os.dup(0), "rb")
        self._messages = os.dup(1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        self._orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(orders,), daemon=True).start()

    def _read(self, orders: Any) -> None:
        for line in orders:
            self._orders.put(json.loads(line))
        end_at_once()

    def next_order(self) -> dict[str, Any]:
        """Waits for the next order. Messages are about this one until the next."""
        order = self._orders.get()
        self._id = order.pop("id")
        return order

    def tell(self, message: dict[str, Any]) -> None:
        """Sends a message. A process that the model forked ends here instead: it is not the one that was asked."""
        if os.getpid() != self._pid:
            os._exit(1)
        line = memoryview((json.dumps({"id": self._id, **message}) + "\n").encode())
        while line:
            line = line[os.write(self._messages, line) :]


def end_at_once() -> NoReturn:
    """Ends this process and those that it started, whatever they do."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Has Linux kill this process with mmoe, also while the model holds the interpreter and no thread can read."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        end_at_once()
