"""The loss at which searches by mmoe tune and by Optuna's TPE end: bench/search.ts trains what this asks for, line by line."""

import json
import statistics
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
TRIALS, RUNS, SEEDS = 27, 9, range(3)
SPENT = 63  # runs that mmoe tune takes: 27 + 9 * 2 + 3 * 6


def ask(**asked):
    print(json.dumps(asked), flush=True)
    return json.loads(sys.stdin.readline())


def suggested(trial, axes):
    """Values of a trial in the ranges that mmoe tune draws from, and on the same scales."""
    values = {}
    for key, text in axes.items():
        low, high = text.split("..")
        is_log = float(low) > 0 and float(high) / float(low) >= 10
        whole = low.isdigit() and high.isdigit() and key != "lr"
        suggest = trial.suggest_int if whole else trial.suggest_float
        values[key] = suggest(key, int(low) if whole else float(low), int(high) if whole else float(high), log=is_log)
    return values


def by_optuna(runs):
    """The best values of a study whose trials are the mean of the first ``runs`` runs, all of the same seed."""

    def search(problem, axes, seed):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        for _ in range(SPENT // runs):
            trial = study.ask()
            values = suggested(trial, axes)
            study.tell(trial, ask(problem=problem, seed=seed, values=values, runs=list(range(runs))))
        return suggested(optuna.trial.FixedTrial(study.best_params), axes)

    return search


def by_mmoe(problem, axes, seed):
    found = ask(problem=problem, seed=seed, runs=list(range(RUNS)), trials=TRIALS)
    assert found["spent"] == SPENT, found
    return found["values"]


WAYS = {
    "mmoe tune": by_mmoe,
    "TPE, 63 trials of 1 run": by_optuna(1),
    "TPE, 21 trials of 3 runs": by_optuna(3),
}

problems = json.loads(sys.stdin.readline())
print(f"| problem | {' | '.join(WAYS)} |\n| --- |{' --- |' * len(WAYS)}", file=sys.stderr)
for problem, axes in problems.items():
    ends = {name: [] for name in WAYS}
    for seed in SEEDS:
        for name, way in WAYS.items():
            values = way(problem, axes, seed)
            ends[name].append(ask(problem=problem, seed=1000 + seed, values=values, runs=list(range(12))))
            print(f"{problem}, seed {seed}, {name}: {ends[name][-1]:.4f}", file=sys.stderr, flush=True)
    cells = [f"{statistics.mean(losses):.4f} ± {statistics.stdev(losses) / len(losses) ** 0.5:.4f}" for losses in ends.values()]
    print(f"| {problem} | {' | '.join(cells)} |", file=sys.stderr, flush=True)
