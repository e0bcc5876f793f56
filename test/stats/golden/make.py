"""Writes golden.json: what SciPy, statsmodels and scikit-learn say of the samples that the tests use.

python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0 scikit-learn==1.9.1
venv/bin/python test/stats/golden/make.py > test/stats/golden/golden.json
npx biome format --write test/stats/golden/golden.json
"""

import json
from types import SimpleNamespace

import numpy as np
from scipy import special, stats
from sklearn import metrics
from sklearn.calibration import calibration_curve
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


def calibration_error(outcomes, probabilities, bins=15):
    """By scikit-learn's bins: those of `calibration_curve`, which leaves empty ones out, with the rows in each."""
    shares, means = calibration_curve(outcomes, probabilities, n_bins=bins, strategy="uniform")
    rows = np.histogram(np.ceil(probabilities * bins), np.arange(0.5, bins + 1))[0]
    return float(np.sum(rows[rows > 0] * np.abs(shares - means)) / len(outcomes))


def logits(rows, columns, salt):
    """With one decimal: some are equal."""
    return np.round(np.random.default_rng(salt).normal(0, 2, (rows, columns)), 1)


def binary_metrics(rows=230):
    score = logits(rows, 1, 5)[:, 0]
    label = (score + 3 * logits(rows, 1, 6)[:, 0] > 4).astype(int)
    float32 = score.astype(np.float32).astype(float)
    shares, predicted = special.expit(float32), (score > 0).astype(int)
    return {
        "outputs": floats(score),
        "labels": label.tolist(),
        "auc": metrics.roc_auc_score(label, float32),
        "averagePrecision": metrics.average_precision_score(label, float32),
        "accuracy": metrics.accuracy_score(label, predicted),
        "f1Macro": metrics.f1_score(label, predicted, average="macro"),
        "logLoss": metrics.log_loss(label, shares),
        "calibrationError": calibration_error(label, shares),
    }


def placements(score, label):
    """By midranks (Sun and Xu, IEEE Signal Processing Letters 2014): of rows of class 1, then of class 0."""
    ones, zeros = score[label == 1], score[label == 0]
    ranks = stats.rankdata(np.concatenate([ones, zeros]))
    above = (ranks[: len(ones)] - stats.rankdata(ones)) / len(zeros)
    below = 1 - (ranks[len(ones) :] - stats.rankdata(zeros)) / len(ones)
    return above, below


def paired_areas(scores, label):
    """DeLong's standard error of the difference of two areas."""
    ones, zeros = zip(*(placements(score, label) for score in scores))
    covariance = np.cov(ones) / len(ones[0]) + np.cov(zeros) / len(zeros[0])
    return float(np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))


BINARY_METRICS = {
    "averagePrecision": metrics.average_precision_score,
    "accuracy": lambda label, score: metrics.accuracy_score(label, score > 0),
    "f1Macro": lambda label, score: metrics.f1_score(label, score > 0, average="macro"),
    "logLoss": lambda label, score: metrics.log_loss(label, special.expit(score)),
    "calibrationError": lambda label, score: calibration_error(label, special.expit(score)),
}


def paired_rows(rows=300, count=2000):
    """Standard errors of the difference of two models' metrics over resamples of the same rows, and of rows of each's own."""
    common = logits(rows, 1, 10)[:, 0]
    scores = [np.round(common + 0.3 * logits(rows, 1, salt)[:, 0], 2) for salt in (11, 12)]
    label = (common + 1.5 * logits(rows, 1, 13)[:, 0] > 1).astype(int)
    rng = np.random.default_rng(14)
    drawn = [rng.integers(rows, size=rows) for _ in range(count)]
    errors = {}
    for name, of in BINARY_METRICS.items():
        one, other = ([of(label[some], score[some]) for some in drawn] for score in scores)
        errors[name] = {"paired": np.std(np.subtract(one, other)), "unpaired": np.hypot(np.std(one), np.std(other))}
    return {
        "outputs": [floats(score) for score in scores],
        "labels": label.tolist(),
        "areaDifference": float(np.subtract(*(metrics.roc_auc_score(label, score) for score in scores))),
        "areaDifferenceError": paired_areas(scores, label),
        "errors": errors,
    }


def categorical_metrics(rows=170, classes=5):
    """The last class is never predicted, and the third is rare."""
    score = logits(rows, classes, 7) - [0, 0, 3, 0, 12]
    label = np.argmax(score / 3 + logits(rows, classes, 8) - [0, 0, 2, 0, -4], axis=1)
    shares = special.softmax(score.astype(np.float32).astype(float), axis=1)
    predicted = np.argmax(score, axis=1)
    return {
        "outputs": [floats(row) for row in score],
        "labels": label.tolist(),
        "accuracy": metrics.accuracy_score(label, predicted),
        "f1Macro": metrics.f1_score(label, predicted, average="macro"),
        "logLoss": metrics.log_loss(label, shares, labels=range(classes)),
        "calibrationError": calibration_error(predicted == label, shares.max(axis=1)),
    }


def regression_metrics(rows=90, scale=3.75):
    """Of labels that were divided by `scale`."""
    predicted, label = logits(rows, 2, 9).T
    one, other = (values.astype(np.float32).astype(float) * scale for values in (label, predicted))
    return {
        "outputs": floats(predicted),
        "labels": floats(label),
        "scale": scale,
        "rmse": metrics.root_mean_squared_error(one, other),
        "mae": metrics.mean_absolute_error(one, other),
        "rSquared": metrics.r2_score(one, other),
    }


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
            "metrics": {
                "binary": binary_metrics(),
                "categorical": categorical_metrics(),
                "regression": regression_metrics(),
            },
            "pairedRows": paired_rows(),
            "leveneOfThree": {
                "samples": [floats(sample(n, n)) for n in (5, 12, 9)],
                "test": floats(stats.levene(sample(5, 5), sample(12, 12), sample(9, 9), center="median")),
            },
        },
        indent=1,
    )
)
