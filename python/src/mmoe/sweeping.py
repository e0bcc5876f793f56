"""``mmoe.sweep`` and ``mmoe.plan``.

`npm run docs` in a clone writes this file from the options of the command and the declaration of settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .frames import Results
from .own_metrics import Metrics
from .own_models import Models
from .program import PathLike, Said
from .running import planned, swept

#: Keywords that are options of the command.
OPTIONS = {
    "corr": "--corr",
    "runs": "--runs",
    "steps": "--steps",
    "batch": "--batch",
    "lr": "--lr",
    "seed": "--seed",
    "label": "--label",
    "input": "--input",
    "ignore": "--ignore",
    "categorical": "--categorical",
    "lists": "--lists",
    "na": "--na",
    "heldout": "--heldout",
    "folds": "--folds",
    "split": "--split",
    "group": "--group",
    "by_time": "--by-time",
    "stratify": "--stratify",
    "weight": "--weight",
    "metrics_by": "--metrics-by",
    "ndcg_at": "--ndcg-at",
    "resplit": "--resplit",
    "impute": "--impute",
    "one_hot": "--one-hot",
    "embedding": "--embedding",
    "min_count": "--min-count",
    "hash": "--hash",
    "funnel": "--funnel",
    "task": "--task",
    "env": "--env",
    "model_set": "--model-set",
    "optimizer": "--optimizer",
    "weight_decay": "--weight-decay",
    "clip_norm": "--clip-norm",
    "schedule": "--schedule",
    "warmup": "--warmup",
    "task_weights": "--task-weights",
    "method": "--method",
    "diagnostics": "--diagnostics",
    "engine": "--engine",
    "allow_cpu": "--allow-cpu",
    "kernels": "--kernels",
    "backend": "--backend",
    "python": "--python",
    "device": "--device",
    "jobs": "--jobs",
    "retry_failed": "--retry-failed",
    "time_limit": "--time-limit",
    "checkpoint_every": "--checkpoint-every",
    "long": "--long",
    "keep_weights": "--keep-weights",
    "keep_predictions": "--keep-predictions",
    "resume": "--resume",
    "overwrite": "--overwrite",
    "shard": "--shard",
}

#: Keywords that are other settings of the config.
SETTINGS = {
    "name": "name",
    "about": "about",
    "data": "data",
    "tasks": "tasks",
    "correlation_matrix": "correlationMatrix",
    "group_size": "groupSize",
    "between_groups": "betweenGroups",
    "inputs": "inputs",
    "sines": "sines",
    "noise_std": "noiseStd",
    "label_scale": "labelScale",
    "labelled": "labelled",
    "positives": "positives",
    "task_weight_decay": "taskWeightDecay",
    "train_rows": "trainRows",
    "sampling": "sampling",
    "decay_steps": "decaySteps",
    "decay_factor": "decayFactor",
    "beta1": "beta1",
    "beta2": "beta2",
    "epsilon": "epsilon",
    "momentum": "momentum",
    "nesterov": "nesterov",
    "initializer": "initializer",
    "initializer_std": "initializerStd",
    "output_bias": "outputBias",
    "loss": "loss",
    "huber_delta": "huberDelta",
    "labels": "labels",
    "label_kind": "labelKind",
    "dropout": "dropout",
    "embedding_std": "embeddingStd",
    "embedding_decay": "embeddingDecay",
    "method_alpha": "method.alpha",
    "method_c": "method.c",
    "method_rate": "method.rate",
    "method_decay": "method.decay",
    "method_sigma": "method.sigma",
    "method_temperature": "method.temperature",
    "method_mu": "method.mu",
    "method_window": "method.window",
    "method_momentum": "method.momentum",
    "embedding_steps": "embeddingSteps",
    "arithmetic": "arithmetic",
    "patience": "patience",
    "validation": "validation",
    "refit": "refit",
    "choose_by": "chooseBy",
    "eval_every": "evalEvery",
    "heldout_rows": "heldoutRows",
    "eval_rows": "evalRows",
    "report": "report",
}


def sweep(
    config: PathLike = "paper",
    *,
    models: Models | None = None,
    rows: Any = None,
    out: PathLike | None = None,
    metrics: Metrics | None = None,
    corr: float | Sequence[float] | None = None,
    runs: int | None = None,
    steps: int | Sequence[int] | Literal["auto"] | None = None,
    batch: int | Sequence[int] | None = None,
    lr: float | Sequence[float] | None = None,
    seed: int | None = None,
    label: str | Sequence[str] | None = None,
    input: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] | None = None,
    categorical: str | Sequence[str] | None = None,
    lists: str | Sequence[str] | None = None,
    na: str | Sequence[str] | None = None,
    heldout: float | None = None,
    folds: int | None = None,
    split: int | None = None,
    group: str | None = None,
    by_time: str | None = None,
    stratify: str | None = None,
    weight: str | None = None,
    metrics_by: str | None = None,
    ndcg_at: int | None = None,
    resplit: bool | None = None,
    impute: str | None = None,
    one_hot: int | None = None,
    embedding: int | None = None,
    min_count: int | None = None,
    hash: int | None = None,
    funnel: str | Sequence[str] | None = None,
    task: Mapping[str, str] | None = None,
    env: str | Sequence[str] | None = None,
    model_set: Mapping[str, object] | None = None,
    optimizer: Literal["adam", "adamw", "sgd"] | Sequence[Literal["adam", "adamw", "sgd"]] | None = None,
    weight_decay: float | Sequence[float] | None = None,
    clip_norm: float | Literal["none"] | Sequence[float | Literal["none"]] | None = None,
    schedule: Literal["constant", "cosine", "steps"] | Sequence[Literal["constant", "cosine", "steps"]] | None = None,
    warmup: int | Sequence[int] | None = None,
    task_weights: float | str | Sequence[float | str] | None = None,
    method: Literal["sum", "uncertainty", "gradnorm", "pcgrad", "mgda", "cagrad", "nash-mtl", "famo", "aligned-mtl", "log", "gls", "rlw", "dwa", "stch", "fairgrad", "imtl-g", "config", "upgrad", "excess", "db-mtl"] | Sequence[Literal["sum", "uncertainty", "gradnorm", "pcgrad", "mgda", "cagrad", "nash-mtl", "famo", "aligned-mtl", "log", "gls", "rlw", "dwa", "stch", "fairgrad", "imtl-g", "config", "upgrad", "excess", "db-mtl"]] | None = None,
    diagnostics: bool | Sequence[Literal["gates", "units", "gradients", "alignment"]] | None = None,
    engine: str | None = None,
    allow_cpu: bool | None = None,
    kernels: str | None = None,
    backend: str | None = None,
    python: PathLike | None = None,
    device: str | None = None,
    jobs: int | None = None,
    retry_failed: bool | None = None,
    time_limit: str | None = None,
    checkpoint_every: str | None = None,
    long: bool | None = None,
    keep_weights: bool | None = None,
    keep_predictions: bool | None = None,
    resume: bool | None = None,
    overwrite: bool | None = None,
    shard: str | None = None,
    name: str | None = None,
    about: str | None = None,
    data: Literal["four-sines", "paper", "linear", "keras-mmoe", "google", "ple"] | Mapping[str, Any] | None = None,
    tasks: int | Sequence[Mapping[str, Any]] | None = None,
    correlation_matrix: Sequence[Sequence[float]] | None = None,
    group_size: int | Literal["none"] | Sequence[int | Literal["none"]] | None = None,
    between_groups: float | None = None,
    inputs: int | Literal["data"] | Sequence[int | Literal["data"]] | None = None,
    sines: int | Literal["data"] | Sequence[int | Literal["data"]] | None = None,
    noise_std: float | str | Sequence[float | str] | None = None,
    label_scale: float | str | Sequence[float | str] | None = None,
    labelled: float | str | Sequence[float | str] | None = None,
    positives: float | str | Sequence[float | str] | None = None,
    task_weight_decay: float | str | Sequence[float | str] | None = None,
    train_rows: int | Literal["fresh"] | Sequence[int | Literal["fresh"]] | None = None,
    sampling: Literal["epochs", "replacement"] | Sequence[Literal["epochs", "replacement"]] | None = None,
    decay_steps: int | Literal["none"] | Sequence[int | Literal["none"]] | None = None,
    decay_factor: float | Sequence[float] | None = None,
    beta1: float | Sequence[float] | None = None,
    beta2: float | Sequence[float] | None = None,
    epsilon: float | Sequence[float] | None = None,
    momentum: float | Sequence[float] | None = None,
    nesterov: bool | Sequence[bool] | None = None,
    initializer: Literal["glorot-uniform", "stacked-glorot-uniform", "he-uniform", "lecun-uniform", "lecun-normal", "fan-in-normal", "truncated-normal"] | Sequence[Literal["glorot-uniform", "stacked-glorot-uniform", "he-uniform", "lecun-uniform", "lecun-normal", "fan-in-normal", "truncated-normal"]] | None = None,
    initializer_std: float | Sequence[float] | None = None,
    output_bias: Literal["zero", "base-rate"] | Sequence[Literal["zero", "base-rate"]] | None = None,
    loss: Literal["squared", "huber"] | None = None,
    huber_delta: float | None = None,
    labels: Literal["standardised", "raw"] | None = None,
    label_kind: str | None = None,
    dropout: float | Sequence[float] | None = None,
    embedding_std: float | Literal["size"] | Sequence[float | Literal["size"]] | None = None,
    embedding_decay: float | Sequence[float] | None = None,
    method_alpha: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_c: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_rate: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_decay: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_sigma: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_temperature: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_mu: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_window: int | Literal["default"] | Sequence[int | Literal["default"]] | None = None,
    method_momentum: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    embedding_steps: Literal["dense", "lazy"] | Sequence[Literal["dense", "lazy"]] | None = None,
    arithmetic: Literal["portable", "fused"] | None = None,
    patience: int | None = None,
    validation: float | None = None,
    refit: bool | None = None,
    choose_by: str | None = None,
    eval_every: int | str | Sequence[int] | None = None,
    heldout_rows: int | None = None,
    eval_rows: int | Literal["all"] | None = None,
    report: Literal["train", "heldout", "running"] | None = None,
    progress: bool = True,
    program: PathLike | None = None,
) -> Results:
    """Trains models many times each, and waits for the end. The same call resumes a sweep that was stopped.

    >>> r = mmoe.sweep("paper", corr=[0.5, 1], runs=8, models=["shared-bottom", "mmoe", MyModel], out="results/try")
    >>> r.summary()

    Interrupting the call, as by a notebook's stop button, stops the sweep as Ctrl-C does.

    :param config: a preset or a config file (YAML or JSON)
    :param models: names such as mmoe, files such as my_model.py, nets.py:Wide:width=16 or mine.mjs, classes,
        ``mmoe.model(MyModel, width=16)``, and definitions as in a config, such as ``{'name': 'wide', 'like': 'mmoe', 'experts': ...}``; a class may be
        defined in a notebook (default: the config's models)
    :param rows: train on these rows instead of generated ones: a CSV or Parquet file, or a frame of pandas or Polars with
        one column per input and label, whose types count
    :param out: the results folder (default: results/NAME-HASH)
    :param metrics: functions ``f(labels, predictions)`` that are recorded for each task, such as those of ``sklearn.metrics``;
        ``mmoe.metric(f, ...)`` says more of one
    :param corr: correlations of the task pairs
    :param runs: runs per model and correlation (default: the config's; 10 with --rows)
    :param steps: training steps per run; auto: early stopping
    :param batch: training rows per step
    :param lr: learning rate
    :param seed: random seed
    :param label: labels among the columns of --rows (default: those named y...)
    :param input: inputs among them (default: all other columns)
    :param ignore: columns that are neither, beside --label
    :param categorical: columns of numbers that are categories: inputs, and labels of classes
    :param lists: inputs whose cells are lists, such as 39,12
    :param na: words that stand for an empty cell, such as NA,?
    :param heldout: the share of the rows of --rows for the test, unless a column part says them (default: 0.2)
    :param folds: cross-validation: run i tests on fold i mod k, and each k runs draw folds once more
    :param split: another split of the table for all runs, a whole number (default: 0)
    :param group: a column of --rows whose equal values stay in one part, such as a user
    :param by_time: a column of numbers or dates: the last rows are the test, those before for validation
    :param stratify: a column whose values have the same shares in all parts, such as a label
    :param weight: a column of numbers from 0: what the losses of each row count; it is no input
    :param metrics_by: a column in whose groups GAUC, NDCG and MRR are measured, such as a user
    :param ndcg_at: how many rows of each group count in NDCG (default: 10)
    :param resplit: draw another split of the table in each run; rows marked for the test stay test rows
    :param impute: empty input cells of --rows: refuse them, or fill in the mean (default: refuse)
    :param one_hot: categories of more values are embedded in learned vectors (default: 20)
    :param embedding: numbers of each such vector (default: six times the fourth root of the values)
    :param min_count: values of a category with fewer training rows are other values, which share a vector
    :param hash: hash the values of a category of more than n to n, which may be 1001 to 1000000
    :param funnel: labels that follow each other, such as click,like: a probability is the product of its own and those before
    :param task: treat a label of --rows as regression, binary or categorical, or weigh it (docs/your-table.md)
    :param env: let your own models see a variable, whose value then counts
    :param model_set: change a model, such as mmoe.experts.shared=4
    :param optimizer: adam, adamw, sgd (docs/config.md); or several
    :param weight_decay: decay of all parameters (default: 0)
    :param clip_norm: scale gradients down to this norm of all parameters (default: none)
    :param schedule: how the learning rate changes: constant, cosine, steps; or several (default: constant)
    :param warmup: steps in which the learning rate rises from 0 at the start (default: 0)
    :param task_weights: what each task's loss counts, such as 1:3 or front:9; or several
    :param method: how the tasks' gradients are combined: sum, uncertainty, gradnorm, pcgrad, mgda, cagrad, nash-mtl, famo, aligned-mtl, log, gls, rlw, dwa, stch, fairgrad, imtl-g, config, upgrad, excess, db-mtl; or several
    :param diagnostics: measure gates, units, gradients, alignment, or some of these (docs/diagnostics.md)
    :param engine: what trains: auto, cpu, cuda, tfjs (default: auto, the fastest that can train each run)
    :param allow_cpu: let --engine cuda train on a CPU if it sees no card
    :param kernels: kernels of the cpu engine: auto, wasm, avx2, avx512, neon (default: auto)
    :param backend: what --engine tfjs computes on: wasm, cpu, tensorflow (default: wasm)
    :param python: the Python interpreter of models in Python (default: the active venv's, else python3)
    :param device: where your own models compute: cpu, cuda (default: cuda with --engine cuda)
    :param jobs: threads of the cpu engine, or of TensorFlow's rows (default: all cores)
    :param retry_failed: train the failed runs of the results folder again
    :param time_limit: stop after a time such as 3h50m; rerun the command to resume
    :param checkpoint_every: how often runs in flight are saved (default: 2m; engine cpu)
    :param long: also write every run's curve (curves-long.csv)
    :param keep_weights: also write each run's final weights (weights/, as safetensors)
    :param keep_predictions: also write what each run predicts of test and validation rows (predictions/, validation-predictions/)
    :param resume: fail unless the results folder holds this sweep (without this, rerunning the command resumes too)
    :param overwrite: delete what a sweep left in the results folder, and start from scratch
    :param shard: train the i-th of n parts of the sweep (default: from the job array's variables)
    :param name: a name of at most 60 letters, digits, '.', '_' and '-'
    :param about: a sentence: what the sweep reproduces, without control characters
    :param data: one of four-sines, paper, linear, keras-mmoe, google, ple, or constants {inputs, scale, alpha, beta, noiseStd}
    :param tasks: a whole number from 2 to 2147483647; or several
    :param correlation_matrix: a list of rows of numbers from -1 to 1, one row and one column per task, or null
    :param group_size: tasks of a group, whose pairs have the correlation, or none; or several
    :param between_groups: the share of the correlation that tasks of two groups have
    :param inputs: a number of inputs, or data; or several
    :param sines: a number of the slowest sines, or data; or several
    :param noise_std: a number from 0 to 1000, or data; or one for each task, such as 0.1:0.5; or several
    :param label_scale: what raw labels are multiplied by, above 0, or none; or one for each task, such as 0.1:0.5; or several
    :param labelled: the share of rows with the label, above 0, or all; or one for each task, such as 0.1:0.5; or several
    :param positives: the share of binary labels that are 1, or mean; or one for each task, such as 0.1:0.5; or several
    :param task_weight_decay: what a task's weight is multiplied by after each step, above 0, or none; or one for each task, such as 0.1:0.5; or several
    :param train_rows: a whole number from 1 to 2147483647, or fresh; or several
    :param sampling: one of epochs, replacement; or several
    :param decay_steps: a number of steps (used by schedule steps), or none; or several
    :param decay_factor: a number above 0, up to 1 (used by schedule steps); or several
    :param beta1: a number from 0 to 0.999999 (used by adam and adamw); or several
    :param beta2: a number from 0 to 0.999999 (used by adam and adamw); or several
    :param epsilon: a number from 1e-12 (used by adam and adamw); or several
    :param momentum: a number from 0 to below 1 (used by sgd); or several
    :param nesterov: true or false (used by sgd with momentum); or several
    :param initializer: one of glorot-uniform, stacked-glorot-uniform, he-uniform, lecun-uniform, lecun-normal, fan-in-normal, truncated-normal; or several
    :param initializer_std: a number above 0 (used by truncated-normal); or several
    :param output_bias: one of zero, base-rate; or several
    :param loss: one of squared, huber
    :param huber_delta: a number above 0 (used by huber)
    :param labels: one of standardised, raw
    :param label_kind: real or binary, or one for each task, such as real:binary
    :param dropout: a number from 0 to below 1; or several
    :param embedding_std: the standard deviation of an embedding's initial values, or size; or several
    :param embedding_decay: the weight decay of a batch's vectors alone, a number from 0; or several
    :param method_alpha: a number from 0.1 to 5 (used by gradnorm, fairgrad), or default; or several
    :param method_c: a number from 0.001 to 10 (used by cagrad), or default; or several
    :param method_rate: a number from 0.000001 to 10 (used by gradnorm, famo, excess), or default; or several
    :param method_decay: a number from 0 to 1 (used by famo, db-mtl), or default; or several
    :param method_sigma: a number from 0 to 10 (used by db-mtl), or default; or several
    :param method_temperature: a number from 0.01 to 1000 (used by dwa), or default; or several
    :param method_mu: a number from 0.01 to 1000 (used by stch), or default; or several
    :param method_window: a whole number from 1 to 2147483647 (used by dwa, stch), or default; or several
    :param method_momentum: a number from 0 to 0.999 (used by every method but sum), or default; or several
    :param embedding_steps: one of dense, lazy; or several
    :param arithmetic: one of portable, fused
    :param patience: a whole number of looks at the validation rows that may be no better than the best, or null for all steps
    :param validation: the share of the training rows that is for validation, unless the table says which rows are
    :param refit: true or false: whether runs train on their validation rows, too (with rows of your own)
    :param choose_by: what chooses steps and settings on validation rows: loss, the mean over tasks, or a metric of one task such as auc1, or its mean such as aucMean
    :param eval_every: a number of steps, a number of points per decade such as log:20, an increasing list of steps, or auto: 30 points or more
    :param heldout_rows: a whole number from 1 to 2147483647
    :param eval_rows: the most rows of a table's validation, and of its test before a run's end, or all
    :param report: one of train, heldout, running
    :param progress: show a bar and what the program notes, where something trains
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :returns: the results; runs that failed are in ``.runs`` with their reason
    :raises MmoeError: the program refuses, in its words
    """
    return swept(locals(), OPTIONS, SETTINGS)


def plan(
    config: PathLike = "paper",
    *,
    models: Models | None = None,
    rows: Any = None,
    out: PathLike | None = None,
    metrics: Metrics | None = None,
    corr: float | Sequence[float] | None = None,
    runs: int | None = None,
    steps: int | Sequence[int] | Literal["auto"] | None = None,
    batch: int | Sequence[int] | None = None,
    lr: float | Sequence[float] | None = None,
    seed: int | None = None,
    label: str | Sequence[str] | None = None,
    input: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] | None = None,
    categorical: str | Sequence[str] | None = None,
    lists: str | Sequence[str] | None = None,
    na: str | Sequence[str] | None = None,
    heldout: float | None = None,
    folds: int | None = None,
    split: int | None = None,
    group: str | None = None,
    by_time: str | None = None,
    stratify: str | None = None,
    weight: str | None = None,
    metrics_by: str | None = None,
    ndcg_at: int | None = None,
    resplit: bool | None = None,
    impute: str | None = None,
    one_hot: int | None = None,
    embedding: int | None = None,
    min_count: int | None = None,
    hash: int | None = None,
    funnel: str | Sequence[str] | None = None,
    task: Mapping[str, str] | None = None,
    env: str | Sequence[str] | None = None,
    model_set: Mapping[str, object] | None = None,
    optimizer: Literal["adam", "adamw", "sgd"] | Sequence[Literal["adam", "adamw", "sgd"]] | None = None,
    weight_decay: float | Sequence[float] | None = None,
    clip_norm: float | Literal["none"] | Sequence[float | Literal["none"]] | None = None,
    schedule: Literal["constant", "cosine", "steps"] | Sequence[Literal["constant", "cosine", "steps"]] | None = None,
    warmup: int | Sequence[int] | None = None,
    task_weights: float | str | Sequence[float | str] | None = None,
    method: Literal["sum", "uncertainty", "gradnorm", "pcgrad", "mgda", "cagrad", "nash-mtl", "famo", "aligned-mtl", "log", "gls", "rlw", "dwa", "stch", "fairgrad", "imtl-g", "config", "upgrad", "excess", "db-mtl"] | Sequence[Literal["sum", "uncertainty", "gradnorm", "pcgrad", "mgda", "cagrad", "nash-mtl", "famo", "aligned-mtl", "log", "gls", "rlw", "dwa", "stch", "fairgrad", "imtl-g", "config", "upgrad", "excess", "db-mtl"]] | None = None,
    diagnostics: bool | Sequence[Literal["gates", "units", "gradients", "alignment"]] | None = None,
    engine: str | None = None,
    allow_cpu: bool | None = None,
    kernels: str | None = None,
    backend: str | None = None,
    python: PathLike | None = None,
    device: str | None = None,
    jobs: int | None = None,
    retry_failed: bool | None = None,
    time_limit: str | None = None,
    checkpoint_every: str | None = None,
    long: bool | None = None,
    keep_weights: bool | None = None,
    keep_predictions: bool | None = None,
    resume: bool | None = None,
    overwrite: bool | None = None,
    shard: str | None = None,
    name: str | None = None,
    about: str | None = None,
    data: Literal["four-sines", "paper", "linear", "keras-mmoe", "google", "ple"] | Mapping[str, Any] | None = None,
    tasks: int | Sequence[Mapping[str, Any]] | None = None,
    correlation_matrix: Sequence[Sequence[float]] | None = None,
    group_size: int | Literal["none"] | Sequence[int | Literal["none"]] | None = None,
    between_groups: float | None = None,
    inputs: int | Literal["data"] | Sequence[int | Literal["data"]] | None = None,
    sines: int | Literal["data"] | Sequence[int | Literal["data"]] | None = None,
    noise_std: float | str | Sequence[float | str] | None = None,
    label_scale: float | str | Sequence[float | str] | None = None,
    labelled: float | str | Sequence[float | str] | None = None,
    positives: float | str | Sequence[float | str] | None = None,
    task_weight_decay: float | str | Sequence[float | str] | None = None,
    train_rows: int | Literal["fresh"] | Sequence[int | Literal["fresh"]] | None = None,
    sampling: Literal["epochs", "replacement"] | Sequence[Literal["epochs", "replacement"]] | None = None,
    decay_steps: int | Literal["none"] | Sequence[int | Literal["none"]] | None = None,
    decay_factor: float | Sequence[float] | None = None,
    beta1: float | Sequence[float] | None = None,
    beta2: float | Sequence[float] | None = None,
    epsilon: float | Sequence[float] | None = None,
    momentum: float | Sequence[float] | None = None,
    nesterov: bool | Sequence[bool] | None = None,
    initializer: Literal["glorot-uniform", "stacked-glorot-uniform", "he-uniform", "lecun-uniform", "lecun-normal", "fan-in-normal", "truncated-normal"] | Sequence[Literal["glorot-uniform", "stacked-glorot-uniform", "he-uniform", "lecun-uniform", "lecun-normal", "fan-in-normal", "truncated-normal"]] | None = None,
    initializer_std: float | Sequence[float] | None = None,
    output_bias: Literal["zero", "base-rate"] | Sequence[Literal["zero", "base-rate"]] | None = None,
    loss: Literal["squared", "huber"] | None = None,
    huber_delta: float | None = None,
    labels: Literal["standardised", "raw"] | None = None,
    label_kind: str | None = None,
    dropout: float | Sequence[float] | None = None,
    embedding_std: float | Literal["size"] | Sequence[float | Literal["size"]] | None = None,
    embedding_decay: float | Sequence[float] | None = None,
    method_alpha: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_c: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_rate: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_decay: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_sigma: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_temperature: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_mu: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    method_window: int | Literal["default"] | Sequence[int | Literal["default"]] | None = None,
    method_momentum: float | Literal["default"] | Sequence[float | Literal["default"]] | None = None,
    embedding_steps: Literal["dense", "lazy"] | Sequence[Literal["dense", "lazy"]] | None = None,
    arithmetic: Literal["portable", "fused"] | None = None,
    patience: int | None = None,
    validation: float | None = None,
    refit: bool | None = None,
    choose_by: str | None = None,
    eval_every: int | str | Sequence[int] | None = None,
    heldout_rows: int | None = None,
    eval_rows: int | Literal["all"] | None = None,
    report: Literal["train", "heldout", "running"] | None = None,
    progress: bool = True,
    program: PathLike | None = None,
) -> Said:
    """What ``mmoe.sweep`` would do with the same arguments: its settings, runs, time and memory. Nothing is trained.

    >>> mmoe.plan("paper", runs=8, models=["mmoe", MyModel])

    :param config: a preset or a config file (YAML or JSON)
    :param models: names such as mmoe, files such as my_model.py, nets.py:Wide:width=16 or mine.mjs, classes,
        ``mmoe.model(MyModel, width=16)``, and definitions as in a config, such as ``{'name': 'wide', 'like': 'mmoe', 'experts': ...}``; a class may be
        defined in a notebook (default: the config's models)
    :param rows: train on these rows instead of generated ones: a CSV or Parquet file, or a frame of pandas or Polars with
        one column per input and label, whose types count
    :param out: the results folder (default: results/NAME-HASH)
    :param metrics: functions ``f(labels, predictions)`` that are recorded for each task, such as those of ``sklearn.metrics``;
        ``mmoe.metric(f, ...)`` says more of one
    :param corr: correlations of the task pairs
    :param runs: runs per model and correlation (default: the config's; 10 with --rows)
    :param steps: training steps per run; auto: early stopping
    :param batch: training rows per step
    :param lr: learning rate
    :param seed: random seed
    :param label: labels among the columns of --rows (default: those named y...)
    :param input: inputs among them (default: all other columns)
    :param ignore: columns that are neither, beside --label
    :param categorical: columns of numbers that are categories: inputs, and labels of classes
    :param lists: inputs whose cells are lists, such as 39,12
    :param na: words that stand for an empty cell, such as NA,?
    :param heldout: the share of the rows of --rows for the test, unless a column part says them (default: 0.2)
    :param folds: cross-validation: run i tests on fold i mod k, and each k runs draw folds once more
    :param split: another split of the table for all runs, a whole number (default: 0)
    :param group: a column of --rows whose equal values stay in one part, such as a user
    :param by_time: a column of numbers or dates: the last rows are the test, those before for validation
    :param stratify: a column whose values have the same shares in all parts, such as a label
    :param weight: a column of numbers from 0: what the losses of each row count; it is no input
    :param metrics_by: a column in whose groups GAUC, NDCG and MRR are measured, such as a user
    :param ndcg_at: how many rows of each group count in NDCG (default: 10)
    :param resplit: draw another split of the table in each run; rows marked for the test stay test rows
    :param impute: empty input cells of --rows: refuse them, or fill in the mean (default: refuse)
    :param one_hot: categories of more values are embedded in learned vectors (default: 20)
    :param embedding: numbers of each such vector (default: six times the fourth root of the values)
    :param min_count: values of a category with fewer training rows are other values, which share a vector
    :param hash: hash the values of a category of more than n to n, which may be 1001 to 1000000
    :param funnel: labels that follow each other, such as click,like: a probability is the product of its own and those before
    :param task: treat a label of --rows as regression, binary or categorical, or weigh it (docs/your-table.md)
    :param env: let your own models see a variable, whose value then counts
    :param model_set: change a model, such as mmoe.experts.shared=4
    :param optimizer: adam, adamw, sgd (docs/config.md); or several
    :param weight_decay: decay of all parameters (default: 0)
    :param clip_norm: scale gradients down to this norm of all parameters (default: none)
    :param schedule: how the learning rate changes: constant, cosine, steps; or several (default: constant)
    :param warmup: steps in which the learning rate rises from 0 at the start (default: 0)
    :param task_weights: what each task's loss counts, such as 1:3 or front:9; or several
    :param method: how the tasks' gradients are combined: sum, uncertainty, gradnorm, pcgrad, mgda, cagrad, nash-mtl, famo, aligned-mtl, log, gls, rlw, dwa, stch, fairgrad, imtl-g, config, upgrad, excess, db-mtl; or several
    :param diagnostics: measure gates, units, gradients, alignment, or some of these (docs/diagnostics.md)
    :param engine: what trains: auto, cpu, cuda, tfjs (default: auto, the fastest that can train each run)
    :param allow_cpu: let --engine cuda train on a CPU if it sees no card
    :param kernels: kernels of the cpu engine: auto, wasm, avx2, avx512, neon (default: auto)
    :param backend: what --engine tfjs computes on: wasm, cpu, tensorflow (default: wasm)
    :param python: the Python interpreter of models in Python (default: the active venv's, else python3)
    :param device: where your own models compute: cpu, cuda (default: cuda with --engine cuda)
    :param jobs: threads of the cpu engine, or of TensorFlow's rows (default: all cores)
    :param retry_failed: train the failed runs of the results folder again
    :param time_limit: stop after a time such as 3h50m; rerun the command to resume
    :param checkpoint_every: how often runs in flight are saved (default: 2m; engine cpu)
    :param long: also write every run's curve (curves-long.csv)
    :param keep_weights: also write each run's final weights (weights/, as safetensors)
    :param keep_predictions: also write what each run predicts of test and validation rows (predictions/, validation-predictions/)
    :param resume: fail unless the results folder holds this sweep (without this, rerunning the command resumes too)
    :param overwrite: delete what a sweep left in the results folder, and start from scratch
    :param shard: train the i-th of n parts of the sweep (default: from the job array's variables)
    :param name: a name of at most 60 letters, digits, '.', '_' and '-'
    :param about: a sentence: what the sweep reproduces, without control characters
    :param data: one of four-sines, paper, linear, keras-mmoe, google, ple, or constants {inputs, scale, alpha, beta, noiseStd}
    :param tasks: a whole number from 2 to 2147483647; or several
    :param correlation_matrix: a list of rows of numbers from -1 to 1, one row and one column per task, or null
    :param group_size: tasks of a group, whose pairs have the correlation, or none; or several
    :param between_groups: the share of the correlation that tasks of two groups have
    :param inputs: a number of inputs, or data; or several
    :param sines: a number of the slowest sines, or data; or several
    :param noise_std: a number from 0 to 1000, or data; or one for each task, such as 0.1:0.5; or several
    :param label_scale: what raw labels are multiplied by, above 0, or none; or one for each task, such as 0.1:0.5; or several
    :param labelled: the share of rows with the label, above 0, or all; or one for each task, such as 0.1:0.5; or several
    :param positives: the share of binary labels that are 1, or mean; or one for each task, such as 0.1:0.5; or several
    :param task_weight_decay: what a task's weight is multiplied by after each step, above 0, or none; or one for each task, such as 0.1:0.5; or several
    :param train_rows: a whole number from 1 to 2147483647, or fresh; or several
    :param sampling: one of epochs, replacement; or several
    :param decay_steps: a number of steps (used by schedule steps), or none; or several
    :param decay_factor: a number above 0, up to 1 (used by schedule steps); or several
    :param beta1: a number from 0 to 0.999999 (used by adam and adamw); or several
    :param beta2: a number from 0 to 0.999999 (used by adam and adamw); or several
    :param epsilon: a number from 1e-12 (used by adam and adamw); or several
    :param momentum: a number from 0 to below 1 (used by sgd); or several
    :param nesterov: true or false (used by sgd with momentum); or several
    :param initializer: one of glorot-uniform, stacked-glorot-uniform, he-uniform, lecun-uniform, lecun-normal, fan-in-normal, truncated-normal; or several
    :param initializer_std: a number above 0 (used by truncated-normal); or several
    :param output_bias: one of zero, base-rate; or several
    :param loss: one of squared, huber
    :param huber_delta: a number above 0 (used by huber)
    :param labels: one of standardised, raw
    :param label_kind: real or binary, or one for each task, such as real:binary
    :param dropout: a number from 0 to below 1; or several
    :param embedding_std: the standard deviation of an embedding's initial values, or size; or several
    :param embedding_decay: the weight decay of a batch's vectors alone, a number from 0; or several
    :param method_alpha: a number from 0.1 to 5 (used by gradnorm, fairgrad), or default; or several
    :param method_c: a number from 0.001 to 10 (used by cagrad), or default; or several
    :param method_rate: a number from 0.000001 to 10 (used by gradnorm, famo, excess), or default; or several
    :param method_decay: a number from 0 to 1 (used by famo, db-mtl), or default; or several
    :param method_sigma: a number from 0 to 10 (used by db-mtl), or default; or several
    :param method_temperature: a number from 0.01 to 1000 (used by dwa), or default; or several
    :param method_mu: a number from 0.01 to 1000 (used by stch), or default; or several
    :param method_window: a whole number from 1 to 2147483647 (used by dwa, stch), or default; or several
    :param method_momentum: a number from 0 to 0.999 (used by every method but sum), or default; or several
    :param embedding_steps: one of dense, lazy; or several
    :param arithmetic: one of portable, fused
    :param patience: a whole number of looks at the validation rows that may be no better than the best, or null for all steps
    :param validation: the share of the training rows that is for validation, unless the table says which rows are
    :param refit: true or false: whether runs train on their validation rows, too (with rows of your own)
    :param choose_by: what chooses steps and settings on validation rows: loss, the mean over tasks, or a metric of one task such as auc1, or its mean such as aucMean
    :param eval_every: a number of steps, a number of points per decade such as log:20, an increasing list of steps, or auto: 30 points or more
    :param heldout_rows: a whole number from 1 to 2147483647
    :param eval_rows: the most rows of a table's validation, and of its test before a run's end, or all
    :param report: one of train, heldout, running
    :param progress: show a bar and what the program notes, where something trains
    :param program: the mmoe program, where it is not found (see docs/python.md)
    :returns: text, which a notebook shows
    :raises MmoeError: the program refuses, in its words
    """
    return planned(locals(), OPTIONS, SETTINGS)
