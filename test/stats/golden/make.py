"""Writes golden.json: what SciPy and statsmodels say of the samples that the tests use.

python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
venv/bin/python test/stats/golden/make.py > test/stats/golden/golden.json
npx biome format --write test/stats/golden/golden.json
"""

import json
from types import SimpleNamespace

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests


def sample(n, salt):
    """n positive numbers of a skewed distribution, rounded so that JSON holds them exactly."""
    return np.round(np.random.default_rng(salt).lognormal(-2, 0.6, n), 6)


def floats(values):
    return [float(value) for value in values]


def interquartile_mean(x, axis=-1):
    """By its definition for a multiple of four values: four copies of each."""
    return stats.trim_mean(np.repeat(x, 4, axis=axis), 0.25, axis=axis)


STATISTICS = {
    "mean": lambda x, axis=-1: np.mean(x, axis=axis),
    "sd": lambda x, axis=-1: np.std(x, ddof=1, axis=axis),
    "q1": lambda x, axis=-1: np.quantile(x, 0.25, axis=axis),
    "median": lambda x, axis=-1: np.median(x, axis=axis),
    "q3": lambda x, axis=-1: np.quantile(x, 0.75, axis=axis),
    "iqm": interquartile_mean,
}


def bca(x, statistic, **how):
    interval = stats.bootstrap((x,), statistic, method="BCa", **how).confidence_interval
    return floats(interval)


def formula_resamples(n, count):
    """Resamples that the test makes too: no generator needed."""
    b, i = np.arange(count)[:, None], np.arange(n)[None, :]
    return (7919 * i + 104729 * b + 31 * i * i * b) % n


def same_replicates(x, count=400):
    resamples = np.sort(x[formula_resamples(len(x), count)], axis=-1)  # equal ones then add up to equal sums
    result = lambda statistic: SimpleNamespace(bootstrap_distribution=statistic(resamples))
    return {name: bca(x, f, n_resamples=0, bootstrap_result=result(f)) for name, f in STATISTICS.items()}


def description(x):
    values = {name: float(f(x)) for name, f in STATISTICS.items()}
    rng = np.random.default_rng(0)
    intervals = {name: bca(x, f, n_resamples=200_000, rng=rng, batch=10_000) for name, f in STATISTICS.items()}
    return {"x": floats(x), "values": values, "sameReplicates": same_replicates(x), "intervals": intervals}


def iqr_ratio(a, b, axis=-1):
    return stats.iqr(a, axis=axis) / stats.iqr(b, axis=axis)


def spread(a, b):
    result = stats.bootstrap(
        (a, b), iqr_ratio, paired=True, method="BCa", n_resamples=200_000, batch=10_000, rng=np.random.default_rng(0)
    )
    levene = stats.levene(a, b, center="median")
    return {
        "a": floats(a),
        "b": floats(b),
        "levene": floats(levene),
        "iqrRatio": [float(iqr_ratio(a, b)), *floats(result.confidence_interval)],
    }


def wilcoxon(d):
    return {"d": floats(d), "test": floats(stats.wilcoxon(d))}


z = [-37.5, -8, -5, -3, -2.5, -1.96, -0.5, 0, 0.5, 2.5, 3, 5]
p = [1e-300, 1e-12, 1e-4, 0.025, 0.07, 0.3, 0.5, 0.92, 0.975, 0.9999]
f = [[0.5, 1, 398], [3, 2, 597], [40, 1, 398], [200, 2, 597], [1.2, 8, 32991], [9, 3, 4]]
shares = [[0, 5], [5, 5], [3, 7], [31, 200], [199, 200]]
family = [0.01, 0.04, 0.03, 0.005, 0.6, 0.04]
effect = sample(60, 3) - sample(60, 4) + 0.03
tied = np.array([3, -1, 2, 2, -2, 4, 1, 0, 5, 5, -3], dtype=float)
print(
    json.dumps(
        {
            "normalCdf": [z, floats(stats.norm.cdf(z))],
            "normalQuantile": [p, floats(stats.norm.ppf(p))],
            "fUpperTail": [f, [float(stats.f.sf(*one)) for one in f]],
            "shares": [shares, [floats(stats.binomtest(*one).proportion_ci(method="wilson")) for one in shares]],
            "holm": [family, floats(multipletests(family, method="holm")[1])],
            "descriptions": [description(np.sort(sample(n, n))) for n in (11, 41)],
            "wilcoxon": {
                "exact": wilcoxon(effect[:21]),
                "the largest exact": wilcoxon(effect[:50]),
                "approximate": wilcoxon(effect),
                "approximate with ties and zeros": wilcoxon(np.round(effect, 2)),
                "tied, by all signs": wilcoxon(tied),
                "zeros only": wilcoxon(np.zeros(4)),
            },
            "spread": spread(3 * sample(43, 1), sample(43, 2)),
            "leveneOfThree": {
                "samples": [floats(sample(n, n)) for n in (5, 12, 9)],
                "test": floats(stats.levene(sample(5, 5), sample(12, 12), sample(9, 9), center="median")),
            },
        },
        indent=1,
    )
)
