"""Trains the models of examples/python/paper.py from mmoe's initial values on mmoe's rows; prints the losses of each step.

Reads from its arguments the config, the run and, as JSON, its settings; prints {model/optimizer/trainRows: losses [steps][K]}.
It also trains that of examples/python/jax_mmoe.py, which has its own Adam, as jax-mmoe.
"""

import json
import sys

sys.path.insert(0, "examples/python")

import jax_values
import paper

import mmoe

config, run, text = sys.argv[1:]
settings = json.loads(text)
torch_models = {"mmoe": paper.MMoE, "shared-bottom": paper.SharedBottom}
told = {}
for train_rows in settings["trainRows"]:
    of_rows = {**settings, "trainRows": train_rows, "optimizer": "adam"}
    steps = range(1, settings["steps"] + 1)
    x, y = mmoe.rows(config, run=int(run), steps=steps, settings=of_rows)  # [S, B, D], [S, B, K]
    for name, made in torch_models.items():
        values = mmoe.initial_values(config, model=name, run=int(run), settings=of_rows)
        for optimizer in settings["optimizer"]:
            units = values["experts/0/0/bias"].size  # Shared-Bottom has fewer, the more tasks there are
            model = made(x.shape[-1], y.shape[-1], units=units)
            paper.begin_at(model, values)
            how = mmoe.Settings(
                **{"seed": 0, "inputs": x.shape[-1], "tasks": y.shape[-1], "batch": x.shape[1], "steps": len(steps)},
                **{"optimizer": optimizer, "lr": settings["lr"]},
            )
            trainer = mmoe.TorchTrainer(model, how)
            told[f"{name}/{optimizer}/{train_rows}"] = [trainer.step(*batch).tolist() for batch in zip(x, y)]
            if (name, optimizer, train_rows) == ("mmoe", "adam", 70):
                trainer = jax_values.begun(values, how)
                told[f"jax-mmoe/{optimizer}/{train_rows}"] = [trainer.step(*batch).tolist() for batch in zip(x, y)]
print(json.dumps(told))
