"""Starts sweeps and other commands with arguments of Python."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from .frames import Frame, Results
from .own_models import definitions
from .program import MmoeError, PathLike, Said, as_json, file_of, follow_program, progress_bar, run_program, set_options

#: The folder of results that get no other one, as the command has it.
_DEFAULT = Path("results")

#: Exit codes of a sweep: all done, some runs failed, and stopped at its time limit.
_DONE, _FAILED_RUNS, _STOPPED = 0, 3, 75


def planned(given: dict[str, Any], options: Mapping[str, str], settings: Mapping[str, str]) -> Said:
    """``mmoe sweep --dry-run`` with the keywords of ``mmoe.plan``."""
    with in_keywords(options, settings):
        return Said(run_program([*_words(given, options, settings), "--dry-run", "--quiet"], given["program"]))


def swept(given: dict[str, Any], options: Mapping[str, str], settings: Mapping[str, str]) -> Results:
    """``mmoe sweep`` with the keywords of ``mmoe.sweep``."""
    words = [*_words(given, options, settings), "--json", *([] if given["progress"] else ["--quiet"])]
    shown = Progress(given["progress"])
    ends = {_DONE, _FAILED_RUNS, *([] if given["time_limit"] is None else [_STOPPED])}
    try:
        with in_keywords(options, settings):
            follow_program(words, shown.tell, note=shown.note, program=given["program"], may_end_with=ends)
    finally:
        shown.close()
    return Results(Path(shown.out), None, given["program"])


@contextmanager
def in_keywords(options: Mapping[str, str], settings: Mapping[str, str]) -> Iterator[None]:
    """What the program says of its options, said of the keywords that became these. Commands to be copied stay as they are."""
    try:
        yield
    except MmoeError as error:
        flags = {"--rows": "rows", "--out": "out", "--model": "models", "--models": "models"} | {flag: keyword for keyword, flag in options.items()}
        keys = {"models": "models"} | {key: keyword for keyword, key in settings.items()}
        said = re.sub(r"--set (\w+)", lambda found: keys.get(found[1], found[0]), str(error))
        if "mmoe sweep" not in said:
            said = re.sub(r"--[a-z][a-z-]*", lambda found: flags.get(found[0], found[0]), said)
        raise MmoeError(said) from None


class Progress:
    """A bar of tqdm that follows a sweep's events, a JSON object per line; of several sweeps one bar each, with its name."""

    def __init__(self, is_shown: bool, is_named: bool = False) -> None:
        self._is_shown = is_shown
        self._is_named = is_named
        self._bar: Any = None
        self._lock = threading.Lock()
        self._shares: dict[str, float] = {}
        self._ended = 0
        self._is_stopped = False
        #: The results folder.
        self.out = ""

    def tell(self, line: str) -> dict[str, Any]:
        """Shows an event, and returns it; nothing of a line that an interrupt cut."""
        try:
            event: dict[str, Any] = json.loads(line)
        except ValueError:
            return {}
        self._show(event["event"], event)
        return event

    def _show(self, name: str, event: dict[str, Any]) -> None:
        if name in ("start", "end"):
            self.out = event["out"]
        if not self._is_shown or name == "end":
            return
        with self._lock:
            if name == "start":
                self.close()
                self._shares, self._ended = {}, 0
                form = "{l_bar}{bar}| {n:.1f}/{total} runs [{elapsed}<{remaining}]"
                self._bar = progress_bar()(desc=Path(self.out).name if self._is_named else None, total=event["runs"], bar_format=form, mininterval=0.2 if _is_seen() else 10)
            elif name == "progress":
                self._shares[event["id"]] = event["step"] / event["steps"]
            elif name == "run":
                self._ended += 1
                self._shares.pop(event["id"], None)
            if self._bar is not None and name in ("progress", "run"):
                self._bar.update(self._ended + sum(self._shares.values()) - self._bar.n)

    def note(self, line: str) -> None:
        """Shows what the program says beside; its errors are raised."""
        stopped = "mmoe: stopped "
        if line.startswith(stopped):
            line = line.removeprefix("mmoe: ").removesuffix("resume with:") + "the same call resumes"
        elif self._is_stopped or line.startswith("mmoe: "):
            return
        self._is_stopped = line.endswith("the same call resumes")
        if self._is_shown:
            with self._lock:
                progress_bar().write(line, file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _is_seen() -> bool:
    """Whether a person can see the bar move: in a terminal or a notebook, not in a file."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def _words(given: dict[str, Any], options: Mapping[str, str], settings: Mapping[str, str]) -> list[str]:
    """The command line of a sweep. Writes the files of its models and rows, unless they are there."""
    out = given["out"]
    folder = _DEFAULT if out is None else Path(out)
    words = ["sweep", os.fspath(given["config"]), *([] if out is None else ["--out", os.fspath(out)])]
    if given["rows"] is not None:
        words += ["--rows", _rows_file(given["rows"], folder)]
    for keyword, flag in options.items():
        words += option(flag, given[keyword])
    chosen = {key: given[keyword] for keyword, key in settings.items() if given[keyword] is not None}
    if given["models"] is not None:
        chosen["models"] = definitions(given["models"], folder / "models")
    return [*words, *set_options(chosen)]


#: Options that are given once for each value.
_REPEATED = ("--label", "--input", "--ignore", "--categorical", "--na", "--env")

#: Options that have no value; that of ``--diagnostics`` may be left out.
_SWITCHES = ("--resplit", "--diagnostics", "--allow-cpu", "--retry-failed", "--long", "--keep-weights", "--keep-predictions", "--resume", "--overwrite")


def option(flag: str, value: Any) -> list[str]:
    value = value.tolist() if hasattr(value, "tolist") else value
    if value is None:
        return []
    if flag in _SWITCHES and isinstance(value, bool):
        return [flag] if value else []
    if flag in _SWITCHES and flag != "--diagnostics":
        raise TypeError(f"{flag[2:].replace('-', '_')}: expected True or False, got {value!r}")
    if isinstance(value, Mapping):
        return [word for key, one in value.items() for word in (flag, f"{key}={_text(one)}")]
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [flag, _text(value)]
    if flag in _REPEATED:
        return [word for one in value for word in (flag, _whole(_text(one)))]
    return [flag, ",".join(map(_text, value))]


def _whole(name: str) -> str:
    """A column's name, which the program would take apart at a comma."""
    return as_json([name.strip()]) if "," in name else name


def _text(value: Any) -> str:
    return os.fspath(value) if isinstance(value, str | os.PathLike) else as_json(value)


def _rows_file(rows: Any, folder: Path) -> str:
    """The path of a table; a frame is written to a file of its content's hash, which the same frame finds again."""
    if isinstance(rows, str | os.PathLike):
        return os.fspath(rows)
    try:
        return os.fspath(file_of(_csv_of(rows), folder, "rows", ".csv"))
    except UnicodeEncodeError as error:
        raise ValueError(f"rows: a name or a text has half a character, {error.object[error.start]!r}; replace it") from None


def _csv_of(rows: Any) -> str:
    if hasattr(rows, "to_csv"):
        names = [str(name) for name in rows.index.names if name is not None]
        if names:
            left_out = f"rows: the index {', '.join(names)} is left out; rows.reset_index() makes it a column"
            warnings.warn(left_out, stacklevel=6)
        _expect_cells((str(name), rows.iloc[:, i]) for i, name in enumerate(rows.columns) if rows.dtypes.iloc[i] == object)
        return str(rows.to_csv(index=False, lineterminator="\n"))
    if hasattr(rows, "write_csv"):
        _expect_cells((name, [[]]) for name, kind in rows.schema.items() if kind.is_nested())
        return str(rows.write_csv())
    raise TypeError(f"rows: expected a file, or a frame of pandas or Polars, got {type(rows).__name__}")


def _expect_cells(columns: Iterable[tuple[str, Iterable[Any]]]) -> None:
    """Raises ValueError for a column with lists, arrays or dicts, of whose parts no model learns."""
    for name, cells in columns:
        if any(isinstance(cell, (list, tuple, set, dict)) or getattr(cell, "shape", ()) for cell in cells):
            raise ValueError(f"rows: column {name!r} has lists; leave it out, or give each of their parts a column")


def verify(
    folder: PathLike | Results,
    *,
    runs: int = 3,
    kernels: str | None = None,
    python: PathLike | None = None,
    frame: Frame | None = None,
    program: PathLike | None = None,
) -> Any:
    """Trains some finished runs again and compares their losses.

    >>> mmoe.verify("results/paper", runs=3)

    :param folder: a results folder
    :param runs: how many, chosen at random
    :param kernels: for runs of the cpu engine, its kernels: ``auto``, ``wasm``, ``avx2``, ``avx512`` or ``neon``
    :param python: for models in Python, the interpreter that trains (default: this one)
    :param frame: the library of the frame; by default pandas where it is installed, else Polars
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :returns: a frame with one row per run: the loss that was ``recorded``, and the one of training it ``again``
    :raises MmoeError: the program refuses, in its words
    """
    of = folder if isinstance(folder, Results) else Results(Path(folder), frame, program)
    words = ["verify", os.fspath(of.folder), "--json", "--quiet", *option("--runs", runs)]
    words += [*option("--kernels", kernels), *option("--python", python)]
    return of._table(json.loads(run_program(words, of.program, may_end_with=(0, 4))))


def tune(
    folder: PathLike | Results,
    output: PathLike | None = None,
    *,
    by: Literal["model", "cell"] = "model",
    loss: Literal["train", "heldout", "running"] | None = None,
    metric: str | None = None,
    each: str | Sequence[str] | None = None,
    runs: int | None = None,
    seed: int | None = None,
    overwrite: bool = False,
    frame: Frame | None = None,
    program: PathLike | None = None,
) -> Any:
    """Chooses the values of listed settings for each model: those of the lowest mean final loss, or of the best mean of a metric; on
    a table, on validation rows.

    >>> rates = mmoe.sweep(lr=[1e-4, 1e-3, 1e-2], runs=20, seed=1)
    >>> points = mmoe.tune(rates, "tuned.yaml", runs=200, seed=0)
    >>> points[points["chosen"]]
    >>> mmoe.sweep("tuned.yaml")

    :param folder: a results folder of a sweep with lists of settings
    :param output: the config of the tuned sweep, which is written
    :param by: choose per model, or per cell (a model at a correlation)
    :param loss: what decides (default: what the sweep reports)
    :param metric: a metric of one task that decides instead, as ``runs.csv`` calls it, such as ``auc1``
    :param each: choose separately at each value of these listed settings, which stay lists
    :param runs: runs per cell of the tuned sweep (default: as in the tuning sweep)
    :param seed: seed of the tuned sweep, not that of the tuning sweep (default: the next number)
    :param overwrite: replace the output
    :param frame: the library of the frame; by default that of the results, or pandas where it is installed, else Polars
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :returns: a frame with one row per point that was compared: ``model``, ``correlation`` if cells choose, and the listed settings; ``runs``
        and ``failed``; the ``mean`` of what decides, and the ends of its 95 % interval, ``low`` and ``high``; whether it was ``chosen``; and
        if so, whether at least 20 pairs of runs tell it apart from the next best (``sure``)
    :raises MmoeError: the program refuses, in its words
    """
    of = Results(folder.folder, frame or folder.frame, folder.program) if isinstance(folder, Results) else Results(Path(folder), frame, program)
    given = {"--by": by, "--loss": loss, "--metric": metric, "--each": each, "--output": output, "--runs": runs, "--seed": seed}
    words = [word for flag, value in given.items() for word in option(flag, value)]
    text = run_program(["tune", os.fspath(of.folder), *words, *option("--overwrite", overwrite), "--json", "--quiet"], of.program)
    picks = json.loads(text)["picks"]
    return of._table([row for pick in picks for row in _points(pick)], "low", "high")


def _points(pick: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each point that a choice was made from."""
    which = {"model": pick["model"], **({"correlation": pick["correlation"]} if "correlation" in pick else {}), **pick["at"]}
    return [
        {
            **which,
            **one["point"],
            **{"runs": one["runs"], "failed": one["failed"]},
            **{"mean": one["mean"]["value"], "low": one["mean"]["low"], "high": one["mean"]["high"]},
            **{"chosen": one["point"] == pick["chosen"], "sure": pick["sure"] and one["point"] == pick["chosen"]},
        }
        for one in pick["candidates"]
    ]
