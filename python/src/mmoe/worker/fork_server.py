"""A process that has imported PyTorch, which takes seconds, and forks for each worker that asks it to: it is there at once.

The first worker starts it, and it serves all calls of its owner, a notebook's kernel or ``mmoe``. It ends with its owner, or when
nobody has asked for ten minutes. A worker passes its standard streams, environment and working folder, waits for the end of the
process that is forked for it, and ends likewise. If it is killed, that process is, with all that it started. Linux alone has the
means: names of sockets without files, and descriptors of processes.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

#: Names the owner of a server, by its number and a secret, as ``PID:SECRET``. The model does not see it.
VARIABLE = "MMOE_FORK_SERVER"

#: What a server imports: the slow libraries, and the worker's own modules that import them.
_IMPORTED = ("torch", "mmoe.torch_trainer", "mmoe.worker.training", "mmoe.worker.saving", "mmoe.worker.orders")

#: Variables that may differ between workers of one server: nothing that it imports reads them.
_FREE = ("PATH", "TMPDIR", "TMP", "TEMP")

_IDLE_S = 600
#: Seconds that a worker has to say all that it wants.
_ASKING_S = 10

_LENGTH = struct.Struct("!I")
_IS_FORKED = b"f"


def hand_over() -> None:
    """If this worker has an owner: has its server fork another in its place, and ends as that does. Returns where this can't be."""
    owner = os.environ.pop(VARIABLE, "")
    if not owner or sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return
    with suppress(OSError), _connection(owner) as server:
        request = json.dumps({"folder": os.getcwd(), "environment": dict(os.environ)}).encode()
        socket.send_fds(server, [_LENGTH.pack(len(request))], [0, 1, 2])
        server.sendall(request)
        if server.recv(1) == _IS_FORKED:
            _end_as(server.recv(16))


def _connection(owner: str) -> socket.socket:
    """A connection with the owner's server, which is started if there is none. Raises OSError if there can't be one."""
    name = f"\0mmoe-{owner}-{_kind()}"
    for _ in range(100):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(name)
        except ConnectionRefusedError:
            connection.close()
        else:
            if _user_of(connection) != os.getuid():
                raise PermissionError("another user's server")
            return connection
        _start(name, owner)
    raise TimeoutError("no server")


def _kind() -> str:
    """What workers of one server have in common: the interpreter, what it imports, and the environment."""
    specs = [importlib.util.find_spec(name) for name in ("numpy", "torch")]
    files = [*Path(__file__).parents[1].rglob("*.py"), *(Path(spec.origin) for spec in specs if spec and spec.origin)]
    times = sorted((str(file), file.stat().st_mtime_ns) for file in files)
    environment = sorted(entry for entry in os.environ.items() if entry[0] not in _FREE)
    return hashlib.sha256(repr([sys.executable, times, environment]).encode()).hexdigest()[:16]


def _start(name: str, owner: str) -> None:
    """Starts a server of this name, unless another worker was faster."""
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(name)
        except OSError:
            time.sleep(0.01)  # until it listens
            return
        listener.listen(128)
        words = [sys.executable, "-m", __name__, str(listener.fileno()), owner.partition(":")[0]]
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.Popen(words, pass_fds=[listener.fileno()], start_new_session=True, **streams)


def _user_of(connection: socket.socket) -> int:
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return int(user)


def _end_as(told: bytes) -> NoReturn:
    """Ends this process as the forked one has ended: its exit code, or less than 0 for a signal. A server that died says nothing."""
    code = int(told or -signal.SIGKILL)
    if code < 0:
        import resource  # which Windows lacks

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


class _Server:
    """Forks for workers that ask, and watches the processes."""

    def __init__(self, listener: socket.socket, owner: int) -> None:
        self._listener = listener
        self._owner = os.pidfd_open(owner)
        #: Forked processes, with their descriptors, by the connections of those who asked.
        self._forked: dict[socket.socket, tuple[int, int]] = {}

    def serve(self) -> None:
        """Returns in each forked process alone."""
        while True:
            watched: list[Any] = [self._listener, self._owner, *self._forked, *(fd for _, fd in self._forked.values())]
            ready, _, _ = select.select(watched, [], [], None if self._forked else _IDLE_S)
            for connection, (_, fd) in list(self._forked.items()):
                if fd in ready or connection in ready or self._owner in ready:
                    self._end(connection)
            if not ready or self._owner in ready:
                os._exit(0)
            if self._listener in ready and self._is_fork():
                return

    def _is_fork(self) -> bool:
        """Forks for the next worker that asks. Whether this is the forked process."""
        connection, _ = self._listener.accept()
        connection.settimeout(_ASKING_S)
        streams: list[int] = []
        try:
            request = _asked(connection, streams)
            pid = os.fork()
        except (OSError, ValueError, struct.error):
            pid = None  # the worker works itself
        if pid == 0:
            self._become(request, streams, connection)
            return True
        for stream in streams:
            os.close(stream)
        if pid is None:
            connection.close()
            return False
        self._forked[connection] = (pid, os.pidfd_open(pid))
        with suppress(OSError):
            connection.sendall(_IS_FORKED)
        return False

    def _become(self, request: dict[str, Any], streams: list[int], connection: socket.socket) -> None:
        """Makes the forked process the worker that was asked for."""
        os.setsid()
        for to, stream in enumerate(streams):
            os.dup2(stream, to)
        for fd in (*streams, self._owner, *(fd for _, fd in self._forked.values())):
            os.close(fd)
        for one in (connection, self._listener, *self._forked):
            one.close()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])

    def _end(self, connection: socket.socket) -> None:
        """Ends a process and all of its group, if it has not ended, and tells who asked for it how it did."""
        pid, fd = self._forked.pop(connection)
        for kill in (os.killpg, os.kill):  # it may not lead its group yet
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        with suppress(OSError):
            connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        connection.close()


def _asked(connection: socket.socket, streams: list[int]) -> dict[str, Any]:
    """What a worker asks for. Its standard streams are added to ``streams``."""
    if _user_of(connection) != os.getuid():
        raise PermissionError("another user's worker")
    head, received, _, _ = socket.recv_fds(connection, _LENGTH.size, 3)
    streams += received
    (length,) = _LENGTH.unpack(head)
    with connection.makefile("rb") as asked:
        request: dict[str, Any] = json.loads(asked.read(length))
    return request


def main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        for name in _IMPORTED:
            import_module(name)
        gc.freeze()  # what it has is shared with the processes as long as nobody writes there
        _Server(listener, int(sys.argv[2])).serve()
    from .orders import work

    work()


if __name__ == "__main__":
    main()
