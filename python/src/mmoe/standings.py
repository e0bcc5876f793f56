"""``mmoe.regimes``: how models stand where rows are few, labels are rare, tasks are many, and in other regimes."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .frames import Figure, Frame, Results, runs_needed
from .own_models import Models, definitions
from .program import MmoeError, PathLike, Said, as_json, follow_program, set_options
from .running import Progress, in_keywords, option
from .settings import MethodName

#: Keywords that are options of the command.
_OPTIONS = {
    "method": "--method",
    "only": "--only",
    "runs": "--runs",
    "lr": "--lr",
    "model_set": "--model-set",
    "env": "--env",
    "engine": "--engine",
    "device": "--device",
    "python": "--python",
    "jobs": "--jobs",
    "retry_failed": "--retry-failed",
}

#: Exit codes: all is done, and some runs failed.
_ENDS = (0, 3)

#: What a row of a cell has not.
_OF_REGIME = (
    *("worst", "worstLow", "worstHigh", "losing", "losingLow", "losingHigh"),
    *("adjusted", "needed", "rank", "of", "better", "worse", "untold", "verdict"),
)


@dataclass(frozen=True, repr=False)
class Standings:
    """How models stand in regimes, as ``mmoe.regimes`` returns it. Gains are over Single-Task, as shares: .1 is a tenth less loss.
    Unknown numbers, such as the interval of a single run, are NaN."""

    #: What the command prints: the tables, where each model wins and loses, and what can't be told.
    said: Said
    #: The results folder, with a folder for each sweep, which ``mmoe.results`` opens.
    folder: Path
    #: The library of the frames; by default pandas where it is installed, else Polars.
    frame: Frame | None = None
    _rows: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    _files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def table(self) -> Any:
        """A frame with one row per regime and contestant of yours (without models, of the committed ones): the ``gain``, with the
        ends ``low`` and ``high`` of its 95 % interval over ``pairs`` of runs; the gain of the ``worst`` task; the share of
        tasks that lose (``losing``); the p of the gain, ``adjusted`` by Holm's method; the pairs that would tell it (``needed``);
        the ``rank`` by gain among as many as ``of``; how many others it is ``better`` or ``worse`` than, or not told apart from
        (``untold``); and the ``verdict``: wins, loses or can't tell.
        """
        return self._framed([row for row in self._shown() if row["cell"] == ""], without=("cell",))

    @property
    def cells(self) -> Any:
        """A frame with one row per cell and contestant of ``table``: its ``gain`` there, with the ends ``low`` and ``high``."""
        return self._framed([row for row in self._shown() if row["cell"] != ""], without=_OF_REGIME)

    @property
    def all(self) -> Any:
        """``table`` of all contestants, yours and the committed ones, which the column ``from`` tells apart."""
        return self._framed([row for row in self._rows if row["cell"] == ""], without=("cell",))

    def figure(self) -> Figure:
        """The page with a panel for each regime: your models in colour over the committed ones in grey.

        :returns: the figure, which a notebook shows; its ``.data`` has the gains of all contestants in all cells
        """
        return _Page(Results(self.folder, self.frame), "regimes", files=self._files)

    def __repr__(self) -> str:
        return self.said

    def _repr_html_(self) -> str:
        html = getattr(self.table, "_repr_html_", None)
        return html() if html else f"<pre>{self.said}</pre>"

    def _shown(self) -> list[Mapping[str, Any]]:
        own = [row for row in self._rows if row["from"] == "yours"]
        return own or list(self._rows)

    def _framed(self, rows: Sequence[Mapping[str, Any]], without: Sequence[str]) -> Any:
        told = [{key: value for key, value in row.items() if key not in without} for row in rows]
        numbers = [key for key in ("low", "high", "worstLow", "worstHigh", "losingLow", "losingHigh", "adjusted", "needed") if key not in without]
        return Results(self.folder, self.frame)._table(told, *numbers)


@dataclass(frozen=True)
class _Page(Figure):
    """The figure of some regimes, as the command drew it."""

    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def _file(self, kind: str) -> bytes:
        if kind not in self.files:
            raise ValueError(f"figure: expected a file that ends in .svg, .png, .pdf, .csv or .txt, got .{kind}")
        return self.files[kind]


def regimes(
    models: Models | None = None,
    *,
    method: MethodName | Sequence[MethodName] | None = None,
    only: str | Sequence[str] | None = None,
    folders: PathLike | Sequence[PathLike] = (),
    runs: int | None = None,
    lr: float | Sequence[float] | None = None,
    settings: Mapping[str, Any] | None = None,
    out: PathLike | None = None,
    model_set: Mapping[str, object] | None = None,
    env: str | Sequence[str] | None = None,
    engine: str | None = None,
    device: str | None = None,
    python: PathLike | None = None,
    jobs: int | None = None,
    retry_failed: bool | None = None,
    progress: bool = True,
    frame: Frame | None = None,
    program: PathLike | None = None,
) -> Standings:
    """Trains models in regimes in which it matters whether tasks share, and pairs their runs with committed ones on the same rows.
    The same call resumes one that was stopped. Without models, it shows how the committed contestants stand.

    >>> standings = mmoe.regimes([MyModel], only=["few-rows", "rare-label"])
    >>> print(standings.said)
    >>> standings.table[["regime", "gain", "low", "high", "rank", "verdict"]]
    >>> standings.figure().save("regimes.pdf")

    Interrupting the call, as by a notebook's stop button, stops it as Ctrl-C does.

    :param models: names, files, classes and ``mmoe.model(...)``, as ``mmoe.sweep`` takes them
    :param method: how the tasks' gradients are combined; or several
    :param only: these regimes alone, such as ``few-rows``
    :param folders: in place of models and regimes: results folders of sweeps with single-task, over which to show how their models stand
    :param runs: runs per model and cell, each beside the committed run of its number (default: 10)
    :param lr: learning rates, among which the validation rows of other runs choose (default: those of the regime)
    :param settings: other settings of training, such as ``{"weightDecay": 0.01}``
    :param out: where results go, a folder for each sweep (default: results/my-regimes)
    :param model_set: change a model, such as ``{"mmoe.experts.shared": 4}``
    :param env: let your own models see a variable, whose value then counts
    :param engine: what trains, as in ``mmoe.sweep``
    :param device: where your own models compute: cpu or cuda
    :param python: the Python interpreter of models in Python (default: this one)
    :param jobs: threads of the cpu engine, and processes of your own models (default: all cores)
    :param retry_failed: train the failed runs of the results folders again
    :param progress: show a bar for each sweep, and what the program notes
    :param frame: the library of the frames; by default pandas where it is installed, else Polars
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :raises MmoeError: the program refuses, in its words
    """
    given = locals()
    with ExitStack() as stack:
        folder = Path(out or "results/my-regimes")
        if models is None and out is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mmoe-")))
        several = [folders] if isinstance(folders, str | os.PathLike) else folders
        words = ["regimes", *(os.fspath(each) for each in several), "--json", "--out", os.fspath(folder), *set_options(settings), *_model_words(models, folder)]
        words += [word for keyword, flag in _OPTIONS.items() for word in option(flag, given[keyword])]
        with in_keywords(_OPTIONS, {key: key for key in settings or {}}):
            told = _told(words, progress and models is not None, program)
        return Standings(Said(told["text"]), folder, frame, [{**row, "needed": runs_needed(row)} for row in told["standings"]], {file.suffix[1:]: file.read_bytes() for file in folder.glob("regimes.*")})


def _model_words(models: Models | None, folder: Path) -> list[str]:
    """``--models mmoe,omoe --model nets.py=Wide-width-64:Wide:width=64``"""
    found = [] if models is None else definitions(models, folder / "models")
    names = [each for each in found if isinstance(each, str)]
    files = [each for each in found if not isinstance(each, str)]
    return [*(["--models", ",".join(names)] if names else []), *(word for each in files for word in ("--model", _file_text(each)))]


def _file_text(model: Mapping[str, Any]) -> str:
    if "file" not in model:
        raise ValueError(f"models: expected names, files, classes or mmoe.model(...), got {dict(model)!r}; model_set changes a model")
    options = ",".join(f"{key}={as_json(value)}" for key, value in model.get("options", {}).items())
    return ":".join([f"{model['file']}={model['name']}", *([model["class"]] if "class" in model else []), *([options] if options else [])])


def _told(words: list[str], is_shown: bool, program: PathLike | None) -> dict[str, Any]:
    """The event of the standings. Warns of failed runs."""
    shown = Progress(is_shown, is_named=True)
    told: dict[str, Any] = {}
    failed: list[str] = []

    def tell(line: str) -> None:
        event = shown.tell(line)
        if event.get("event") == "standings":
            told.update(event)
        elif event.get("status") == "failed":
            failed.append(f"{event['id']}: {event['reason']}")

    try:
        follow_program([*words, *([] if is_shown else ["--quiet"])], tell, note=shown.note, program=program, may_end_with=_ENDS)
    finally:
        shown.close()
    if failed:
        warnings.warn(f"regimes: {len(failed)} runs failed, such as {failed[0]}; retry_failed=True trains them again", stacklevel=3)
    if not told:
        raise MmoeError("regimes: not all runs are there yet; call this again when the other shards are done")
    return told
