"""Results in the trackers of other tools: MLflow, Weights & Biases and TensorBoard."""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .program import PathLike, Said, progress_bar

if TYPE_CHECKING:
    from .frames import Results


@dataclass(frozen=True)
class Tracked:
    """A run that ended, as trackers take it."""

    id: str
    #: Tells the run from those of other sweeps; the same in every copy of the results.
    key: str
    #: Why it failed; empty if it is done.
    reason: str
    params: dict[str, Any]
    #: Its final numbers.
    metrics: dict[str, float]
    #: Its losses after each evaluated step.
    curve: list[tuple[int, dict[str, float]]]

    @property
    def last_step(self) -> int:
        return max((step for step, _ in self.curve), default=0)

    @property
    def tags(self) -> dict[str, str]:
        return {"mmoe.id": self.id, "mmoe.run": self.key, **({"mmoe.failed": self.reason} if self.reason else {})}


def to_mlflow(results: Results, experiment: str | None, tracking_uri: str | None) -> Said:
    mlflow = _imported("mlflow", "mlflow", "pip install mlflow-skinny")
    entities = importlib.import_module("mlflow.entities")
    client = mlflow.MlflowClient(tracking_uri)
    name = experiment or results.folder.resolve().name
    found = client.get_experiment_by_name(name)
    of = found.experiment_id if found else client.create_experiment(name)
    before = {run.data.tags.get("mmoe.run"): run.info for run in _pages(client, of)}
    runs, added = _tracked(results), 0
    for run in _each(runs):
        if (there := before.get(run.key)) is not None:
            if there.status == _ended(run):
                continue
            client.delete_run(there.run_id)  # it failed and was trained again, or the export was stopped
        ms = int(time.time() * 1000)
        of_run = client.create_run(of, ms, run.tags, run.id).info.run_id
        points = [(run.last_step, run.metrics), *run.curve]
        metrics = [entities.Metric(key, value, ms, step) for step, values in points for key, value in values.items()]
        for start in range(0, len(metrics), _MOST_METRICS):
            client.log_batch(of_run, metrics=metrics[start : start + _MOST_METRICS])
        client.log_batch(of_run, params=[entities.Param(key, str(value)) for key, value in run.params.items()])
        client.set_terminated(of_run, _ended(run), ms + int(run.metrics.get("elapsedMs", 0)))
        added += 1
    return Said(f"experiment {name} of {client.tracking_uri}: {_count(added, len(runs))}")


#: What MLflow takes in one call.
_MOST_METRICS = 1000


def _ended(run: Tracked) -> str:
    return "FAILED" if run.reason else "FINISHED"


def _pages(client: Any, experiment: str) -> Iterator[Any]:
    token = None
    while True:
        page = client.search_runs([experiment], page_token=token)
        yield from page
        if not (token := page.token):
            return


def to_wandb(results: Results, project: str | None, entity: str | None) -> Said:
    wandb = _imported("wandb", "wandb", "pip install wandb")
    name = project or results.folder.resolve().name
    folder = Path(wandb.setup().settings.wandb_dir)
    runs, added = _tracked(results), 0
    for run in _each(runs):
        words = f"{entity or ''}/{name} {run.key}"
        of_run = hashlib.sha256(words.encode()).hexdigest()[:16]  # an online run of this id is replaced
        if any(_is_there(each, run) for each in folder.glob(f"*run-*-{of_run}")):
            continue
        cell, _, _ = run.id.rpartition("/")
        quiet = wandb.Settings(silent=True, console="off")
        which = {"project": name, "entity": entity, "id": of_run, "name": run.id, "group": cell}
        with wandb.init(**which, config=run.params, reinit="create_new", settings=quiet) as begun:  # beside a run of the caller's
            begun.config.update(run.tags)
            for step, values in run.curve:
                begun.log(values, step=step)
            begun.summary.update(run.metrics)
            files = Path(begun.dir).parent
            if run.reason:
                begun.finish(exit_code=1)
        _mark(files, run)
        added += 1
    return Said(f"project {name}, files in {folder}: {_count(added, len(runs))}")


def to_tensorboard(results: Results, folder: PathLike | None) -> Said:
    writers = _imported("tensorboardX", "tensorboardX", "pip install tensorboardX")
    summaries = importlib.import_module("tensorboardX.summary")
    into = results.folder / "tensorboard" if folder is None else Path(folder)
    runs, added = _tracked(results), 0
    for run in _each(runs):
        of_run = into / run.id
        if _is_there(of_run, run):
            continue
        for file in of_run.glob("events.out.tfevents.*"):
            file.unlink()  # it failed and was trained again, or the export was stopped
        with writers.SummaryWriter(os.fspath(of_run)) as writer:
            for part in summaries.hparams({**run.params, **run.tags}, run.metrics):
                writer.file_writer.add_summary(part)
            for step, values in [*run.curve, (run.last_step, run.metrics)]:
                for key, value in values.items():
                    writer.add_scalar(key, value, step)
        _mark(of_run, run)
        added += 1
    return Said(f"{into}: {_count(added, len(runs))}; tensorboard --logdir {into}")


#: Names the run in its folder of a tracker, once all of it is there.
_MARK = "mmoe-run.txt"


def _mark(folder: Path, run: Tracked) -> None:
    (folder / _MARK).write_text(_marked(run), encoding="utf-8")


def _is_there(folder: Path, run: Tracked) -> bool:
    """Whether all of a run is in a folder.

    :raises FileExistsError: a run of another sweep is
    """
    try:
        text = (folder / _MARK).read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    if text.partition("\n")[0] != run.key:
        raise FileExistsError(f"{folder}: holds run '{text.partition(chr(10))[0]}' of another sweep; give another folder")
    return text == _marked(run)


def _marked(run: Tracked) -> str:
    return f"{run.key}\n{run.reason}\n"


def _tracked(results: Results) -> list[Tracked]:
    """The runs of a results folder that ended."""
    status = json.loads(results._said(["status", os.fspath(results.folder), "--json"]))
    results._warn_of_missing(status["missing"], stacklevel=5)
    trained, *own = status["trained"].split(" ")
    hashes = dict(each.split("=") for each in own)
    listed = list(status["cells"][0]["point"])
    cells = {_cell(cell["model"], cell["correlation"], cell["point"]): cell["settings"] for cell in status["cells"]}
    curves = _curves(results)
    runs = []
    for row in csv.DictReader(io.StringIO(results._text("runs"))):
        model, id = row["model"], row["id"]
        key = " ".join([trained, *([hashes[model]] if model in hashes else []), id])
        settings = cells[_cell(model, _value(row.get("correlation", "")), {name: _value(row[name]) for name in listed})]
        params, metrics = _split(row)
        runs.append(Tracked(id, key, row["reason"], {**_plain(settings), **params}, metrics, curves.get(id, [])))
    return runs


def _curves(results: Results) -> dict[str, list[tuple[int, dict[str, float]]]]:
    """Losses by run and step."""
    curves: dict[str, list[tuple[int, dict[str, float]]]] = {}
    for row in csv.DictReader(io.StringIO(results._text("curves"))):
        names = list(row)
        losses = {name: float(row[name]) for name in names[names.index("step") + 1 :] if row[name]}
        curves.setdefault(row["id"], []).append((int(row["step"]), losses))
    return curves


#: Columns that say how a run was trained, besides those before its status.
_HOW = re.compile(r"seed|parameters|engine|device|label\d+")
#: Columns that are in tags, or follow from others.
_ELSEWHERE = re.compile(r"id|status|reason|dataStream|initStream")


def _split(row: dict[str, str]) -> tuple[dict[str, Any], dict[str, float]]:
    """A row's params and metrics, without empty cells."""
    names = [name for name in row if row[name] and not _ELSEWHERE.fullmatch(name)]
    before = list(row)[: list(row).index("status")]
    how = [name for name in names if name in before or _HOW.fullmatch(name)]
    return {name: _value(row[name]) for name in how}, {name: float(row[name]) for name in names if name not in how}


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as params: numbers and texts as they are, others as JSON."""
    given = {name: value for name, value in settings.items() if value not in (None, [])}
    return {name: value if isinstance(value, (str, int, float)) else json.dumps(value) for name, value in given.items()}


def _cell(model: str, correlation: Any, point: dict[str, Any]) -> tuple[Any, ...]:
    return (model, correlation, *point.items())


def _value(text: str) -> Any:
    """A cell of CSV."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text or None


def _each(runs: list[Tracked]) -> Iterable[Tracked]:
    bar: Iterable[Tracked] = progress_bar()(runs, unit=" runs", leave=False)
    return bar


def _count(added: int, all: int) -> str:
    return f"{added} runs added" + (f", {all - added} were there" if added < all else "")


def _imported(module: str, name: str, how: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ImportError(f"{name} is not installed: {how}") from None
