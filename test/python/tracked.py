"""Reads what trackers hold, by their own readers: runs by the tag mmoe.run, as JSON."""

import glob
import json
import os
import sys


def by_mlflow(name):
    from mlflow import MlflowClient

    client = MlflowClient()
    runs = client.search_runs([client.get_experiment_by_name(name).experiment_id])
    return {
        run.data.tags["mmoe.run"]: {
            "status": run.info.status,
            "params": run.data.params,
            "metrics": run.data.metrics,
            "curve": [[point.step, point.value] for point in sorted(client.get_metric_history(run.info.run_id, "heldoutLoss2"), key=lambda point: point.step)],
        }
        for run in runs
    }


def by_tensorboard(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2

    runs = {}
    for file in glob.glob(os.path.join(folder, "**/events.out.tfevents.*"), recursive=True):
        events = EventAccumulator(os.path.dirname(file))
        events.Reload()
        start = plugin_data_pb2.HParamsPluginData.FromString(events.PluginTagToContent("hparams")["_hparams_/session_start_info"])
        given = start.session_start_info.hparams
        params = {name: getattr(value, value.WhichOneof("kind")) for name, value in given.items()}
        scalars = events.Tags()["scalars"]
        runs.setdefault(params["mmoe.run"], []).append(
            {
                "params": params,
                "metrics": {name: events.Scalars(name)[-1].value for name in scalars},
                "curve": [[point.step, point.value] for point in events.Scalars("heldoutLoss2")] if "heldoutLoss2" in scalars else [],
            }
        )
    assert all(len(files) == 1 for files in runs.values()), "a run is there twice"
    return {name: files[0] for name, files in runs.items()}


def records_of(file):
    """The records in a file of wandb's, which is LevelDB's log format after a header of 7 bytes."""
    content, at, record = open(file, "rb").read(), 7, b""
    while at + 7 <= len(content):
        length, kind = int.from_bytes(content[at + 4 : at + 6], "little"), content[at + 6]
        record += content[at + 7 : at + 7 + length]
        if kind in (1, 4):  # whole, or the last part
            yield record
            record = b""
        at += 7 + length
        if _BLOCK - at % _BLOCK < 7:
            at += _BLOCK - at % _BLOCK  # too short for a header


_BLOCK = 32768


def by_wandb(folder):
    from wandb.proto import wandb_internal_pb2

    runs = {}
    for file in glob.glob(os.path.join(folder, "*run-*/*.wandb")):
        config, metrics, curve, code = {}, {}, [], None
        for content in records_of(file):
            record = wandb_internal_pb2.Record.FromString(content)
            updates = {"run": record.run.config.update, "config": record.config.update}.get(record.WhichOneof("record_type"), [])
            config |= {item.key or item.nested_key[0]: json.loads(item.value_json) for item in updates}
            metrics |= {item.key or item.nested_key[0]: json.loads(item.value_json) for item in record.summary.update}
            row = {item.key or item.nested_key[0]: json.loads(item.value_json) for item in record.history.item}
            if "heldoutLoss2" in row:
                curve.append([row["_step"], row["heldoutLoss2"]])
            if record.WhichOneof("record_type") == "exit":
                code = record.exit.exit_code
        assert config["mmoe.run"] not in runs, "a run is there twice"
        runs[config["mmoe.run"]] = {"status": code, "params": config, "metrics": metrics, "curve": curve}
    return runs


print(json.dumps({"mlflow": by_mlflow, "tensorboard": by_tensorboard, "wandb": by_wandb}[sys.argv[1]](sys.argv[2])))
