// A sweep on a table with gaps, on test rows: losses, metrics and reliability diagrams, recomputed by scikit-learn.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { csvFile } from "../support/csv.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const TABLE = "examples/penguins.csv";
const folder = temporaryFolder();
const out = join(folder, "results");

const COMPARED = `import json, sys, numpy as np, pandas, mmoe
from sklearn.calibration import calibration_curve
r = mmoe.results(sys.argv[1])
table = r.figure("calibration").data
bins = np.linspace(0, 1, 16)

def stated(task, rows):
    rows = rows[rows[f"label/{task}"].notna()]
    y = rows[f"label/{task}"].to_numpy()
    outputs = rows[[name for name in rows if name == f"output/{task}" or name.startswith(f"output/{task}/")]].to_numpy(np.float64)
    if outputs.shape[1] == 1:
        return y, 1 / (1 + np.exp(-outputs[:, 0]))
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return (y == powers.argmax(axis=1)).astype(float), (powers / powers.sum(axis=1, keepdims=True)).max(axis=1)

for (model, task), drawn in table.groupby(["model", "label"]):
    rows = [stated(task, r.predictions(f"{model}/{run:03}")) for run in (0, 1)]
    y, p = (np.concatenate(columns) for columns in zip(*rows))
    observed, predicted = calibration_curve(y, p, n_bins=15)
    np.testing.assert_allclose(drawn["observed"], observed, rtol=1e-12)
    np.testing.assert_allclose(drawn["predicted"], predicted, rtol=1e-9)
    np.testing.assert_array_equal(drawn["rows"] * 2, np.histogram(p, bins)[0][np.histogram(p, bins)[0] > 0])
    errors = r.runs[r.runs["model"] == model][f"calibrationError{drawn['task'].iloc[0]}"]
    np.testing.assert_allclose(drawn["calibrationError"], errors.mean(), atol=2e-6)

own, others = r.predictions("mmoe/000"), r.predictions("mmoe/000", "validation")
missing = []
for call in (lambda: r.predictions("mmoe/007"), lambda: r.predictions("mmoe/000", "train")):
    try: call()
    except (FileNotFoundError, ValueError) as error: missing.append(str(error))
print(json.dumps([len(table.groupby(["model", "label"])), len(own), len(others), list(own) == list(others), missing]))
`;

describe.skipIf(!HAS_PYTHON)("scikit-learn's, of the kept predictions, are", () => {
  beforeAll(async () => {
    const table = ["--rows", TABLE, "--label", "species,sex,body_mass_g", "--impute", "mean"];
    const few = ["--models", "mmoe,shared-bottom", "--runs", "2", "--batch", "32", "--kernels", "wasm"];
    expect((await runMain(["sweep", ...table, ...few, "--keep-predictions", "--out", out])).code).toBe(0);
  });

  test("a table's losses and metrics on test rows", async () => {
    const runs = csvFile(out, "runs.csv");
    expect(runs).toHaveLength(4);
    for (const run of runs) {
      const parts = join(folder, `${run.run}.csv`);
      writeFileSync(parts, (await runMain(["data", out, "--run", run.run, "--parts"])).stdout);
      const predictions = join(out, `predictions/${run.id}.parquet`);
      const found = JSON.parse(python(["test/python/table_losses.py", TABLE, parts, predictions]));
      const expected = (found as Record<string, number>[]).map((task, k) =>
        Object.fromEntries(
          Object.keys(task).map((name) => {
            const column = name === "loss" ? `finalHeldoutLoss${k + 1}` : `${name}${k + 1}`;
            return [name, expect.closeTo(Number(run[column]), 5)];
          }),
        ),
      );
      expect((found as object[]).map((task) => Object.keys(task))).toEqual([
        ["loss", "logLoss", "accuracy"],
        ["loss", "logLoss", "accuracy", "auc", "averagePrecision"],
        ["loss", "rSquared"],
      ]);
      expect(found).toEqual(expected);
    }
  });

  test("reliability diagrams, of the predictions that r.predictions gives", () => {
    const found = JSON.parse(python(["-c", COMPARED, out]));
    expect(found).toEqual([
      4,
      69, // a fifth of 344 rows
      55, // and of the others
      true,
      [expect.stringMatching(/000|007/), "predictions: part: expected 'test' or 'validation', got 'train'"],
    ]);
    expect(found[4][0]).toContain("keep_predictions=True");
  });
});

test.skipIf(!HAS_PYTHON)("metrics within groups are scikit-learn's, of models of the zoo and in PyTorch alike", () => {
  const found = python(["test/python/group_metrics.py", folder]).trim().split("\n").at(-1) as string;
  expect(JSON.parse(found)).toEqual(["Two/000", "mmoe/000"]);
});

test.skipIf(!HAS_PYTHON)(
  "the user's metrics are recorded, drawn, choose steps and settings, and are refused in one line",
  () => {
    const found = JSON.parse(python(["test/python/own_metrics.py", folder]).trim().split("\n").at(-1) as string);
    expect(found).toEqual([
      expect.stringMatching(/^MmoeError: metric breaks: .*:\d+: ZeroDivisionError: division by zero \(at: return 1 /),
      expect.stringMatching(/^MmoeError: metric words: .*: expected a number or None, got a str$/),
      expect.stringMatching(/^MmoeError: metric truth: .*: expected a number or None, got a bool$/),
      expect.stringMatching(/^MmoeError: metric grouped: .*: asks for groups; name their column by metrics_by/),
      expect.stringMatching(
        /^MmoeError: metric drawn: .*: gives other numbers for the same rows \(0\.\d+, then 0\.\d+\)/,
      ),
      expect.stringMatching(/^MmoeError: metric ended: .*metrics_\w+.py: 3 times .* ended by SIGKILL\)$/),
      expect.stringMatching(
        /^TypeError: metrics: expected functions f\(labels, predictions\) or mmoe.metric\(...\), got 'auc'$/,
      ),
      expect.stringMatching(/^MmoeError: metrics: name: expected a name .* got "validation"$/),
      "MmoeError: metrics: words: tasks: expected some of click, spend, size, got 'clack'; did you mean 'click'?",
      expect.stringMatching(/^ValueError: metrics: /),
      [expect.stringMatching(/^metric breaks_later: .*:\d+: KeyError: 'none'/)],
    ]);
  },
);

/** Folds of a frame by groups and by strata, beside scikit-learn's; what is said of their runs, beside SciPy and NumPy. */
const FOLDS = `import functools, io, json, sys, numpy as np, pandas, mmoe
from scipy import stats
from sklearn.model_selection import GroupKFold, StratifiedKFold
k, N, rng = 4, 180, np.random.default_rng(7)
x = rng.normal(size=(N, 3))
user = np.array([f"u{n}" for n in np.minimum(rng.geometric(0.06, N), 25)])
churn = np.array(["no", "maybe", "yes"])[np.digitize(x[:, 0] + rng.normal(size=N), [0.5, 1.5])]
frame = pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "user": user, "churn": churn, "spend": x[:, 0] * x[:, 1] + rng.normal(size=N)})
few = dict(label=["churn", "spend"], folds=k, models=["mmoe", "shared-bottom", "single-task"], runs=2 * k, steps=40, batch=16, progress=False)

@functools.cache
def parts(folder, run):
    return pandas.read_csv(io.StringIO(mmoe.program.run_program(["data", str(folder / "config.yaml"), "--run", str(run), "--parts"]))).part.to_numpy()

grouped = mmoe.sweep(rows=frame, group="user", out=sys.argv[1] + "/grouped", **few)
strata = mmoe.sweep(rows=frame.drop(columns="user"), stratify="churn", out=sys.argv[1] + "/strata", **few)
for repeat in range(2):
    tested = np.zeros(N, int)
    for fold in range(k):
        part = parts(grouped.folder, repeat * k + fold)
        tested += part == "test"
        of = [set(user[part == name]) for name in ("train", "validation", "test")]
        assert not (of[0] & of[1] or of[0] & of[2] or of[1] & of[2]) and all(of)
    assert (tested == 1).all()
largest = pandas.Series(user).value_counts().max()
ours = [sum(parts(grouped.folder, fold) == "test") for fold in range(k)]
theirs = [len(test) for _, test in GroupKFold(k).split(x, groups=user)]
assert max(map(abs, np.subtract(ours, np.mean(theirs)))) <= largest

counts = lambda rows: [int(np.sum(churn[rows] == name)) for name in ("no", "maybe", "yes")]
ours = sorted(counts(parts(strata.folder, fold) == "test") for fold in range(k))
theirs = [counts(test) for _, test in StratifiedKFold(k, shuffle=True, random_state=0).split(x, churn)]
assert [sorted(of) for of in zip(*ours)] == [sorted(of) for of in zip(*theirs)], (ours, theirs)

def corrected(values, ratio, level=0.95):
    "Nadeau and Bengio 2003, section 4.2; Bouckaert and Frank 2004 of repeated folds."
    n, mean = len(values), np.mean(values)
    error = np.sqrt((1 / n + ratio) * np.var(values, ddof=1))
    half = stats.t.ppf((1 + level) / 2, n - 1) * error
    return mean, mean - half, mean + half, 2 * stats.t.sf(abs(mean / error), n - 1)

for r in (grouped, strata):
    config = (r.folder / "config.yaml").read_text()
    number = lambda key: int(next(line for line in config.splitlines() if line.startswith(key + ":")).split()[1])
    ratio = number("heldoutRows") / number("trainRows")  # those that a column splits have validation rows beside these
    summary, runs = r.summary(), r.runs.set_index(["model", "run"])
    held = runs[["finalHeldoutLoss1", "finalHeldoutLoss2"]].mean(axis=1)
    for row in summary.itertuples():
        np.testing.assert_allclose([row.mean, row.low, row.high], corrected(held[row.model], ratio)[:3], rtol=1e-7)
    apart = r.compare()
    told = [corrected(held[row.first] - held[row.second], ratio) for row in apart.itertuples()]
    np.testing.assert_allclose(apart[["difference", "low", "high"]], [one[:3] for one in told], rtol=1e-6, atol=1e-9)
    p = np.array([one[3] for one in told])
    order, holm, high = np.argsort(p), np.empty(len(p)), 0
    for rank, i in enumerate(order):
        high = max(high, min(1, (len(p) - rank) * p[i])); holm[i] = high
    np.testing.assert_allclose(apart["p"], holm, rtol=1e-6)
    assert "4 folds of one table" in apart.attrs["intervals"] and "Bouckaert" in summary.attrs["intervals"]
    tasks = r.summary(per_task=True).query("metric == 'accuracy'").set_index("model")
    np.testing.assert_allclose(tasks.loc["mmoe", ["mean", "low", "high"]].astype(float), corrected(runs.loc["mmoe"]["accuracy1"], ratio)[:3], rtol=1e-7)

wrong = []
for given in ({"folds": "4"}, {"folds": True}, {"split": 0.5}, {"heldout": "0.2"}, {"group": 3}, {"stratify": ["churn"]}, {"folds": 4, "heldout": 0.2}, {"folds": 99, "group": "user"}):
    try: mmoe.plan(rows=frame, label=["churn", "spend"], **({"ignore": "user"} if "group" not in given else {}), **given)
    except (TypeError, mmoe.MmoeError) as error: wrong.append(f"{type(error).__name__}: {error}")
print(json.dumps(wrong))
`;

test.skipIf(!HAS_PYTHON)(
  "folds by groups and strata are as scikit-learn's, and intervals and p over them as SciPy gives",
  () => {
    const found = JSON.parse(python(["-c", FOLDS, folder]).trim().split("\n").at(-1) as string);
    expect(found).toEqual([
      "TypeError: folds: expected a whole number, got '4'",
      "TypeError: folds: expected a whole number, got True",
      "TypeError: split: expected a whole number, got 0.5",
      "TypeError: heldout: expected a number, got '0.2'",
      "TypeError: group: expected the name of a column, got 3",
      "TypeError: stratify: expected the name of a column, got ['churn']",
      "MmoeError: folds and heldout: expected one of them",
      expect.stringMatching(/^MmoeError: .*folds: expected at most \d+, the groups by 'user' of .*, got 99$/),
    ]);
  },
);
