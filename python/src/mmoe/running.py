"""Starts sweeps and other commands with arguments of Python."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from .frames import Frame, Results
from . import own_metrics, own_models
from .own_rows import FrameText, in_words_of_frame, text_of, written
from .program import MmoeError, PathLike, Said, as_json, follow_program, progress_bar, run_program, set_options

#: The folder of results that get no other one, as the command has it.
_DEFAULT = Path("results")

#: Exit codes of a sweep: all done, some runs failed, and stopped at its time limit.
_DONE, _FAILED_RUNS, _STOPPED = 0, 3, 75


def planned(given: dict[str, Any], options: Mapping[str, str], settings: Mapping[str, str]) -> Said:
    """``mmoe sweep --dry-run`` with the keywords of ``mmoe.plan``."""
    with ready(given, options, settings, is_kept=False) as words:
        return Said(_hinted(run_program([*words, "--dry-run", "--quiet"], given["program"])))


def swept(given: dict[str, Any], options: Mapping[str, str], settings: Mapping[str, str]) -> Results:
    """``mmoe sweep`` with the keywords of ``mmoe.sweep``."""
    shown = Progress(given["progress"])
    ends = {_DONE, _FAILED_RUNS, *([] if given["time_limit"] is None else [_STOPPED])}
    try:
        with ready(given, options, settings) as words:
            told = [*words, "--json", *([] if given["progress"] else ["--quiet"])]
            follow_program(told, shown.tell, note=shown.note, program=given["program"], may_end_with=ends)
    finally:
        shown.close()
    return Results(Path(shown.out), None, given["program"], given["rows"].index if hasattr(given["rows"], "to_csv") else None)


@contextmanager
def in_keywords(options: Mapping[str, str], settings: Mapping[str, str], frame: FrameText | None = None) -> Iterator[None]:
    """What the program says of its options, said of the keywords that became these, and of a frame's file, said of the frame.
    Commands to be copied stay as they are."""
    try:
        yield
    except MmoeError as error:
        flags = {"--rows": "rows", "--out": "out", "--model": "models", "--models": "models"} | {flag: keyword for keyword, flag in options.items()}
        keys = {"models": "models", "metrics": "metrics"} | {key: keyword for keyword, key in settings.items()}
        said = re.sub(r"--set (\w+)", lambda found: keys.get(found[1], found[0]), str(error))
        if "mmoe sweep" not in said:
            said = re.sub(r"--[a-z][a-z-]*", lambda found: flags.get(found[0], found[0]), said)
        raise MmoeError(in_words_of_frame(said, frame) if frame else said) from None


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
                progress_bar().write(_hinted(line), file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _hinted(said: str) -> str:
    """What the program advises, in keywords: ``give task stars=categorical``."""
    return re.sub(r"(\bgive |\()--([a-z-]+)", lambda found: found[1] + found[2].replace("-", "_"), said)


def _is_seen() -> bool:
    """Whether a person can see the bar move: in a terminal or a notebook, not in a file."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextmanager
def ready(given: dict[str, Any], options: Mapping[str, str], settings: Mapping[str, str], *, is_kept: bool = True) -> Iterator[list[str]]:
    """The command line of a sweep, whose models and rows are written into its folder; what the program says is said of the keywords.

    :param is_kept: whether the files stay; else they are gone at the end
    """
    frame = None if given["rows"] is None or isinstance(given["rows"], str | os.PathLike) else text_of(given["rows"], _listed(given["lists"]))
    kept = Path(given["out"] or _DEFAULT)
    before = set(kept.glob("rows_*.csv"))
    with nullcontext(kept) if is_kept else tempfile.TemporaryDirectory(prefix="mmoe-") as folder, in_keywords(options, settings, frame):
        try:
            yield _words(given, frame, Path(folder), options, settings)
        except MmoeError:
            _remove_unused({*Path(folder).glob("rows_*.csv")} - before)
            raise


def _remove_unused(copies: Iterable[Path]) -> None:
    """Removes copies of a frame that a sweep was refused with, and the folder, if nothing else is there."""
    for copy in copies:
        configs = [*copy.parent.glob("config.yaml"), *copy.parent.glob("*/config.yaml")]
        if any(copy.name in config.read_text(encoding="utf-8") for config in configs):
            continue
        copy.unlink()
        if not any(copy.parent.iterdir()):
            copy.parent.rmdir()


def _words(given: dict[str, Any], frame: FrameText | None, folder: Path, options: Mapping[str, str], settings: Mapping[str, str]) -> list[str]:
    """The command line of a sweep. Writes the files of its models and rows into ``folder``, unless they are there."""
    words = ["sweep", os.fspath(given["config"]), *option("--out", given["out"])]
    if given["rows"] is not None:
        words += ["--rows", written(frame, folder) if frame else os.fspath(given["rows"])]
    for keyword, flag in options.items():
        words += option(flag, _categories(given, frame) if keyword == "categorical" else given[keyword])
    chosen = {key: given[keyword] for keyword, key in settings.items() if given[keyword] is not None}
    if given["models"] is not None:
        chosen["models"] = own_models.definitions(given["models"], folder / "models")
    if given["metrics"] is not None:
        chosen["metrics"] = own_metrics.definitions(given["metrics"], folder / "metrics")
    return [*words, *set_options(chosen)]


def _categories(given: dict[str, Any], frame: FrameText | None) -> Any:
    """Columns that are categories: those that are named, and those that a frame has as such and that are inputs or labels."""
    named, inputs, labels, ignored = (_listed(given[keyword]) for keyword in ("categorical", "input", "label", "ignore"))
    splits = [given[keyword] for keyword in ("group", "by_time", "stratify")]
    lists = _listed(given["lists"])
    for name in frame.categorical if frame else []:
        is_seen = name in labels or name in inputs or name[:1].lower() == "y" or not (inputs or name in splits)
        if is_seen and name not in (*ignored, *named, *lists, "part"):
            named.append(name)
    return named or None


def _listed(names: Any) -> list[str]:
    """Names of columns, which a frame may have as numbers."""
    if isinstance(names, str):
        return names.split(",")
    return [] if names is None else list(map(str, names if isinstance(names, Iterable) else [names]))


#: Options that are given once for each value.
_REPEATED = ("--label", "--input", "--ignore", "--categorical", "--lists", "--na", "--env")

#: Options that have no value; that of ``--diagnostics`` may be left out.
_SWITCHES = ("--resplit", "--diagnostics", "--allow-cpu", "--retry-failed", "--long", "--keep-weights", "--keep-predictions", "--resume", "--overwrite")


#: Options of how a table is split and measured, by the kind of their values and its name.
_SPLITS: dict[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(("--folds", "--split", "--ndcg-at"), (int, "a whole number")),
    "--heldout": ((int, float), "a number"),
    **dict.fromkeys(("--group", "--by-time", "--stratify", "--metrics-by", "--weight"), (str, "the name of a column")),
}


def option(flag: str, value: Any) -> list[str]:
    value = value.tolist() if hasattr(value, "tolist") else value
    if value is None:
        return []
    kind, name = _SPLITS.get(flag, (object, ""))
    if not isinstance(value, kind) or (name and isinstance(value, bool)):
        raise TypeError(f"{flag[2:].replace('-', '_')}: expected {name}, got {value!r}")
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
    budget: int | None = None,
    time: str | None = None,
    axes: Mapping[str, Any] | None = None,
    runs: int | None = None,
    seed: int | None = None,
    overwrite: bool = False,
    frame: Frame | None = None,
    program: PathLike | None = None,
    **sweep: Any,
) -> Any:
    """Chooses the values of listed settings for each model: those of the lowest mean final loss, or of the best mean of a metric; on
    a table, on validation rows.

    >>> rates = mmoe.sweep(lr=[1e-4, 1e-3, 1e-2], runs=20, seed=1)
    >>> points = mmoe.tune(rates, "tuned.yaml", runs=200, seed=0)
    >>> points[points["chosen"]]
    >>> mmoe.sweep("tuned.yaml")

    With ``budget`` or ``time`` it searches first: it trains random trials of a config, and gives the best third of them more runs, up to
    ``runs``. The same call resumes a search that was stopped.

    >>> mmoe.tune("paper", "tuned.yaml", budget=50, runs=10, models=["mmoe", mmoe.model(Wide)], lr="1e-4..1e-2", batch=[16, 64],
    ...     axes={"mmoe.experts.layers": [8, 16, [32, 16]], "Wide.width": "32..256"})

    :param folder: a results folder of a sweep with lists of settings; for a search a preset or a config file
    :param output: the config of the tuned sweep, which is written
    :param by: choose per model, or per cell (a model at a correlation)
    :param loss: what decides (default: what the sweep reports)
    :param metric: a metric of one task that decides instead, as ``runs.csv`` calls it, such as ``auc1``
    :param each: choose separately at each value of these listed settings, which stay lists
    :param budget: train this many random trials of each model first
    :param time: train trials for a time such as ``20m``, or until ``budget`` of them are trained
    :param axes: fields of models, and arguments of your classes, that a search tries, with lists or ranges such as ``"2..16"`` of their values
    :param runs: runs per cell of the tuned sweep (default: as in the tuning sweep); of a search, the most runs of a trial
    :param seed: seed of the tuned sweep, not that of the tuning sweep (default: the next number); of a search, its own
    :param overwrite: replace the output
    :param frame: the library of the frame; by default that of the results, or pandas where it is installed, else Polars
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :param sweep: of a search, other keywords of ``mmoe.sweep``, such as ``rows``, ``models`` and ``out``; settings may be lists or ranges such as
        ``"1e-4..1e-2"``
    :returns: a frame with one row per point that was compared: ``model``, ``correlation`` if cells choose, and the listed settings; ``runs``
        and ``failed``; the ``mean`` of what decides, and the ends of its 95 % interval, ``low`` and ``high``; whether it was ``chosen``; and
        if so, whether at least 20 pairs of runs, or 5 of splits of one table, tell it apart from the next best (``sure``), and the listed settings of which it has the
        least or greatest value (``at_end``, with a warning)
    :raises MmoeError: the program refuses, in its words
    """
    of = Results(folder.folder, frame or folder.frame, folder.program) if isinstance(folder, Results) else Results(Path(folder), frame, program)
    given = {"--by": by, "--loss": loss, "--metric": metric, "--each": each, "--output": output, "--budget": budget, "--time": time}
    words = [word for flag, value in given.items() for word in option(flag, value)]
    words += [*option("--overwrite", overwrite), "--json"]
    if budget is None and time is None:
        for keyword in sweep if axes is None else ["axes"]:
            raise TypeError(f"tune: {keyword} is for a search; give budget or time")
        words += [*option("--runs", runs), *option("--seed", seed), "--quiet"]
        text = run_program(["tune", os.fspath(of.folder), *words], of.program)
    else:
        text = _searched({"config": of.folder, "program": of.program, "runs": runs, "seed": seed, **sweep}, axes or {}, words)
    picks = json.loads(text)["picks"]
    for pick in picks:
        if pick["atEnd"]:
            warnings.warn(f"tune: {pick['model']} is at an end of {', '.join(pick['atEnd'])}; a better value may lie beyond", stacklevel=2)
    rows = [row for pick in picks for row in _points(pick)]
    return of._table(_alike(rows), "low", "high")


def _searched(given: dict[str, Any], axes: Mapping[str, Any], words: list[str]) -> str:
    """What ``mmoe tune`` prints after it has searched with keywords of ``mmoe.sweep``."""
    from .sweeping import OPTIONS, SETTINGS  # which imports this module

    known = {"models", "metrics", "rows", "out", "progress", *OPTIONS, *SETTINGS}
    for keyword in given.keys() - known - {"config", "program"}:
        raise TypeError(f"tune() got an unexpected keyword argument {keyword!r}")
    whole = {**dict.fromkeys(known), "progress": True, **given}
    for field, values in axes.items():
        words += ["--axis", f"{field}={values if isinstance(values, str) else as_json(values)[1:-1]}"]
    lines: list[str] = []
    with ready(whole, OPTIONS, SETTINGS) as sweep:
        told = ["tune", *sweep[1:], *words, *([] if whole["progress"] else ["--quiet"])]
        follow_program(told, lines.append, note=Progress(whole["progress"]).note, program=whole["program"])
    return "".join(lines)


def _alike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the same columns, each of one kind: of models with other fields None, and texts where some of its values are texts."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    texts = {key for row in rows for key, value in row.items() if isinstance(value, str)}
    return [{key: str(row[key]) if key in texts and key in row else row.get(key) for key in columns} for row in rows]


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
            "at_end": ", ".join(pick["atEnd"]) if one["point"] == pick["chosen"] else "",
        }
        for one in pick["candidates"]
    ]
