"""Results as frames and figures."""

from __future__ import annotations

import csv
import hashlib
import importlib
import importlib.util
import io
import json
import math
import os
import re
import tempfile
import warnings
import webbrowser
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import trackers
from .own_rows import FrameText, in_words_of_frame, text_of, written
from .program import MmoeError, PathLike, Said, follow_program, records_of, run_program

if TYPE_CHECKING:
    from .torch_program import ProgramModule

Frame = Literal["pandas", "polars"]

#: NumPy's types by those of safetensors.
_TYPES = {"BOOL": "?", "U8": "u1", "F16": "<f2", "F32": "<f4", "F64": "<f8"} | {f"I{8 * size}": f"<i{size}" for size in (1, 2, 4, 8)}


def _tensor(content: bytes, of: dict[str, Any]) -> NDArray[Any]:
    """A tensor of a safetensors file, as its header describes it."""
    first, last = of["data_offsets"]
    return np.frombuffer(bytearray(content[first:last]), _TYPES[of["dtype"]]).reshape(of["shape"])


def _expect_sum(file: Path, content: bytes, found: str | None) -> None:
    """Raises ValueError for a file whose checksum, which is taken with zeros in its place, is that of other bytes; old files have none."""
    if found is not None and hashlib.sha256(content.replace(found.encode(), b"0" * 64, 1)).hexdigest() != found:
        raise ValueError(f"{file}: is not what was kept (its sha256 differs); bring it back, or train again")


@dataclass(frozen=True)
class Results:
    """What a sweep recorded in a folder, also while it still runs. Frames are of pandas, or of Polars if that is asked for."""

    #: The results folder.
    folder: Path
    #: The library of the frames; by default pandas where it is installed, else Polars.
    frame: Frame | None = None
    #: The mmoe program, where it is not found (see docs/python.md).
    program: PathLike | None = None
    #: The index of the frame that ``mmoe.sweep`` was given as rows: ``predictions`` then has it.
    index: Any = field(default=None, compare=False, repr=False)

    @property
    def runs(self) -> Any:
        """A frame with one row per run, also of failed ones: the columns of ``runs.csv`` (docs/files.md).

        :raises MmoeError: the sweep still runs, and the program, which then reads its journals, refuses
        """
        return self._recorded("runs")

    @property
    def curves(self) -> Any:
        """A frame with one row per run and evaluation: the columns of ``curves-long.csv`` (docs/files.md). Without that file
        (``mmoe.sweep(..., long=True)`` writes it) the program reads the journals.

        :raises MmoeError: the program refuses, in its words
        """
        return self._recorded("curves")

    def by_task(self, what: Literal["runs", "curves"] = "runs") -> Any:
        """``runs`` or ``curves`` in long form: one row per task in place of columns such as ``finalHeldoutLoss1`` and
        ``finalHeldoutLoss2``, with a column ``task`` that counts from 1 and a column ``finalHeldoutLoss``.

        :param what: which of the two
        :returns: a frame
        """
        if what not in ("runs", "curves"):
            raise ValueError(f"by_task: expected 'runs' or 'curves', got {what!r}")
        return self._framed(_by_task(self._text(what)))

    def weights(self, run: str) -> dict[str, NDArray[Any]]:
        """The final parameters of a run, by the names of its tensors; a kernel of one of mmoe's models is [in, out].

        >>> r = mmoe.sweep("smoke", models=["mmoe", MyModel], keep_weights=True)
        >>> r.weights("mmoe/p=0.50/000")["experts/3/0/kernel"].shape  # expert 3, its layer 0: [inputs, units]
        (100, 16)

        Those of a PyTorch module are the tensors of its ``state_dict``:

        >>> module.load_state_dict({name: torch.from_numpy(array) for name, array in r.weights("MyModel/p=0.50/000").items()})

        :param run: its ``id``
        :raises FileNotFoundError: the sweep did not keep the weights of such a run
        """
        return self._tensors(run)[0]

    def _tensors(self, run: str) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
        """The tensors in a run's file of weights, and its metadata."""
        file = self.folder / "weights" / f"{run}.safetensors"
        if not file.is_file():
            raise FileNotFoundError(f"{file}: no weights of this run; .runs has the ids, and mmoe.sweep(..., keep_weights=True) keeps them")
        content = file.read_bytes()
        start = 8 + int.from_bytes(content[:8], "little")
        try:
            header = json.loads(content[8:start])
        except ValueError as error:
            raise ValueError(f"{file}: not readable as safetensors: {error}") from None
        metadata = header.pop("__metadata__", {})
        _expect_sum(file, content, metadata.get("sha256"))
        return {name: _tensor(content[start:], of) for name, of in header.items()}, metadata

    def predictions(self, run: str, part: Literal["test", "validation"] = "test") -> Any:
        """What a run predicts of its test rows, or of its validation rows: no table reports these, so a threshold or a temperature
        may be fitted on them.

        >>> r = mmoe.sweep(rows="customers.csv", label="churn,spend", keep_predictions=True)
        >>> logits = r.predictions("mmoe/000", "validation")["output/churn"]

        :param run: its ``id``
        :param part: which rows
        :returns: a frame with one row per row of that part: labels and outputs in the label's unit, or logits, probabilities and names of
            classes (docs/library.md). Its index is that of the frame that was given as rows to ``mmoe.sweep``; of a file there is a column
            ``row``, from 1. pandas needs pyarrow for it
        :raises FileNotFoundError: the sweep did not keep the predictions of such a run, or it has no validation rows
        """
        folders = {"test": "predictions", "validation": "validation-predictions"}
        if part not in folders:
            raise ValueError(f"predictions: part: expected 'test' or 'validation', got {part!r}")
        file = self.folder / folders[part] / f"{run}.parquet"
        if not file.is_file():
            raise FileNotFoundError(
                f"{file}: no predictions of {part} rows of this run; .runs has the ids, and mmoe.sweep(..., keep_predictions=True) keeps them"
            )
        found = getattr(importlib.import_module(_library(self.frame)), "read_parquet")(file)
        return found if self.index is None or not hasattr(found, "set_axis") else _indexed(found, self.index)

    def predict(self, rows: Any, *, model: str | None = None, run: int | None = None, at: Mapping[str, Any] | None = None) -> Any:
        """What a run predicts of new rows, by its final weights, after ``mmoe.sweep(rows=..., keep_weights=True)``.

        >>> r.predict(new, model="mmoe", run=0)["probability/churn/yes"]

        :param rows: a frame of pandas or Polars with the columns that were inputs, or a file; labels and other columns are ignored
        :param model: needed if the sweep has several
        :param run: its index, from 0; needed if the sweep has several
        :param at: values of settings that the sweep lists, such as ``{"lr": 0.01}``
        :returns: a frame of the same library and with the same index; its columns are those of ``predictions`` without labels. Values of
            a category that no training rows of the run have, or too few, are told by a warning
        :raises MmoeError: the program refuses, in its words
        """
        with _file_of(rows) as (file, frame), _in_words(frame):
            said: list[str] = []
            noted: list[str] = []
            follow_program(["predict", self._path, file, *_choice(model, run, at)], said.append, note=noted.append, program=self.program)
        for line in noted:
            if re.search(r" training rows? of ", line):
                warnings.warn(f"predict: {line}", stacklevel=2)
        library = self.frame if frame is None else "pandas" if hasattr(rows, "to_csv") else "polars"
        found = replace(self, frame=library)._framed("".join(said), texts="prediction/")
        return _indexed(found, rows.index) if library == "pandas" and frame else found

    def encode(self, rows: Any, *, model: str | None = None, run: int | None = None, at: Mapping[str, Any] | None = None) -> NDArray[np.float32]:
        """New rows as the model of a run reads them: standardised numbers, categories as inputs or numbers of vectors.

        :param rows: as of ``predict``, like all other arguments
        :returns: inputs [N, D]
        :raises MmoeError: the program refuses, in its words
        """
        with _file_of(rows) as (file, frame), _in_words(frame):
            records = records_of(["predict", self._path, file, *_choice(model, run, at), "--encoded"], self.program)
            return np.ascontiguousarray(records["x"])

    def module(self, model: str, *, run: int = 0, at: Mapping[str, Any] | None = None) -> ProgramModule:
        """One of mmoe's models as a ``torch.nn.Module`` with the final weights of a run. It maps inputs [N, D], those of ``encode``, to outputs
        [N, O]: a number or a logit for each task, or a logit for each class. In the labels' units they are ``net.std * outputs + net.mean``.

        >>> net = r.module("mmoe", run=0)
        >>> net(torch.from_numpy(r.encode(new, model="mmoe", run=0)))

        :param model: its name
        :param run: the run's index, from 0
        :param at: the correlation and values of settings that the sweep lists, such as ``{"correlation": 0.5, "lr": 0.01}``
        :raises FileNotFoundError: the sweep did not keep the weights of such a run
        :raises MmoeError: the program refuses, in its words
        :raises ValueError: no run, or several, or a model in code, which its own file makes
        """
        import torch

        from .torch_program import ProgramModule

        _expect_values(at)
        tensors, metadata = self._tensors(self._id(model, run, at or {}))
        spec = json.loads(self._said(["models", self._path, "--describe", model, "--json"]))
        if "program" not in spec:
            raise ValueError(f"module: {model} is a model in code; load r.weights(ID) into what its file makes")
        net = ProgramModule(spec, _moments(spec, self.folder / "weights" / metadata["encoding"] if "encoding" in metadata else None))
        net.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
        return net

    def _id(self, model: str, run: int, at: Mapping[str, Any]) -> str:
        rows = [row for row in csv.DictReader(io.StringIO(self._text("runs"))) if (row["model"], row["run"], row["status"]) == (model, str(run), "done")]
        found = [row["id"] for row in rows if all(key in row and _same(row[key], value) for key, value in at.items())]
        if len(found) != 1:
            ways = f"choose one by at=, such as {{'correlation': 0.5}}: {', '.join(found[:5])}" if found else "r.runs has those that are done"
            raise ValueError(f"module: expected one run, got {len(found)} of {model} with index {run}; {ways}")
        return found[0]

    def summary(self, loss: Loss | None = None, *, per_task: bool = False) -> Any:
        """The mean final loss of each cell, which is a model at a correlation and a choice of the listed settings; or each task's
        loss and metrics.

        >>> r.summary(per_task=True).query("metric == 'auc'")

        :param loss: ``train``, ``heldout`` or ``running`` (default: what the sweep reports)
        :param per_task: one row per task, cell and ``metric``, which is ``loss`` or a column of ``runs.csv`` without its number, such as ``auc``;
            with the ``task``, its ``kind``, and ``runs``, ``mean``, ``low`` and ``high``
        :returns: a frame with one row per cell: ``model``, ``correlation`` and listed settings; the numbers of runs that are done
            (``runs``), ``failed`` and ``missing``; the ``mean`` of the runs' losses (means over tasks), and the ends of its 95 %
            interval, ``low`` and ``high``: NaN, or null in Polars, of fewer than 5 runs. On a table ``frame.attrs["intervals"]`` says, in
            pandas, what these hold for: new initial values alone, or new rows, too, if each run has its own split or fold
        :raises MmoeError: the program refuses, in its words
        """
        told = json.loads(self._said(["summary", self._path, "--json", *_loss(loss), *(["--per-task"] if per_task else [])]))
        rows = [row for task in told["tasks"] for cell in task["cells"] for row in _metrics(task, cell)] if per_task else [_cell(cell) for cell in told["cells"]]
        return _covering(told, self._table(rows, "low", "high"))

    def compare(self, other: PathLike | Results | None = None, *, by: str | None = None, loss: Loss | None = None) -> Any:
        """The differences between models at each correlation, from pairs of runs that saw the same rows; or between values of a listed
        setting; or another sweep's losses minus this one's.

        >>> r.compare(by="method")  # does pcgrad help my model?

        :param other: a results folder whose runs are compared with those of the same id here: ``mmoe compare``
        :param by: ``model``, or a listed setting: its values, each minus the first of its list, at the first values of
            other lists (default: models, if there are several)
        :param loss: ``train``, ``heldout`` or ``running`` (default: what the sweep reports)
        :returns: a frame with one row per pair of models and correlation: ``first`` and ``second``, the number of ``pairs`` of runs,
            the mean ``difference`` (the first's loss minus the second's), the ends of its 95 % interval (``low``, ``high``), and
            ``p`` of Wilcoxon's test, adjusted for the number of tests: NaN, or null in Polars, of too few pairs. Where runs are folds or
            splits of one table, it is that of the corrected resampled t test, as ``frame.attrs["intervals"]`` says. Where it does not tell the
            two apart, ``needed`` is the number of runs that would tell a difference of this size (docs/statistics.md): infinite where only more
            rows would. Between settings there
            is one row per model, choice and correlation: ``model``, and ``first`` and ``second`` are choices such as ``method=pcgrad``, the
            second the first of the lists; ``p`` is adjusted over all choices. With ``other``, the columns of ``mmoe compare --csv``, and
            ``frame.attrs["settings"]`` has the settings that differ
        :raises MmoeError: the program refuses, in its words
        :raises ValueError: ``by`` is no listed setting
        """
        if other is not None:
            folder = other._path if isinstance(other, Results) else os.fspath(other)
            told = json.loads(self._shown(["compare", self._path, folder, "--json", *_loss(loss)]))
            frame = _covering(told, self._table([_changed(told, cell) for cell in told["cells"]], "correlation", "meanInA", "change", "low", "high", "needed"))
            if told["settings"] and hasattr(frame, "attrs"):
                frame.attrs["settings"] = told["settings"]
            return frame
        told = json.loads(self._said(["summary", self._path, "--json", *_loss(loss)]))
        self._warn_of_missing(sum(cell["missing"] for cell in told["cells"]), stacklevel=3)
        listed = list(told["cells"][0]["point"])
        if by not in (None, "model", *listed):
            raise ValueError(f"compare: by: expected one of {', '.join(['model', *listed])}, got {by!r}")
        models = [_difference(test) for test in told["models"]] if by in (None, "model") else []
        rows = models or [_points_apart(test) for test in told["points"] if by in (None, *_apart(test))]
        if by not in (None, "model") and not rows:
            raise ValueError(f"compare: by: no choice differs from the first, {_listed(told['cells'][0]['point'])}, in {by} alone")
        return _covering(told, self._table(rows, "low", "high", "p", "needed"))

    def claims(self, loss: Loss | None = None) -> Any:
        """The paper's seven claims, tested on this sweep.

        :param loss: ``train``, ``heldout`` or ``running`` (default: what the sweep reports)
        :returns: a frame with one row per part of a claim, with its interval and verdict: the columns of ``mmoe claims --csv``
        :raises MmoeError: the program refuses, in its words
        """
        return self._framed(self._shown(["claims", self._path, "--csv", *_loss(loss)]))

    def figure(
        self,
        name: str,
        *,
        loss: Loss | None = None,
        statistic: Literal["mean", "median"] = "mean",
        scale: Literal["linear", "log"] = "linear",
        theme: Literal["light", "dark", "print"] = "light",
        paper: bool = False,
        width: str | None = None,
        height: str | None = None,
        title: str | None = None,
        x_limits: tuple[float, float] | None = None,
        y_limits: tuple[float, float] | None = None,
    ) -> Figure:
        """A figure, which a notebook shows.

        >>> r.figure("final-loss", loss="heldout", width="17cm").save("loss.pdf")

        :param name: such as ``figure4`` or ``final-loss`` (docs/figures.md)
        :param loss: ``train``, ``heldout`` or ``running`` (default: what the sweep reports)
        :param statistic: over a cell's runs
        :param scale: the axis of losses
        :param theme: its colours
        :param paper: draw the paper's results behind ours
        :param width: such as ``17cm``, ``6.9in`` or ``498pt`` (default: a column of a paper)
        :param height: likewise; panels are stretched, and texts keep their size
        :param title: above the figure
        :param x_limits: ends of the axis of steps, of figures that have one (docs/figures.md)
        :param y_limits: ends of the axis of losses of the same figures
        :returns: the figure, which is drawn when it is shown or saved; the program then raises ``MmoeError`` for an unknown name
        """
        choices = ["--statistic", statistic, "--scale", scale, "--theme", theme, *_loss(loss), *(["--paper"] if paper else [])]
        page = {"--width": width, "--height": height, "--title": title}
        limits = {"--x-limits": x_limits, "--y-limits": y_limits}
        choices += [f"{option}={value}" for option, value in page.items() if value is not None]
        choices += [f"{option}={','.join(map(str, ends))}" for option, ends in limits.items() if ends is not None]
        return Figure(self, name, tuple(choices))

    def report(self, *, show: bool = True) -> Path:
        """Writes the page with table, figures, claims and provenance, and opens it in the browser.

        :param show: whether to open it
        :returns: the page's file, ``report.html`` in the results folder
        :raises MmoeError: the program refuses, in its words
        """
        file = self.folder / "report.html"
        self._shown(["report", self._path])
        if show:
            webbrowser.open(file.resolve().as_uri())
        return file

    def to_mlflow(self, experiment: str | None = None, *, tracking_uri: str | None = None) -> Said:
        """Adds the runs that ended to MLflow: each with its settings as params, its losses at each evaluated step and its final
        numbers as metrics (the columns of ``curves-long.csv`` and ``runs.csv``), and its id in the tag ``mmoe.id``. A run that is
        there already is not added again. Needs ``pip install mlflow-skinny``, or mlflow.

        >>> r.to_mlflow("paper", tracking_uri="http://localhost:5000")

        :param experiment: its name (default: that of the results folder)
        :param tracking_uri: where MLflow records (default: MLflow's own, such as ``$MLFLOW_TRACKING_URI``)
        :returns: a text: what was added, and where
        :raises ImportError: MLflow is not installed
        """
        return trackers.to_mlflow(self, experiment, tracking_uri)

    def to_wandb(self, project: str | None = None, *, entity: str | None = None) -> Said:
        """Adds the runs that ended to Weights & Biases, each with its settings and its tags as config, its losses as history and
        its final numbers as summary; runs of a cell are a group. A run that was added from here is not added again. Without a
        network, set ``WANDB_MODE=offline``. Needs ``pip install wandb``.

        :param project: its name (default: that of the results folder)
        :param entity: the user or team (default: yours)
        :returns: a text: what was added, and where
        :raises ImportError: wandb is not installed
        """
        return trackers.to_wandb(self, project, entity)

    def to_tensorboard(self, folder: PathLike | None = None) -> Said:
        """Writes the runs that ended for TensorBoard, one folder per run: its settings as hyperparameters, its losses at each
        evaluated step and its final numbers as scalars. A run that is there already is not written again. Needs
        ``pip install tensorboardX``; ``tensorboard --logdir FOLDER`` shows them.

        :param folder: the log folder (default: ``tensorboard/`` in the results folder)
        :returns: a text: what was added, and where
        :raises ImportError: tensorboardX is not installed
        :raises FileExistsError: the folder has a run of another sweep of the same id
        """
        return trackers.to_tensorboard(self, folder)

    def _repr_html_(self) -> str:
        """The summary, in a notebook, with what its intervals are over."""
        told = json.loads(self._said(["summary", self._path, "--json"]))
        html = getattr(self._table([_cell(cell) for cell in told["cells"]], "low", "high"), "_repr_html_", None)
        return "".join([f"<p>{escape(self._path)}</p>", html() if html else "", f"<p>{escape(told['coverage'])}</p>" if told["coverage"] else ""])

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"results have no {name!r}; they have .runs and .curves, which are frames, and .summary()")

    @property
    def _path(self) -> str:
        return os.fspath(self.folder)

    def _said(self, words: list[str]) -> str:
        with _in_words(None):
            return run_program([*words, "--quiet"], self.program, may_end_with=(0, 3, 4))

    def _warn_of_missing(self, count: int, stacklevel: int) -> None:
        if count > 0:
            warnings.warn(f"{self._path}: {count} {'run is' if count == 1 else 'runs are'} missing", stacklevel=stacklevel)

    def _shown(self, words: list[str]) -> str:
        """What the program says of runs together; it warns of those that are missing."""
        said: list[str] = []
        noted: list[str] = []
        with _in_words(None):
            follow_program(words, said.append, note=noted.append, program=self.program, may_end_with=(0, 3, 4))
        for line in noted:
            if " missing" in line:
                warnings.warn(line, stacklevel=3)
        return "".join(said)

    def _recorded(self, what: str) -> Any:
        parquet = self.folder / f"{what}.parquet"
        if parquet.is_file() and not (self.folder / "config.yaml").is_file():
            return getattr(importlib.import_module(_library(self.frame)), "read_parquet")(parquet)
        return self._framed(self._text(what))

    def _text(self, what: str) -> str:
        """CSV of the folder, if it has all that is recorded; else what the program reads of the journals."""
        file = self.folder / {"runs": "runs.csv", "curves": "curves-long.csv"}[what]
        if file.is_file() and not self._has_later(file.stat().st_mtime):
            return file.read_text(encoding="utf-8")
        return self._said(["export", self._path, "--what", what])

    def _has_later(self, time: float) -> bool:
        """Whether a journal was written after the CSV files; a clone's files have about one time."""
        return any(journal.stat().st_mtime > time + _AT_ONCE_S for journal in self.folder.glob("journal/*.jsonl"))

    def _framed(self, text: str, texts: str | None = None) -> Any:
        """A frame of CSV. Where some columns are ``texts``, by what their names begin with, all cells are full: of classes' names, None,
        01 and true are texts, too."""
        named = [] if texts is None else [name for name in next(csv.reader(io.StringIO(text))) if name.startswith(texts)]
        if _library(self.frame) == "pandas":
            import pandas

            exact: dict[str, Any] = {} if tuple(map(int, pandas.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}
            return pandas.read_csv(io.StringIO(text), keep_default_na=texts is None, dtype=dict.fromkeys(named, str), **exact)
        import polars

        return polars.read_csv(io.StringIO(text), infer_schema_length=None, schema_overrides=dict.fromkeys(named, polars.String))

    def _table(self, rows: list[dict[str, Any]], *may_lack: str) -> Any:
        """A frame of some rows; ``may_lack`` are columns of numbers, which may be None."""
        library = _library(self.frame)
        frames = importlib.import_module(library)
        if library == "polars":
            return frames.DataFrame(rows, schema_overrides=dict.fromkeys(may_lack, frames.Float64) if rows else None)
        frame = frames.DataFrame(rows)
        return frame.astype(dict.fromkeys(may_lack, float)) if rows else frame


@contextmanager
def _file_of(rows: Any) -> Iterator[tuple[str, FrameText | None]]:
    """The file of some rows, which of a frame is gone at the end."""
    if isinstance(rows, str | os.PathLike):
        yield os.fspath(rows), None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the sweep told how it reads dates
        frame = text_of(rows)
    with tempfile.TemporaryDirectory(prefix="mmoe-") as folder:
        yield written(frame, Path(folder)), frame


@contextmanager
def _in_words(frame: FrameText | None) -> Iterator[None]:
    """What the program says of options, said of the arguments; of a frame's file, said of the frame."""
    try:
        yield
    except MmoeError as error:
        said = re.sub(r"--(model|run|at|loss|scale|statistic|theme|width|height|title|paper)\b", r"\1", str(error)).replace("--only", "name")
        raise MmoeError(in_words_of_frame(said, frame) if frame else said) from None


def _choice(model: str | None, run: int | None, at: Mapping[str, Any] | None) -> list[str]:
    _expect_values(at)
    given = {"--model": model, "--run": run}
    listed = [word for key, value in (at or {}).items() for word in ("--at", f"{key}={value}")]
    return [*(word for flag, value in given.items() if value is not None for word in (flag, str(value))), *listed]


def _expect_values(at: Any) -> None:
    if at is not None and not isinstance(at, Mapping):
        raise TypeError(f"at: expected a dict of settings' values, got {at!r}")


def _indexed(found: Any, index: Any) -> Any:
    """The rows of a frame of pandas by what another one calls them; column ``row`` has their numbers there, from 1."""
    return found.drop(columns="row").set_axis(index[found["row"].to_numpy() - 1])


def _same(text: str, value: Any) -> bool:
    try:
        return float(text) == float(value)
    except (TypeError, ValueError):
        return text == str(value)


def _moments(spec: dict[str, Any], encoding: Path | None) -> list[tuple[float, float]]:
    """What shifts and scales each of a model's outputs into the unit of its label, [O]."""
    widths = spec.get("outputs") or [1] * spec["tasks"]
    labels = json.loads(encoding.read_text(encoding="utf-8"))["labels"] if encoding else [{"mean": 0.0, "std": 1.0}] * len(widths)
    return [(label["mean"], label["std"]) for label, width in zip(labels, widths, strict=True) for _ in range(width)]


#: Seconds between the last record of a sweep and its CSV files, at most.
_AT_ONCE_S = 5

Loss = Literal["train", "heldout", "running"]


def _covering(told: dict[str, Any], frame: Any) -> Any:
    """A frame that says, in pandas, what its intervals hold for."""
    if told["coverage"] and hasattr(frame, "attrs"):
        frame.attrs["intervals"] = told["coverage"]
    return frame


def _loss(loss: str | None) -> list[str]:
    return [] if loss is None else ["--loss", loss]


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    mean = (cell["loss"] or {}).get("mean") or {}
    counts = {"runs": (cell["loss"] or {}).get("n", 0), "failed": len(cell["failed"]), "missing": cell["missing"]}
    return {**_which(cell), **counts, "mean": mean.get("value"), "low": mean.get("low"), "high": mean.get("high")}


def _metrics(task: dict[str, Any], cell: dict[str, Any]) -> list[dict[str, Any]]:
    of = {"task": task["name"], "kind": task["kind"], **_which(cell)}
    found = {"loss": cell["loss"], **cell["metrics"]}
    return [
        {**of, "metric": name, "runs": value["runs"], "mean": value["value"], "low": value["low"], "high": value["high"]} for name, value in found.items()
    ]


def _difference(test: dict[str, Any]) -> dict[str, Any]:
    models = {"first": test["first"]["model"], "second": test["second"]["model"]}
    rest = {key: value for key, value in _which(test["first"]).items() if key != "model"}
    return {**models, **rest, **_tested(test)}


def _apart(test: dict[str, Any]) -> list[str]:
    """The setting of which two choices have other values; none if there are several. A method's constants are a part of it."""
    first, second = test["first"]["point"], test["second"]["point"]
    found = [key for key, value in first.items() if second[key] != value]
    found = ["method"] if found[0] == "method" and all(key.startswith("method.") and second[key] == "default" for key in found[1:]) else found
    return found if len(found) == 1 else []


def _listed(point: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in point.items())


def _points_apart(test: dict[str, Any]) -> dict[str, Any]:
    """Two choices of the listed settings."""
    of = {key: value for key, value in _which(test["first"]).items() if key not in test["first"]["point"]}
    first, second = (_listed(test[which]["point"]) for which in ("first", "second"))
    return {**of, "first": first, "second": second, **_tested(test)}


def _tested(test: dict[str, Any]) -> dict[str, Any]:
    mean = test["mean"]
    return {"pairs": test["pairs"], "difference": mean["value"], "low": mean["low"], "high": mean["high"], "p": test["adjusted"], "needed": runs_needed(test)}


def runs_needed(test: Mapping[str, Any]) -> float | None:
    """Of a test in JSON, which has no infinity."""
    return math.inf if test["needed"] == "more rows" else test["needed"]


def _changed(told: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    """A row of ``mmoe compare --csv``."""
    counts = {"pairs": cell["pairs"], "equal": cell["equal"], "meanInA": cell["mean"]}
    change = {"change": cell["change"]["value"], "low": cell["change"]["low"], "high": cell["change"]["high"], "tolerance": told["tolerance"]}
    which = {"loss": told["loss"], "model": cell["model"], "correlation": cell["correlation"], **cell["point"]}
    return {**which, **counts, **change, "verdict": cell["verdict"], "needed": runs_needed(cell)}


def _which(cell: dict[str, Any]) -> dict[str, Any]:
    correlation = {} if cell["correlation"] is None else {"correlation": cell["correlation"]}
    return {"model": cell["model"], **correlation, **cell["point"]}


@dataclass(frozen=True)
class Figure:
    """A figure of some results. A notebook shows it."""

    #: The results that it shows.
    results: Results
    #: Its name, such as ``figure4``.
    name: str
    #: The options that it is drawn with, as ``mmoe figures`` takes them.
    choices: tuple[str, ...] = ()

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return self._file("svg").decode()

    @property
    def data(self) -> Any:
        """The numbers that are drawn, as a frame."""
        return self.results._framed(self._file("csv").decode())

    def save(self, file: PathLike) -> Path:
        """Writes the picture (``.svg``, ``.png`` or ``.pdf``), its numbers (``.csv``) or its caption (``.txt``).

        :param file: its path, by whose ending it is written
        :returns: the path
        :raises ValueError: another ending
        """
        path = Path(file)
        path.write_bytes(self._file(path.suffix.removeprefix(".")))
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def _file(self, kind: str) -> bytes:
        if kind not in ("svg", "png", "pdf", "csv", "txt"):
            raise ValueError(f"figure: expected a file that ends in .svg, .png, .pdf, .csv or .txt, got .{kind}")
        if "," in self.name:
            raise ValueError(f"figure: expected the name of one figure, got {self.name!r}")
        with tempfile.TemporaryDirectory(prefix="mmoe-") as folder:
            kinds = kind if kind in ("png", "pdf") else "svg"
            words = ["figures", self.results._path, "--only", self.name, *self.choices, "--format", kinds, "-o", folder]
            self.results._shown(words)
            (file,) = Path(folder).glob(f"*.{kind}")
            return file.read_bytes()


def results(folder: PathLike, *, frame: Frame | None = None, program: PathLike | None = None) -> Results:
    """What a sweep recorded in a results folder, wherever it was trained, also while it still runs.

    >>> r = mmoe.results("results/paper")
    >>> r.runs  # one row per run

    :param folder: a results folder; or one with ``runs.parquet``, as ``mmoe export`` writes it
    :param frame: the library of its frames; by default pandas where it is installed, else Polars
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :raises FileNotFoundError: there is no such folder, or it has no results
    :raises ImportError: neither library is installed, or not the one that is asked for
    """
    path = Path(folder)
    if not any((path / name).exists() for name in ("config.yaml", "runs.csv", "runs.parquet")):
        raise FileNotFoundError(f"{path}: no results are in it; expected the folder of a sweep")
    _library(frame)
    return Results(path, frame, program)


def _library(frame: str | None) -> str:
    if frame not in (None, "pandas", "polars"):
        raise ValueError(f"results: frame: expected 'pandas' or 'polars', got {frame!r}")
    choices = ("pandas", "polars") if frame is None else (frame,)
    for name in choices:
        if importlib.util.find_spec(name) is not None:
            return name
    raise ImportError(f"mmoe.results needs {' or '.join(choices)}, which pip installs")


#: Settings, which a sweep may list, whose names end in a number.
_NUMBERED = ("beta1", "beta2")


def _by_task(text: str) -> str:
    """CSV with one row per task: columns that end in the number of a task become one."""
    header, *lines = csv.reader(io.StringIO(text))
    # By the name without the number, the places of its columns, task by task.
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        if name not in _NUMBERED and (found := re.fullmatch(r"(.*[A-Za-z])([1-9]\d*)", name)):
            places.setdefault(found[1], []).append(place)
    of_tasks = sorted(place for of_name in places.values() for place in of_name)
    before = range(of_tasks[0])
    after = [place for place in range(of_tasks[0], len(header)) if place not in of_tasks]

    long = io.StringIO()
    writer = csv.writer(long, lineterminator="\n")
    writer.writerow([*_at(header, before), "task", *places, *_at(header, after)])
    for line in lines:
        for task, of_task in enumerate(zip(*places.values())):
            writer.writerow([*_at(line, before), str(task + 1), *_at(line, of_task), *_at(line, after)])
    return long.getvalue()


def _at(values: list[str], places: Iterable[int]) -> list[str]:
    return [values[place] for place in places]
