"""What the peers share: command line, cores, sizes, the generator's constants, the line of output."""

import argparse
import json
import math
import os
import time
from typing import Callable, NamedTuple

MODELS = ("shared-bottom", "omoe", "mmoe", "cross-stitch")
METHODS = ("sum", "pcgrad")
D, K = 100, 2  # inputs, tasks
EXPERTS, EXPERT_UNITS, TOWER_UNITS, BOTTOM_UNITS, OWN_UNITS = 8, 16, 8, 113, 68

LAST_STEPS = 100  # The reported loss is the mean over these steps and all runs, each before its update.

# The paper's generator (preset `paper`), labels z-scored by the population's moments in closed form.
SCALE, NOISE_STD = 0.58, 0.1
ALPHA = (3.77, 5.05, 9.51, 9.50, 14.58)
BETA = (1.77, 0.27, 4.22, 2.72, 0.33)


def _label_moments() -> tuple[float, float]:
    s = [a * SCALE for a in ALPHA]
    mean = sum(math.sin(b) * math.exp(-(si**2) / 2) for si, b in zip(s, BETA))
    variance = SCALE**2 + NOISE_STD**2 - mean**2
    for si, bi in zip(s, BETA):
        variance += 2 * SCALE * si * math.cos(bi) * math.exp(-(si**2) / 2)
        for sj, bj in zip(s, BETA):
            variance += math.cos(bi - bj) * math.exp(-((si - sj) ** 2) / 2) / 2
            variance -= math.cos(bi + bj) * math.exp(-((si + sj) ** 2) / 2) / 2
    return mean, math.sqrt(variance)


LABEL_MEAN, LABEL_STD = _label_moments()


class Layer(NamedTuple):
    """`count` kernels [inputs, units] side by side, each with its own fan."""

    count: int
    inputs: int
    units: int
    bias: bool

    @property
    def limit(self) -> float:
        """Glorot's uniform bound of one kernel."""
        return math.sqrt(6 / (self.inputs + self.units))


def layers(model: str) -> dict[str, Layer]:
    """A zoo model's layers by name. Without a `gate` are shared-bottom, whose one expert is the bottom, and cross-stitch."""
    if model == "shared-bottom":
        bottom = {"experts": Layer(1, D, BOTTOM_UNITS, True)}
    elif model == "cross-stitch":
        bottom = {"experts": Layer(K, D, OWN_UNITS, True)}
    else:
        gates = K if model == "mmoe" else 1
        bottom = {"experts": Layer(EXPERTS, D, EXPERT_UNITS, True), "gate": Layer(gates, D, EXPERTS, False)}
    width = bottom["experts"].units
    return {**bottom, "tower": Layer(K, width, TOWER_UNITS, True), "output": Layer(K, TOWER_UNITS, 1, True)}


def parse(runs: int, models: tuple[str, ...] = MODELS[:3], methods: tuple[str, ...] = METHODS[:1]) -> argparse.Namespace:
    """
    The options of a program that has these models and methods; keeps this process on the first `--threads` of its cores. To be
    called before a library is imported.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=lambda text: text.split(","), default=["mmoe"], help="joined by commas")
    parser.add_argument("--method", choices=methods, default="sum", help="how the tasks' gradients become one")
    parser.add_argument("--batch", type=int, default=64, help="B, rows a step")
    parser.add_argument("--runs", type=int, default=runs, help="R, runs of each model")
    parser.add_argument("--steps", type=int, default=1000, help="a multiple of 100")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="number of timings, of which the least counts")
    parser.add_argument("--wait", action="store_true", help="once warm, say so and wait for a line of input")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--correlation", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if unknown := set(options.models) - set(models):
        parser.error(f"--models: expected some of {', '.join(models)}, got {', '.join(sorted(unknown))}")
    if options.steps <= 0 or options.steps % LAST_STEPS:
        parser.error(f"--steps: expected a multiple of {LAST_STEPS}, got {options.steps}")
    cores = sorted(os.sched_getaffinity(0))
    if not 1 <= options.threads <= len(cores):
        parser.error(f"--threads: expected 1 to {len(cores)}, the cores this process may use, got {options.threads}")
    os.sched_setaffinity(0, cores[: options.threads])
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    return options


def report(peer: str, version: str, options: argparse.Namespace, train: Callable[[int], dict[str, float]]) -> None:
    """Times `train(steps)`, which starts from new weights and gives the last steps' loss of each model: the least of
    some rounds, as other work on the machine only adds. What the first call compiles is not counted."""
    train(LAST_STEPS)
    if options.wait:
        print("ready", flush=True)
        input()
    rounds = [timed(train, options.steps) for _ in range(options.rounds)]
    run_steps = len(options.models) * options.runs * options.steps
    settings = {name: getattr(options, name) for name in ("models", "method", "batch", "runs", "threads", "steps", "lr")}
    line = {
        **{"peer": peer, "version": version, **settings},
        "usPerRunStep": round(1e6 * min(wall for wall, _, _ in rounds) / run_steps, 2),
        "cpuUsPerRunStep": round(1e6 * min(cpu for _, cpu, _ in rounds) / run_steps, 2),
        "finalLoss": {m: round(sum(loss[m] for _, _, loss in rounds) / len(rounds), 4) for m in options.models},
    }
    print(json.dumps(line, allow_nan=False))


def timed(train: Callable[[int], dict[str, float]], steps: int) -> tuple[float, float, dict[str, float]]:
    """Seconds of wall and of this process's cores, and the losses."""
    wall, cpu = time.perf_counter(), time.process_time()
    loss = train(steps)
    return time.perf_counter() - wall, time.process_time() - cpu, loss
