"""A program that uses the package, for mypy's strict check."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import mmoe


class Linear:
    """One linear map for all tasks."""

    def __init__(self, inputs: int, tasks: int, settings: mmoe.Settings) -> None:
        self.settings = settings
        self.w: NDArray[np.float32] = np.zeros((inputs, tasks), np.float32)
        self.steps = 0

    def step(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        self.steps += 1
        errors = self.predict(x) - y
        self.w -= np.float32(self.settings.lr_at(self.steps)) * x.T @ errors / np.float32(len(x))
        losses: NDArray[np.float32] = (errors**2).mean(0)
        return losses

    def predict(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return x @ self.w


def kinds(settings: mmoe.Settings) -> Sequence[str]:
    return [f"{task.kind} x {task.weight:g}, {task.outputs} outputs" for task in settings.kinds]


def compared(out: str) -> mmoe.Results:
    trainer: type[mmoe.Trainer] = Linear
    print(mmoe.plan("smoke", models="mmoe").upper())
    r = mmoe.sweep("smoke", corr=[0.5, 1], runs=2, lr=1e-3, optimizer="adamw", models=["mmoe", trainer, mmoe.model(Linear, name="again")], out=out)
    r.figure("final-loss", loss="heldout", theme="print", width="12cm", title="Loss").save("loss.pdf").unlink()
    choices = mmoe.tune(r, by="cell")
    print(r.summary(), r.compare(loss="running"), mmoe.verify(r), choices["chosen"], r.to_tensorboard().upper())
    return r


def placed(models: mmoe.Standings) -> str:
    models.figure().save("regimes.pdf").unlink()
    return f"{models.table['verdict']} {models.cells} {models.all} {models.said.upper()}"


x, y = mmoe.rows("paper", correlation=0.5, steps=range(1, 3))
shapes: tuple[tuple[int, ...], tuple[int, ...]] = (x.shape, y.shape)
values: dict[str, NDArray[np.float32]] = mmoe.initial_values("paper", model="mmoe")
try:
    print(placed(mmoe.regimes([Linear, "mmoe"], only=["few-rows"], runs=2, lr=[0.01], settings={"batch": 16})))
    compared("results/typed").report(show=False).stat()
except mmoe.MmoeError as error:
    print(f"mmoe: {error}")
