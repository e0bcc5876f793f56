// Python's frames beside what the command line says as JSON: each number of a frame is there, and no row is missing.
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const COMPARED = `import json, sys, mmoe, numpy as np, pandas
from mmoe.program import run_program
folder = sys.argv[1]
x = np.random.default_rng(3).normal(size=(150, 2))
rows = pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "churn": (x[:, 0] > x[:, 1]).astype(int), "spend": x.sum(axis=1)})

def swept(out, **more):
    return mmoe.sweep(rows=rows, label=["churn", "spend"], models=["mmoe", "single-task"], steps=30, batch=16, out=f"{folder}/{out}", progress=False, **more)

def said(*words):
    return json.loads(run_program([*words, "--json"], None, may_end_with=(0, 4)))

def ends(of):
    return [of["value"], of["low"], of["high"]]

def which(cell):
    return [cell["model"], *cell["point"].values()]

def tested(one):
    return [one["pairs"], *ends(one["mean"]), one["adjusted"], runs_needed(one)]

def runs_needed(one):
    return float("inf") if one["needed"] == "more rows" else one["needed"]

compared = []

def same(name, frame, columns, expected):
    "The columns of a frame are these rows; None in JSON is NaN in a frame."
    found = [[None if isinstance(value, float) and np.isnan(value) else value for value in row] for row in frame[columns].astype(object).values.tolist()]
    assert expected and found == expected, (name, found, expected)
    compared.append(name)

listed, plain, other = swept("listed", lr=[0.001, 0.01], folds=3, runs=6), swept("plain", runs=6), swept("other", runs=6, seed=1, lr=0.02)
for name, r, key in (("folds", listed, ["lr"]), ("one split", plain, [])):
    told = said("summary", str(r.folder), "--per-task")
    estimate = ["mean", "low", "high"]
    cells = [[*which(cell), cell["loss"]["n"], len(cell["failed"]), cell["missing"], *ends(cell["loss"]["mean"])] for cell in told["cells"]]
    same(f"summary, {name}", r.summary(), ["model", *key, "runs", "failed", "missing", *estimate], cells)
    tasks = [
        [task["name"], task["kind"], *which(cell), metric, value["runs"], *ends(value)]
        for task in told["tasks"] for cell in task["cells"] for metric, value in {"loss": cell["loss"], **cell["metrics"]}.items()
    ]
    same(f"tasks, {name}", r.summary(per_task=True), ["task", "kind", "model", *key, "metric", "runs", *estimate], tasks)
    tests = ["pairs", "difference", "low", "high", "p", "needed"]
    same(f"models, {name}", r.compare(), ["first", "second", *tests], [[one["first"]["model"], one["second"]["model"], *tested(one)] for one in told["models"]])
    assert r.compare().attrs["intervals"] == r.summary().attrs["intervals"] == told["coverage"]
whole = said("summary", str(plain.folder))["cells"]
same("figure", plain.figure("final-loss").data, ["value", "low", "high"], [ends(cell["loss"]["mean"]) for cell in whole])
points = said("summary", str(listed.folder))["points"]
choice = lambda cell: ", ".join(f"{key}={value}" for key, value in cell["point"].items())
same("points", listed.compare(by="lr"), ["model", "first", "second", *tests], [[one["first"]["model"], choice(one["first"]), choice(one["second"]), *tested(one)] for one in points])

assert told["coverage"] and listed.compare().attrs["intervals"] != told["coverage"]
assert np.isinf(listed.compare().needed).any()  # folds of 150 rows: more rows would have to tell
told = said("compare", str(plain.folder), str(other.folder))
change = told["cells"]
assert plain.compare(other).attrs == {"intervals": told["coverage"], "settings": told["settings"]} and told["coverage"] and told["settings"]
columns = ["model", "pairs", "equal", "meanInA", "change", "low", "high", "verdict", "needed"]
same("compare", plain.compare(other), columns, [[one["model"], one["pairs"], one["equal"], one["mean"], *ends(one["change"]), one["verdict"], runs_needed(one)] for one in change])

picks = said("tune", str(listed.folder))["picks"]
tuned = [[pick["model"], *one["point"].values(), one["runs"], one["failed"], *ends(one["mean"]), one["point"] == pick["chosen"]] for pick in picks for one in pick["candidates"]]
same("tune", mmoe.tune(listed), ["model", "lr", "runs", "failed", *estimate, "chosen"], tuned)

again = said("verify", str(plain.folder), "--runs", "2")
verified = mmoe.verify(plain, runs=12)
assert {row["id"]: row["again"] for row in again}.items() <= dict(zip(verified["id"], verified["again"])).items(), again

made = [mmoe.sweep("smoke", corr=corr, runs=6, steps=20, models=["shared-bottom", "omoe", "mmoe", "single-task"], out=f"{folder}/made-{corr}", progress=False) for corr in (0.5, [0.5, 1])]
asked = said("claims", str(made[1].folder))["claims"]
none = {"about": None, "unit": None, "ours": {"value": None, "low": None, "high": None}, "bound": {"low": None, "high": None}, "paper": {"value": None}, "runs": None, "verdict": None}
columns = ["claim", "loss", "verdict", "part", "unit", "value", "low", "high", "boundLow", "boundHigh", "paper", "runs", "partVerdict"]
parts = [[one["id"], one["loss"], one["verdict"], part["about"], part["unit"], *ends(part["ours"]), *list(part["bound"].values()), (part["paper"] or none["paper"])["value"], part["runs"], part["verdict"]]
    for one in asked for part in one["parts"] or [none]]
same("claims", made[1].claims(), columns, parts)

folders = [str(made[0].folder), str(plain.folder)]
event = run_program(["regimes", *folders, "--json", "--out", f"{folder}/regimes"], None, may_end_with=(0, 4)).splitlines()[-1]
standings = json.loads(event)["standings"]
of = mmoe.regimes(folders=folders, out=f"{folder}/regimes", progress=False)
for name, frame, rows in (("regimes", of.table, [one for one in standings if one["cell"] == ""]), ("cells", of.cells, [one for one in standings if one["cell"] != ""])):
    same(name, frame, list(frame), [[runs_needed(one) if column == "needed" else one[column] for column in frame] for one in rows])
print(json.dumps(compared))
`;

test.skipIf(!HAS_PYTHON)("frames have the numbers of the command line's JSON", () => {
  const said = python(["-W", "ignore", "-c", COMPARED, temporaryFolder()]).trim().split("\n").at(-1) as string;
  const ofBoth = ["folds", "one split"].flatMap((name) =>
    ["summary", "tasks", "models"].map((what) => `${what}, ${name}`),
  );
  expect(JSON.parse(said)).toEqual([...ofBoth, "figure", "points", "compare", "tune", "claims", "regimes", "cells"]);
});
