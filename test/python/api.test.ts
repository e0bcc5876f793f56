// mmoe.sweep and what it returns, as a program sees them: with the program of the checkout.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { BIN } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { NUMPY_LINEAR } from "../support/python.ts";
import { HAS_PYTHON, PYTHON, python } from "./python.ts";

const folder = temporaryFolder();

/** What a script prints, which lies in the test's folder. */
function script(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return python([name], folder);
}

/** What a script prints as its last line. */
const json = (name: string, text: string) =>
  JSON.parse(script(name, `import json, mmoe\n${text}`).trim().split("\n").at(-1) as string);

const csv = (path: string) => csvFile(folder, path);

/** A model of a script, which uses a constant, a function and a class beside it, and imports under other names. */
const MODEL = `import numpy as np
from math import sqrt as root

x = np.ones(3)  # read by no model: theirs is local

RATE = 0.01


def squares(errors):
    return (errors**2).mean(0)


class Base:
    def __init__(self, inputs, tasks, scale=1.0):
        self.w = scale * np.random.normal(size=(inputs, tasks)) / root(inputs)


class Linear(Base):
    """A linear map."""

    def step(self, x, y):
        errors = self.predict(x) - y
        self.w -= RATE * x.T @ errors / len(x)
        return squares(errors)

    def predict(self, x):
        return x @ self.w

`;

const SWEEP = `r = mmoe.sweep("smoke", corr=[0.5, 1], runs=2, steps=50, out="swept", progress=False,
    models=["shared-bottom", Linear, mmoe.model(Linear, name="narrow", scale=0.25)])
`;

describe.skipIf(!HAS_PYTHON)("mmoe.sweep(...)", () => {
  let told: Record<string, unknown>;

  beforeAll(() => {
    told = json(
      "sweep.py",
      `${MODEL}${SWEEP}
import os
os.environ["BROWSER"] = "sh -c 'echo $0 > opened' %s"
polars = mmoe.results("swept", frame="polars")
print(json.dumps({"polars": [type(of).__module__ for of in (polars.runs, polars.curves, polars.summary(), polars.compare(), polars.figure("runs").data)],
    **{"runs": len(r.runs), "models": list(r.summary().model), "pairs": len(r.compare(loss="heldout")),
    "same": mmoe.verify(r, runs=2).to_dict("records"), "curves": len(r.curves), "long": len(r.by_task()),
    "ends": [str(of["low"].dtype) for of in (r.summary(), r.compare(), polars.summary(), polars.compare())], "needed": [str(of["needed"].dtype) for of in (r.compare(), polars.compare())], "svg": r.figure("final-loss", loss="heldout").svg[:4], "pdf": r.figure("runs").save("runs.pdf").read_bytes()[:4].decode(),
    "page": [r.report().resolve().as_uri() == open("opened").read().strip(), os.unlink("opened")]}}))`,
    );
  });

  test("trains classes of a script beside our models, and gives frames, figures and the report", () => {
    expect(told).toMatchObject({
      runs: 12,
      pairs: 6,
      curves: 12,
      long: 24,
      ends: ["float64", "float64", "Float64", "Float64"], // there is no interval of two runs
      needed: ["float64", "Float64"],
      svg: "<svg",
      pdf: "%PDF",
      page: [true, null],
      polars: Array(5).fill("polars.dataframe.frame"),
    });
    expect(told.models).toEqual(["shared-bottom", "Linear", "narrow", "shared-bottom", "Linear", "narrow"]);
    expect(
      (told.same as { recorded: unknown; again: unknown }[]).map(({ recorded, again }) => [recorded, again]),
    ).toEqual((told.same as { recorded: unknown }[]).map(({ recorded }) => [recorded, recorded]));
  });

  test("trains what the command line trains with the same settings", () => {
    const words = ["smoke", "--corr", "0.5,1", "--runs", "2", "--steps", "50", "--models", "shared-bottom"];
    execFileSync(process.execPath, [BIN, "sweep", ...words, "--out", "typed", "--quiet"], { cwd: folder });
    const losses = (path: string) =>
      csv(path).flatMap((row) => (row.model === "shared-bottom" ? [[row.id, row.finalHeldoutLoss1]] : []));
    expect(losses("swept/runs.csv")).toEqual(losses("typed/runs.csv"));
  });

  test("writes the source of a class with what it uses, once, and no file elsewhere", () => {
    const [file, ...others] = readdirSync(join(folder, "swept/models"));
    expect(others).toEqual([]);
    const text = readFileSync(join(folder, "swept/models", file), "utf8");
    expect(text).toContain("import numpy as np\n");
    expect(text).toContain("RATE = 0.01");
    expect(text.indexOf("class Base")).toBeLessThan(text.indexOf("class Linear(Base)"));
    expect(text).not.toContain("mmoe.sweep");
    expect(readdirSync(folder).sort()).toEqual(["runs.pdf", "sweep.py", "swept", "typed"]);
  });

  test("what compares, draws, reports or tracks runs warns of those that are missing", () => {
    const warned = json(
      "missing.py",
      `import json, warnings, mmoe
mmoe.sweep("smoke", corr=[1], runs=4, steps=5, shard="1/2", out="half", progress=False, models=["mmoe", "omoe"])
mmoe.sweep("smoke", corr=[1], runs=1, steps=5, shard="1/2", out="one", progress=False, models=["mmoe", "omoe"])
half, whole, one = mmoe.results("half"), mmoe.results("swept"), mmoe.results("one")
ways = [half.compare, lambda: half.compare(half), half.claims, lambda: half.figure("final-loss").svg, lambda: half.report(show=False), half.to_tensorboard]
def warned(way):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        way()
    return sorted({str(of.message) for of in told if "missing" in str(of.message)})
print(json.dumps([warned(way) for way in [*ways, whole.compare, whole.claims, one.compare, one.to_tensorboard]]))`,
    );
    const half = [expect.stringMatching(/half: 4 (of 8 )?runs are missing/)];
    const one = [expect.stringMatching(/one: 1 run is missing/)];
    expect(warned).toEqual([...Array(6).fill(half), [], [], one, one]);
  });

  test("writes a copy whole, also where several threads do at once", () => {
    const said = script(
      "threads.py",
      `from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from mmoe.program import file_of
content = "x" * 3_000_000
def written(folder): return file_of(content, folder, "rows", ".csv").read_text() == content
for round in range(12):
    with ThreadPoolExecutor(4) as threads: print(all(threads.map(written, [Path("copies", str(round))] * 4)))
print(sorted({file.suffix for file in Path("copies").rglob("*.*")}))
`,
    );
    expect(said.trim().split("\n")).toEqual([...Array(12).fill("True"), "['.csv']"]);
  });

  test("resumes: the same call trains nothing again, and the same class is the same model", () => {
    const before = readFileSync(join(folder, "swept/runs.csv"), "utf8");
    const again = script("sweep.py", `import mmoe\n${MODEL}${SWEEP}print(len(r.runs))`);
    expect([again, readFileSync(join(folder, "swept/runs.csv"), "utf8")]).toEqual(["12\n", before]);
  });

  test("takes a frame of pandas or Polars as rows, which is the same table", () => {
    const frames = `import pathlib, pandas, polars
columns = {"x_a": [n % 7 / 7 for n in range(120)], "x_b": [None if n % 9 == 0 else float(n % 5) for n in range(120)],
    "y_1": [n % 7 + n % 5 for n in range(120)], "y_2": [n % 3 for n in range(120)]}
frames = [pandas.DataFrame(columns), polars.DataFrame(columns)]
def losses(frame, out="rows"): return mmoe.sweep(rows=frame, out=out, impute="mean", models="mmoe", runs=1, steps=20, progress=False).runs.finalTrainLoss1.item()
both = [losses(each) for each in frames]
pathlib.Path("again").mkdir()
for copy in pathlib.Path("rows").glob("rows_*.csv"):
    (pathlib.Path("again") / copy.name).write_text(copy.read_text()[:1400])  # as a full disk leaves it
print(json.dumps([*both, losses(frames[0], out="again")]))`;
    const [first, ...others] = json("rows.py", frames);
    expect(first).toBeGreaterThan(0);
    expect(others).toEqual([first, first]);
  });

  test("takes lists of columns with commas in their names", () => {
    const told = json(
      "commas.py",
      `import pandas
frame = pandas.DataFrame({"a,b": [n % 7 for n in range(60)], "c": [n % 5 for n in range(60)], "y,1": [n % 3 for n in range(60)], "z": [n % 4 / 4 for n in range(60)]})
r = mmoe.sweep(rows=frame, label=["y,1", "z"], categorical=["a,b", "c"], task={"y,1": "regression"}, out="commas", models="mmoe", runs=1, steps=9, progress=False)
print(json.dumps(list(r.summary(per_task=True).task.unique())))`,
    );
    expect(told).toEqual(["y,1", "z"]);
  });

  test("reads a frame by its types, in pandas and Polars alike, and says what is wrong by its columns and index", () => {
    const said = script(
      "typed_frames.py",
      `import pandas as pd, polars as pl, mmoe, re, warnings
from mmoe.own_rows import text_of
n, days = range(60), pd.date_range("2024-01-01", periods=60)
zones, kinds = [str(i % 3 + 1) for i in n], [str(i % 4) for i in n]
a = {"when": days, "zone": pd.Categorical([i % 3 + 1 for i in n]), "code": zones, "ok": [i % 2 > 0 for i in n], "kind": pd.Categorical(kinds), "price": pd.array([i % 7 for i in n], "Int64")}
b = {"when": days, "zone": pl.Series(zones, dtype=pl.Enum(["1", "2", "3"])), "code": zones, "ok": a["ok"], "kind": pl.Series(kinds, dtype=pl.Categorical), "price": [i % 7 for i in n]}
for frame in (pd.DataFrame(a, index=[f"r{i}" for i in n]), pl.DataFrame(b)):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        plan = mmoe.plan("smoke", rows=frame, label=["kind", "price"], models=[{"name": "wide", "like": "mmoe"}], progress=False)
    print(*{(w.filename.endswith("typed_frames.py"), str(w.message)) for w in told})
    print(re.search(r"taskKinds.*", plan)[0].split("yours")[0].strip(), "|", re.search(r"categorical=.*?]", plan)[0], "|", *[line for line in plan.splitlines() if "for classes give" in line])
    print(text_of(frame).text.splitlines()[1])
users = pd.DataFrame(a).assign(user=[str(i % 9) for i in n])
print(re.search(r"group=.*", mmoe.plan("smoke", rows=users, label=["kind", "price"], ignore="when", group="user", heldout=0.3))[0].split(",")[0])
bad = pd.DataFrame(a, index=[f"r{i}" for i in n]).assign(price=[float("inf") if i == 7 else i for i in n], zone=1)
try: mmoe.sweep("smoke", rows=bad, label=["kind", "price"], ignore="when")
except mmoe.MmoeError as e: print(e)
`,
    ).split("\n");
    const ofFrame = [
      "(True, 'rows: when: dates are read as days since 1970-01-01, durations as days')",
      "taskKinds       kind categorical (0, 1, 2, 3), price regression | categorical=[zone, code, kind] | " +
        "price: few different whole numbers, read as numbers; for classes give task price=categorical",
      expect.stringMatching(/^19723(\.0)?,1,1,(F|f)alse,0,0$/), // 2024-01-01
    ];
    expect(said).toEqual([
      ...ofFrame,
      ...ofFrame,
      "group=user",
      "rows: column 'zone' is 1 in every row; leave it out",
      "rows: index 'r7': price: expected a number up to 3.4028235e+38, got 'inf'",
      "",
    ]);
  });

  test("reads odd cells as they are, or says what it makes of them", () => {
    const said = script(
      "odd_frames.py",
      `import datetime, pathlib, warnings
import mmoe, pandas as pd, polars as pl, pyarrow as pa
from mmoe.own_rows import text_of
days = [pd.Timestamp("2024-01-01", tz="Europe/Berlin"), datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)]
frame = pd.DataFrame({"when": days * 30, "code": ["0x10", "0b1", "7"] * 20, "text": [" a", "a", "", None, 'x,"1'] * 12, "kind": ["yes", "no", "no"] * 20, 5: range(60)})
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    of = text_of(frame)
print(of.text.splitlines()[1:6], of.categorical)
print(*(str(one.message) for one in told), sep="\\n")
warnings.simplefilter("ignore")
print("task y=categorical" in mmoe.plan("smoke", rows=frame.assign(**{"y": [n % 3 for n in range(60)]}), input="code", label=["kind", "y"]))
def refused(rows, **more):
    try: mmoe.sweep("smoke", rows=rows, out="refused", **{"label": ["kind", 5], **more})
    except (mmoe.MmoeError, ValueError) as error: print(str(error).splitlines()[0])
refused(frame.iloc[:0])
refused(frame, label=["kind", "size"], group="user")
refused(frame.assign(text=["a\\rb", "c"] * 30))
refused(frame.assign(text=["a\\0b", "c"] * 30))
refused(frame.assign(when=[datetime.date(2024, 1, 1), "soon"] * 30))
refused(frame.assign(text="a"), stratify="5", input="code")
print(pathlib.Path("refused").exists())
far = pd.DataFrame({"d": [datetime.date(9999, 12, 31), datetime.date(1, 1, 1)], "h": pd.Series([datetime.timedelta(hours=36), None], dtype=object)})
print(*text_of(far).text.split())
times = {"d": [datetime.date(1970, 1, 3)], "at": [datetime.datetime(1970, 1, 2, 12)], "h": [datetime.timedelta(hours=36)], "t": [datetime.time(6)]}
print(*text_of(pl.DataFrame(times)).text.split())
odd = frame[["when", "code", "kind", 5]].assign(when=pd.to_datetime(frame["when"], utc=True), kind=frame["kind"].astype("category"), zone=pd.Categorical(range(60)), tags=[["a", "b"]] * 60, d=far.d.iloc[0], h=far.h.iloc[0])
arrow = pa.Table.from_pandas(odd).to_pandas(types_mapper=pd.ArrowDtype)
one, other = text_of(odd), text_of(arrow)
print(one.text == other.text, one.categorical, other.categorical)
refused(arrow)
`,
    );
    expect(said.trim().split("\n")).toEqual([
      `['19722.958333333332,0x10, a,yes,0', '19723.0,0b1,a,no,1', '19722.958333333332,7,,no,2', '19723.0,0x10,,yes,3', '19722.958333333332,0b1,"x,""1",no,4'] ['code']`,
      "rows: when: dates are read as days since 1970-01-01, durations as days",
      "rows: text: empty texts are read as gaps",
      "rows: text: spaces around texts are left out, as in ' a'",
      "True",
      "rows: expected rows, got a frame without any",
      "rows: no columns 'user', 'size'; columns: when, code, text, kind, 5",
      "rows: index 0: text: expected a text on one line without control characters, got 'a\\u000db'",
      "rows: a name or a text has NUL, '\\0'; replace it",
      expect.stringContaining("rows: column 'when' has dates, and what is none: "),
      "rows: stratify: column '5' has too few rows of each value to split by: a part would have no rows",
      "False",
      "d,h 2932896.0,1.5 -719162.0,",
      "d,at,h,t 2.0,1.5,1.5,0.25", // days
      "True ['code', 'zone'] ['code', 'zone']",
      "rows: column 'tags' has lists; give lists='tags', or leave it out",
    ]);
  });

  test("searches by tune with the keywords of a sweep, and the same call gives the same frame", () => {
    const told = json(
      "search.py",
      `import warnings
warnings.simplefilter("ignore")
search = lambda **more: mmoe.tune("smoke", "found.yaml", overwrite=True, budget=6, runs=3, models=["mmoe", "omoe"], corr=0.5, steps=9, lr="1e-4..1e-2", progress=False,
    axes={"mmoe.experts.layers": [4, [8, 4]]}, out="search", **more)
found = search()
runs = mmoe.results("search").runs
last = found[found.runs == 3].set_index(["model", "lr"])["mean"]
means = runs.assign(model=runs.model.str[:4]).groupby(["model", "lr"]).finalTrainLossMean.mean()
refused = []
for call in (lambda: search(larning=1), lambda: search(batch="64..16"), lambda: mmoe.tune("search", lr="1e-4..1e-2")):
    try: call()
    except (TypeError, mmoe.MmoeError) as e: refused.append(str(e))
print(json.dumps({"columns": list(found), "same": found.equals(search()), "rows": found.groupby("model").runs.apply(list).to_dict(), "refused": refused,
    "off": float((last - means[last.index]).abs().max()), "chosen": found[found.chosen].model.tolist(), "layers": set(found["experts.layers"].dropna()) <= {"4", "[8,4]"},
    "tuned": len(mmoe.sweep("found.yaml", runs=1, progress=False).runs)}))`,
    );
    expect(told).toEqual({
      columns: ["model", "lr", "experts.layers", "runs", "failed", "mean", "low", "high", "chosen", "sure", "at_end"],
      same: true,
      rows: { mmoe: [3, 3, 1, 1, 1, 1], omoe: [3, 3, 1, 1, 1, 1] },
      off: expect.closeTo(0, 6),
      chosen: ["mmoe", "omoe"],
      layers: true,
      tuned: 2,
      refused: [
        "tune() got an unexpected keyword argument 'larning'",
        "batch: expected a range that rises, such as 16..64, got '64..16'",
        "tune: lr is for a search; give budget or time",
      ],
    });
  });

  test("gives frames of what tune chooses, of each task, and of one model's settings in pairs of runs", () => {
    const told = json(
      "choices.py",
      `import pandas, warnings
frame = pandas.DataFrame({"a": [n % 7 / 7 for n in range(120)], "b": [n % 5 for n in range(120)], "churn": [int(n % 7 > n % 3) for n in range(120)],
    "spend": [n % 7 + n % 5 for n in range(120)]}, index=pandas.Index(range(120), name="customer"))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    r = mmoe.sweep(rows=frame, label="churn,spend", out="choices", models="mmoe", lr=[0.001, 0.01], runs=5, steps=30, batch=16, progress=False)
    points, tasks, apart = mmoe.tune(r), r.summary(per_task=True), r.compare()
    few = mmoe.sweep("smoke", corr=0.5, models=["mmoe", "omoe"], method=["sum", "cagrad"], method_c=[0.2, 0.5], lr=[0.01, 0.02], runs=3, steps=9, out="few", progress=False)
    by = few.compare(by="method")
    refused = []
    for key in ("batch", "method.c"):
        try: few.compare(by=key)
        except ValueError as e: refused.append(str(e))
own = r.runs.groupby("lr")
losses = own.validationLoss.mean()
auc = tasks[(tasks.task == "churn") & (tasks.metric == "auc")].set_index("lr")["mean"]
loss = tasks[(tasks.task == "spend") & (tasks.metric == "loss")].set_index("lr")["mean"]
off = lambda a, b: float((a - b).abs().max())
print(json.dumps({"points": list(points), "compared": list(apart), "tuned": off(points.set_index("lr")["mean"], losses), "chosen": points[points.chosen].lr.tolist() == [losses.idxmin()],
    "tasks": list(tasks), "auc": off(auc, own.auc1.mean()), "loss": off(loss, own.finalHeldoutLoss2.mean()), "apart": apart[["model", "first", "second", "pairs"]].to_dict("records"),
    "difference": abs(apart.difference.item() - (own.finalHeldoutLossMean.mean()[0.01] - own.finalHeldoutLossMean.mean()[0.001])),
    "by": by[["model", "first", "second", "pairs"]].values.tolist(), "few": int(by[["low", "high", "p"]].notna().sum().sum()), "refused": refused,
    "numbers": int(apart.p.notna().sum()), "warned": [(str(one.message), one.filename.endswith("choices.py")) for one in caught]}))`,
    );
    expect(told).toEqual({
      points: ["model", "lr", "runs", "failed", "mean", "low", "high", "chosen", "sure", "at_end"],
      tasks: ["task", "kind", "model", "lr", "metric", "runs", "mean", "low", "high"],
      compared: ["model", "first", "second", "pairs", "difference", "low", "high", "p", "needed"],
      apart: [{ model: "mmoe", first: "lr=0.01", second: "lr=0.001", pairs: 5 }],
      warned: [
        ["rows: the index customer is left out; rows.reset_index() makes it a column", true],
        ["tune: mmoe is at an end of lr; a better value may lie beyond", true],
      ],
      numbers: 0, // the least p of a pair of five is .06
      by: ["mmoe", "omoe"].flatMap((model) =>
        [0.2, 0.5].map((c) => {
          const [cagrad, sum] = [`cagrad, method.c=${c}`, "sum, method.c=default"];
          return [model, `lr=0.01, method=${cagrad}`, `lr=0.01, method=${sum}`, 3];
        }),
      ),
      few: 0,
      refused: [
        "compare: by: expected one of model, lr, method, method.c, got 'batch'",
        "compare: by: no choice differs from the first, lr=0.01, method=sum, method.c=default, in method.c alone",
      ],
      chosen: true,
      tuned: expect.any(Number),
      auc: expect.any(Number),
      loss: expect.any(Number),
      difference: expect.any(Number),
    });
    for (const off of [told.tuned, told.auc, told.loss, told.difference]) expect(off).toBeLessThan(1e-6);
  });

  test("keeps final weights on request: those of a run that hardly learns are its initial values", () => {
    const told = json(
      "weights.py",
      `r = mmoe.sweep("smoke", corr=0.5, models="mmoe", runs=1, steps=1, lr=1e-30, keep_weights=True, out="kept", progress=False)
initial, kept = mmoe.initial_values("kept", model="mmoe"), r.weights("mmoe/p=0.50/000")
print(json.dumps([len(kept), sorted(initial) == sorted(kept), max(float(abs(initial[name] - kept[name]).max()) for name in kept) < 1e-20]))`,
    );
    expect(told).toEqual([expect.any(Number), true, true]);
    expect(told[0]).toBeGreaterThan(16);
  });

  const REFUSED = [
    [`mmoe.sweep("smoke", corr=7)`, "MmoeError: corr: expected a number from -1 to 1, got 7"],
    [
      `mmoe.sweep("smoke", choose_by="auc1")`,
      "MmoeError: choose_by: chooses on validation rows; add steps auto, or leave it out",
    ],
    [
      `mmoe.sweep("smoke", optimizer="adma")`,
      `MmoeError: optimizer: expected one of adam, adamw, sgd, got "adma"; did you mean 'adam'?`,
    ],
    [`mmoe.sweep("smoke", lerning_rate=1)`, "TypeError: sweep() got an unexpected keyword argument 'lerning_rate'"],
    [`mmoe.sweep("smoke", models=[3])`, "TypeError: models: expected names, files, classes or mmoe.model(...), got 3"],
    [
      `mmoe.sweep("smoke", python="\\0")`,
      String.raw`MmoeError: python: expected a text of whole characters without NUL, got '\x00'`,
    ],
    [
      `mmoe.sweep("smoke", label="a\\ud800")`,
      String.raw`MmoeError: label: expected a text of whole characters without NUL, got 'a\ud800'`,
    ],
    [
      `pandas = __import__("pandas"); mmoe.sweep(rows=pandas.DataFrame([[1]], columns=pandas.Index(["a\\ud800"], dtype=object)))`,
      String.raw`ValueError: rows: a name or a text has half a character, '\ud800'; replace it`,
    ],
    [
      `mmoe.sweep(rows=__import__("pandas").DataFrame({"a": ["\\ud800"]}, dtype=object))`,
      String.raw`ValueError: rows: a name or a text has half a character, '\ud800'; replace it`,
    ],
    ...["pandas", "polars"].map(
      (library) =>
        [
          `mmoe.sweep(rows=__import__("${library}").DataFrame({"a": [1], "b": [[1, 2]]}))`,
          "ValueError: rows: column 'b' has lists; give lists='b', or leave it out",
        ] as const,
    ),
    [
      `mmoe.sweep(rows=__import__("polars").DataFrame({"a": [1], "b": [b"c"]}))`,
      "ValueError: rows: column 'b' has Binary values; leave it out, or make them numbers or texts",
    ],
    ...[
      [`b""`, "bytes"],
      ["0j", "complex"],
      ["bytearray()", "bytearray"],
      ["print", "builtin_function_or_method"],
    ].map(
      ([value, kind]) =>
        [
          `mmoe.sweep(rows=__import__("pandas").DataFrame({"a": [1, 2], "b": [1, ${value}]}, dtype=object))`,
          `ValueError: rows: column 'b' has ${kind} values; leave it out, or make them numbers or texts`,
        ] as const,
    ),
    [
      `mmoe.sweep(rows=__import__("pandas").DataFrame({"a": [__import__("datetime").date(2020, 1, 1), 5]}))`,
      "ValueError: rows: column 'a' has dates, and what is none: 5",
    ],
    [
      `mmoe.sweep(rows=__import__("pandas").Series([1]))`,
      "TypeError: rows: expected a file, or a frame of pandas or Polars, got Series",
    ],
    [
      `mmoe.sweep(rows=__import__("polars").DataFrame({"a": [1]}).lazy())`,
      "TypeError: rows: expected a file, or a frame of pandas or Polars, got LazyFrame",
    ],
    [`mmoe.sweep("smoke", rows=3)`, "TypeError: rows: expected a file, or a frame of pandas or Polars, got int"],
    [`mmoe.results("swept").by_task("run")`, "ValueError: by_task: expected 'runs' or 'curves', got 'run'"],
    [`mmoe.results("swept").predict("new.csv", at=[1])`, "TypeError: at: expected a dict of settings' values, got [1]"],
    [
      `mmoe.regimes([{"name": "wide", "like": "mmoe"}])`,
      "ValueError: models: expected names, files, classes or mmoe.model(...), got {'name': 'wide', 'like': 'mmoe'}; model_set changes a model",
    ],
    [`mmoe.regimes(folders="nowhere")`, "MmoeError: nowhere: no such folder; give a results folder of mmoe sweep"],
    [`mmoe.results("nowhere")`, "FileNotFoundError: nowhere: no results are in it; expected the folder of a sweep"],
    [
      `mmoe.results("swept").figure("runs,cost").svg`,
      "ValueError: figure: expected the name of one figure, got 'runs,cost'",
    ],
    [
      `mmoe.results("swept").groupby`,
      "AttributeError: results have no 'groupby'; they have .runs and .curves, which are frames, and .summary()",
    ],
  ] as const;

  test("raises what is wrong, in one line", () => {
    const calls = REFUSED.map(([call]) => `try: ${call}\nexcept Exception as e: print(f"{type(e).__name__}: {e}")\n`);
    const said = script("refused.py", `import mmoe\n${calls.join("")}`);
    expect(said.trim().split("\n")).toEqual(REFUSED.map(([, message]) => message));
  });

  /** What is done to MODEL after it is defined, and what is then said of it. */
  const CHANGED = [
    ["table = np.ones(3)", "Last uses table, a ndarray: make it in the class, or put both in a file"],
    ["table = Pair(1, 2)", "Last uses table, a Pair: make it in the class, or put both in a file"],
    ["table = np.float64(1)", "Last uses table, a float64: make it in the class, or put both in a file"],
    ["divmod = partial(divmod, 5)", "Last uses divmod, a partial: make it in the class, or put both in a file"],
    ["table = []; table.append(table)", "Last uses table, a list: make it in the class, or put both in a file"],
    [
      "table = np.random.default_rng(0).normal",
      "Last uses table, a method: make it in the class, or put both in a file",
    ],
    ["np.sum = twice(np.sum)", "Base uses np of numpy, whose sum was replaced: put the class in a file that does so"],
    [
      "np.linalg.norm = twice(np.linalg.norm)",
      "Base uses np of numpy, whose norm was replaced: put the class in a file that does so",
    ],
    [
      "np.poly1d.deriv = lambda self: self",
      "Base uses np of numpy, whose poly1d.deriv was replaced: put the class in a file that does so",
    ],
    [
      "import builtins; builtins.divmod = twice(divmod)",
      "Last uses divmod of builtins, whose divmod was replaced: put the class in a file that does so",
    ],
    ...(
      [
        ["root = twice(root)", "root"],
        ["squares = twice(squares)", "squares"],
        ["squares = functools.wraps(squares)(lambda errors: errors.sum(0))", "squares"],
        ["squares.power = 3", "squares.power"],
        ["squares.__kwdefaults__ = {}", "squares"],
        ["Last.factor = 64", "Last.factor"],
        ["Last.factor = type('Odd', (int,), {})(32)", "Last.factor"],
        ["Base.predict = lambda self, x: x", "Last"],
        ["Last.step = functools.wraps(Last.step)(lambda self, x, y: 0)", "Last.step"],
        ["del Last.factor", "Last.factor"],
        ["helper.by = 3", "helper.by"],
        ["helper.__closure__[0].cell_contents = abs", "helper"],
        ["Last.doubled.__func__.__defaults__ = (1,)", "Last.doubled"],
        ["Last.two.__code__ = (lambda self: 3).__code__", "Last.two"],
        ["Last.two.__code__ = (lambda own: 2).__code__", "Last.two"],
        ["Last.later.__code__ = (lambda self: (lambda: 3)).__code__", "Last.later"],
        ["Last.seen.append(1)", "Last.seen"],
        ["Last.seen = Last.also = []", "Last.also"],
        ["Last.weights[1] = 2", "Last.weights"],
        ["Last.names[1] = 'z'", "Last.names"],
        ["Last.kinds = {'a', 'c'}", "Last.kinds"],
        ["Last.empty = ()", "Last.empty"],
        ["Last.push = [1].append", "Last.push"],
        ["Last.total = classmethod(vars(Last)['total'].__func__)", "Last.total"],
        ["Last.names[1] = Last.names.pop(1)", "Last.names"],
        ["Last.names = {True: 'b', 0: 'a'}", "Last.names"],
        ["Last.names = type('Odd', (dict,), {'__missing__': len})(Last.names)", "Last.names"],
        ["Last.total.by = 3", "Last.total"],
        ["Last.__bases__ = (Other,)", "Last"],
        ["Kind.of = 3", "Last"],
        ["Last.register(int)", "Last.register"],
      ] as const
    ).map(([change, what]) => [change, `${what} is not what its source makes`] as const),
    ...["globals()", "look(x)", "eval('table')", "x.__globals__", "x.f_globals"].map(
      (read) =>
        [
          `look = eval\ndef table(x): return ${read}`,
          `table uses ${/\w+$/.exec(read.replace(/\(.*/, ""))?.[0]}, and what that reads is not seen: name it, or put the class in a file`,
        ] as const,
    ),
    [
      "def table(x): import __main__; return __main__.helper",
      "table uses __main__, and what that reads is not seen: name it, or put the class in a file",
    ],
    [
      "def table(x): import changed; return changed",
      `table uses changed of your own file ${join(folder, "changed.py")}: put the class in a file beside it, and give models=['my_file.py']`,
    ],
    [
      "gone = 1\nclass Last(Base):\n  by = gone\n  def step(self, x, y): return table\ndel gone",
      "Last: its source alone does not run (NameError: name 'gone' is not defined); put it in a file",
    ],
    ["from __future__ import annotations\nclass Last(Base):\n  def step(self, x: Unmade, y): return table", "none"],
    ["def squares(errors): return np.sum(errors) if len(errors) else np.mean(errors)", "none"],
    ["table = [inf, -inf, nan, (1,), {'inf': None}]", "none"],
    ["table = None", "none"],
    ["def table(x): return x", "none"],
  ] as const;

  test("takes a class whose source makes all that it is, and says what its source does not make", () => {
    const text = `${MODEL}
import functools, json, linecache, os, sys
from abc import ABCMeta
from collections import namedtuple
from functools import partial
from math import inf, nan
from pathlib import Path
from mmoe.own_models import definitions
Pair = namedtuple("Pair", "x y")
table = 0
def twice(f):
    @functools.wraps(f)
    def both(*a): return 2 * f(*a)
    return both
class Kind(ABCMeta): of = 2
class Other(Base, metaclass=Kind): pass
@twice
def helper(x): return x
class Last(Base, metaclass=Kind):
    """Has all that a class may have."""
    factor = 32
    seen = []
    names = {1: "b", 0: "a"}
    weights = np.ones(3)
    kinds = {"a", "b"}
    empty = ((),)
    push = [].append
    total = staticmethod(partial(np.sum, axis=0))
    later = lambda self: (lambda: 2)
    def two(self): return 2
    @functools.cached_property
    def half(self): return divmod(self.factor, 2)[0]
    def __init__(self, inputs, tasks):
        super().__init__(inputs, tasks, scale=helper(1))
    def step(self, x, y): return table, squares(y)
    def predict(self, x):
        def typed(x: float): return x @ self.w
        return typed(x)
    @classmethod
    def doubled(cls, x, by=nan): return 2 * x`;
    writeFileSync(join(folder, "changes.json"), JSON.stringify(CHANGED.map(([change]) => change)));
    const tried = `
definitions(Last, Path(".")) # what its file makes is then known
for i, change in enumerate(json.load(open("changes.json"))):
    if os.fork() == 0:
        linecache.cache[f"<change {i}>"] = len(change), None, change.splitlines(True), f"<change {i}>"
        exec(compile(change, f"<change {i}>", "exec"), globals())
        try: print("none" if "table" in Path(definitions(Last, Path("."))[0]["file"]).read_text().partition("class Last")[0] else "lost", flush=True)
        except ValueError as e: print(e, flush=True)
        os._exit(0)
    os.wait()
`;
    writeFileSync(join(folder, "changed.py"), text + tried);
    const said = python(["changed.py"], folder)
      .trim()
      .replace(/^models: | \(it was changed.*$/gm, "")
      .split("\n");
    expect(said).toEqual(CHANGED.map(([, message]) => message));
  });

  test("takes a class of a module whose file makes all that it is, and says what the file does not make", () => {
    const own = join(folder, "own");
    mkdirSync(join(own, "tools"), { recursive: true });
    const files = {
      "tools/helpers.py": 'SHIFT = 5\nSCALE = 1\nGROUP = {"a", "b"}\ndef by(x): return x + SCALE\n',
      "statistics.py": "def mean(x): return 7\n", // in the place of Python's
      "nets.py": `${MODEL}
import statistics
import tools.helpers as h
from collections import OrderedDict as Kept
from contextlib import contextmanager
from textwrap import dedent as cut
from types import MappingProxyType
from tools.helpers import by, GROUP
SCALE = [3.0]
SIZES = MappingProxyType({"a": 1})
@contextmanager
def scope(): yield 1
def helper(x):
    with scope(): return statistics.mean(x) * SCALE[0] * by(2), Kept(SIZES), cut("a"), np.sum(x)
class Net(Base):
    width = 4
    def step(self, x, y): return helper(x) + h.SHIFT + len(GROUP)
def make(inputs, tasks): return Net(inputs, tasks)
`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text);
    const unlike = [
      ["nets.Net.width = 5", "Net.width"],
      ["nets.Net.step = lambda self, x, y: 0", "Net.step"],
      ["nets.SCALE.append(2)", "SCALE"],
      ["nets.helper = lambda x: x", "helper"],
      ["nets.np = json", "np"],
      ["nets.Kept = dict", "Kept"],
      ["nets.cut = nets.cut.__globals__['indent']", "cut"],
      ["nets.scope.__wrapped__.by = 3", "scope"],
      ["nets.SIZES = type(nets.SIZES)({'a': 2})", "SIZES"],
      ["h.SHIFT = 6", "tools.helpers.SHIFT"],
      ["h.SCALE = 2", "tools.helpers.SCALE"],
      ["h.GROUP.add('c')", "tools.helpers.GROUP"],
      ["nets.statistics.mean = len", "statistics.mean"],
      ["for _ in range(5000): nets.SCALE = [nets.SCALE]", ""],
      ["open('nets.py', 'a').write('SCALE = [9.0]')", "SCALE"],
      ["open('tools/helpers.py', 'a').write('SHIFT = 9')", "tools.helpers.SHIFT"],
    ];
    const alike = ["nets.unread = 3", "h.by = len", "open('tools/helpers.py', 'a').write('UNREAD = 9')"];
    const changes = [...unlike.map(([change]) => change), ...alike];
    const tried = `import json, os, sys, nets, tools.helpers as h
from pathlib import Path
from mmoe.own_models import definitions
files = {name: open(name).read() for name in json.loads(sys.argv[2])}
definitions([nets.Net, nets.make], Path(".")) # what the file makes is then known
for change in json.loads(sys.argv[1]):
    for made in (nets.Net, nets.make):
        if os.fork() == 0:
            exec(change)
            try: definitions(made, Path(".")); print("same", flush=True)
            except ValueError as e: print(e, flush=True)
            os._exit(0)
        os.wait()
        for name, text in files.items(): open(name, "w").write(text)
`;
    const said = python(["-c", tried, JSON.stringify(changes), JSON.stringify(Object.keys(files))], own);
    const again = (made: string) =>
      `is not what nets.py makes (it was changed since the import, or the file was): models=['nets.py:${made}'] trains what the file makes`;
    expect(said.trim().split("\n")).toEqual([
      ...unlike.flatMap(([, what]) =>
        ["Net", "make"].map((made) =>
          what
            ? `models: ${what} ${again(made)}`
            : `models: ${made} reaches a value that is nested too deep to be compared with its file's`,
        ),
      ),
      ...alike.flatMap(() => ["same", "same"]),
    ]);
  });
});

const LONG = `import mmoe, sys
try: mmoe.sweep("smoke", runs=400, steps=4000, models=["mmoe", "linear.py"], out=sys.argv[1], progress=False)
except KeyboardInterrupt: print("interrupted")`;

const childrenOf = (pid: number | undefined): number[] => {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout.trim().split(/\s+/).map(Number);
};

/**
 * A long sweep in a process of Python, once it has recorded a run more; the processes of the program and its workers; and the
 * folder of their temporary files.
 */
async function begun(out: string) {
  writeFileSync(join(folder, "long.py"), LONG);
  writeFileSync(join(folder, "linear.py"), NUMPY_LINEAR);
  const temporary = temporaryFolder();
  const env = { ...process.env, PYTHONPATH: resolve("python/src"), TMPDIR: temporary };
  const journal = join(folder, out, "journal");
  const lines = () => {
    const names = existsSync(journal) ? readdirSync(journal).filter((name) => name.endsWith(".jsonl")) : [];
    return names.flatMap((name) => readFileSync(join(journal, name), "utf8").trim().split("\n"));
  };
  const before = lines().length;
  const child = spawn(PYTHON, ["long.py", out], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  while (lines().length < before + 2) await setTimeout(100); // a head, then runs
  const [program] = childrenOf(child.pid);
  const started = [program, ...childrenOf(program)];
  expect(started.length).toBeGreaterThan(1); // the program and a worker of the model in Python
  return { child, started, temporary };
}

/** Which processes are there after half a minute, also as zombies. */
async function left(pids: readonly number[]): Promise<number[]> {
  const there = () => pids.filter((pid) => existsSync(`/proc/${pid}`));
  for (let tries = 0; tries < 300 && there().length > 0; tries++) await setTimeout(100);
  return there();
}

describe.skipIf(!HAS_PYTHON || process.platform !== "linux")("a sweep of Python", () => {
  test("stops in order when it is interrupted, as by a notebook, leaves nothing, and goes on by the same call", async () => {
    const { child, started, temporary } = await begun("interrupted");
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect([code, said, await left(started), readdirSync(temporary)]).toEqual([0, "interrupted\n", [], []]);
    const before = csv("interrupted/runs.csv").map(({ id }) => id);
    expect(before.length).toBeGreaterThan(0);
    const again = await begun("interrupted");
    again.child.kill("SIGINT");
    await once(again.child, "exit");
    const after = csv("interrupted/runs.csv").map(({ id }) => id);
    expect([after.length > before.length, after.filter((id) => before.includes(id))]).toEqual([true, before]);
  });

  test("ends when Python is killed, with its workers, and keeps its runs", async () => {
    const { child, started, temporary } = await begun("killed");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect([await left(started), readdirSync(temporary)]).toEqual([[], []]);
    const { stdout } = spawnSync(process.execPath, [BIN, "status", "killed", "--json"], {
      cwd: folder,
      encoding: "utf8",
    });
    const { done, kept } = JSON.parse(stdout);
    expect(done + kept.runs).toBeGreaterThan(0);
  });
});

test.skipIf(!HAS_PYTHON)("mmoe.results(folder) reads CSV and Parquet files without the program", () => {
  const [merged, exported] = [join(temporaryFolder(), "merged"), temporaryFolder()];
  const from = (command: string, ...words: string[]) =>
    execFileSync(process.execPath, [BIN, command, "results/methods-single", ...words], { stdio: "ignore" });
  from("merge", "-o", merged);
  for (const what of ["runs", "curves"]) from("export", "--what", what, "-o", join(exported, `${what}.parquet`));
  const code = `import mmoe, sys
for r in [mmoe.results(folder, frame=frame) for folder in sys.argv[1:] for frame in ("pandas", "polars")]:
    print(len(r.runs), f"{r.runs['finalRunningLossMean'].mean():.6f}", type(r.runs).__module__.split(".")[0])
print(len(r.curves))`;
  const env = { ...process.env, PYTHONPATH: resolve("python/src"), MMOE: "/no/mmoe" };
  const runs = csvFile(merged, "runs.csv");
  const mean = runs.reduce((sum, { finalRunningLossMean }) => sum + Number(finalRunningLossMean), 0) / runs.length;
  const frames = ["pandas", "polars"].map((name) => `60 ${mean.toFixed(6)} ${name}\n`).join("");
  expect(execFileSync(PYTHON, ["-c", code, merged, exported], { env, encoding: "utf8" })).toBe(
    `${frames}${frames}${60 * 20}\n`,
  );
});

describe.skipIf(!HAS_PYTHON)("a module's forward", () => {
  const net = (returned: string) => `
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.map = torch.nn.Linear(3, 4)
    def forward(self, x):
        y = self.map(x)
        return ${returned}
torch.manual_seed(7)
trainer = mmoe.TorchTrainer(Net(), settings)
losses.append([trainer.step(x, y).tolist() for _ in range(3)] + trainer.predict(x).tolist())`;
  const before = `import torch, numpy as np
kinds = (mmoe.Task(), mmoe.Task("categorical", outputs=3))
settings = mmoe.Settings(seed=1, inputs=3, tasks=2, batch=5, steps=3, kinds=kinds)
x, y = np.random.RandomState(2).normal(size=(5, 3)).astype("f4"), np.array([[.5, 0], [1, 2], [0, 1], [2, 2], [1, 0]], "f4")
losses = []`;

  const WRONG = [
    ["[y]", "forward: expected one tensor for each of 2 tasks, got 1: [[5, 4]]"],
    ["[y, y]", "forward: expected tensors of shapes [[5, 1], [5, 3]], one for each task, got [[5, 4], [5, 4]]"],
    [
      "(y, None)",
      "forward: expected a tensor, or a list or dict with one tensor per task, got a tuple of Tensor, NoneType",
    ],
  ] as const;

  test("may return one tensor, or a list or dict with one per task, and nothing else", () => {
    const forms = ["y", "[y[:, 0], y[:, 1:]]", "{'a': y[:, :1], 'b': y[:, 1:]}"];
    const refused = WRONG.map(([returned]) => {
      const trained = net(returned).replaceAll("\n", "\n    ");
      return `\ntry:${trained}\nexcept ValueError as e: losses.append(str(e))`;
    });
    const [one, ...others] = json(
      "forms.py",
      `${before}${forms.map(net).join("")}${refused.join("")}\nprint(json.dumps(losses))`,
    );
    expect(one).toHaveLength(3 + 5);
    expect(others).toEqual([one, one, ...WRONG.map(([, message]) => message)]);
  });

  test("that is wrong is refused in one line that points to it", () => {
    const text = `import torch
class Net(torch.nn.Module):
    def __init__(self, inputs, tasks):
        super().__init__()
        self.map = torch.nn.Linear(inputs, 4)
    def forward(self, x):
        y = self.map(x)
        return y.unsqueeze(2)
`;
    writeFileSync(join(folder, "wrong.py"), text);
    const table = ["x_a,y_number,y_class", ...Array.from({ length: 90 }, (_, n) => `${n % 7},${n % 4},c${n % 3}`)];
    writeFileSync(join(folder, "classes.csv"), `${table.join("\n")}\n`);
    const said = script(
      "wrong_sweep.py",
      `import mmoe
try: mmoe.sweep(rows="classes.csv", task={"y_class": "categorical"}, models="wrong.py", runs=1, steps=9, progress=False)
except mmoe.MmoeError as e: print(e)`,
    );
    const message = "forward: expected shape [8, 4], got [8, 4, 1]; the tasks have (1, 3) outputs";
    expect(said).toBe(`model wrong: wrong.py:6: ${message}\n`);
  });

  test("is refused where its numbers are of types that were set in this process alone", () => {
    writeFileSync(join(folder, "imported.py"), "class Linear: pass\n");
    const said = script(
      "set-here.py",
      `import jax, mmoe, torch
from pathlib import Path
from mmoe.own_models import definitions
from imported import Linear
class Net(torch.nn.Module): pass
class Own(torch.nn.Module):
    def __init__(self): torch.set_default_dtype(torch.float64); jax.config.update("jax_enable_x64", True)
for change in [lambda: None, lambda: torch.set_default_dtype(torch.float64), lambda: torch.set_default_dtype(torch.float32), lambda: jax.config.update("jax_enable_x64", True)]:
    change()
    for made in (Net, Linear, Own):
        try: print("none" if definitions(made, Path(".")) else "")
        except ValueError as e: print(e)
`,
    );
    const refusal = (setter: string, value: string) =>
      `models: ${setter} is ${value} in this process alone, and models train in others: set it in the class's constructor`;
    const float64 = refusal("torch.set_default_dtype", "torch.float64");
    const x64 = refusal("jax_enable_x64", "True");
    const expected = [Array(3).fill("none"), [float64, float64, "none"], Array(3).fill("none"), [x64, x64, "none"]];
    expect(said.trim().split("\n")).toEqual(expected.flat());
  });

  test("finds a class without functions in a script, and in the last cell of a notebook that defines it", () => {
    const found =
      "from mmoe.own_models import source_of\nprint('width = 64' in source_of(Wide), 'width = 8' in source_of(Wide))";
    const cells = [
      "class Wide(:\n    width = 64",
      "class Wide(Net):\n    width = 32",
      "class Wide(Net):\n    width = 64",
    ];
    const net =
      "import numpy as np\nclass Net:\n    width = 8\n    def __init__(self): self.w = np.ones(3)\n    def step(self): return np.sum(self.w), open";
    writeFileSync(join(folder, "constants.py"), `${net}\n${cells[2]}\n${found}\n`);
    writeFileSync(
      join(folder, "cells.py"),
      `from IPython.core.interactiveshell import InteractiveShell
for cell in ${JSON.stringify([net, ...cells, found])}: InteractiveShell.instance().run_cell(cell)
`,
    );
    expect(python(["constants.py"], folder).trim()).toBe("True True");
    expect(python(["cells.py"], folder).trim().split("\n").at(-1)).toBe("True True");
  });
});
