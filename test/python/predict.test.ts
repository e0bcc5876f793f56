// Predictions of new rows in Python, and mmoe's models as PyTorch modules, judged by what the runs kept of their test rows.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MODEL_NAMES } from "../../src/models/zoo.ts";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** A frame with an index, dates, gaps, a category, ids, lists and labels of three kinds; class names that pandas takes for gaps, numbers and truths. */
const FRAME = `import json, warnings, numpy as np, pandas as pd, polars as pl, torch, mmoe
warnings.simplefilter("ignore")
g, N = np.random.default_rng(5), 150
frame = pd.DataFrame({
    "when": pd.Timestamp("2024-03-01") + pd.to_timedelta(g.integers(0, 300, N), unit="D"),
    "size": np.where(g.random(N) < 0.1, np.nan, g.normal(70, 20, N)),
    "zone": np.where(g.random(N) < 0.1, None, g.choice(["north", "south", "east"], N)),
    "code": pd.Categorical(g.integers(1, 4, N)),
    "shop": [f"shop {i}" for i in g.integers(0, 25, N)],
    "tags": [[f"tag {i}" for i in g.integers(0, 6, n)] for n in g.integers(0, 4, N)],
}, index=pd.Index([f"r{i}" for i in range(N)], name="house"))
frame["price"] = 1e5 + 1000 * frame["size"].fillna(70) + g.normal(0, 1e4, N)
frame["sold"] = np.where(g.random(N) < 0.4, "yes", "no")
frame["tier"] = g.choice(["None", "NA", "high"], N)
frame["stars"] = pd.Categorical(g.choice(["01", "02", "10"], N))
frame["new"] = frame["size"] > 70
LABELS = ["price", "sold", "tier", "stars", "new"]
inputs = frame.drop(columns=LABELS)
FEW = dict(rows=frame, label=LABELS, lists="tags", impute="mean", batch=16, progress=False, keep_weights=True, keep_predictions=True)
outputs = lambda kept: kept[[name for name in kept if name.startswith("output/")]].to_numpy()
`;

const folder = temporaryFolder();

/** What a script prints as its last line. */
const json = (name: string, text: string) => {
  writeFileSync(join(folder, name), `${FRAME}${text}`);
  return JSON.parse(python([name], folder).trim().split("\n").at(-1) as string);
};

describe.skipIf(!HAS_PYTHON)("r.module(...)", () => {
  let told: Record<string, readonly number[]>;

  beforeAll(() => {
    told = json(
      "zoo.py",
      `r = mmoe.sweep(**FEW, models=${JSON.stringify(MODEL_NAMES)}, runs=1, steps=30, lr=0.003, out="zoo")
told = {}
rows = r.predictions("mmoe/000").index
encoded = r.encode(inputs.loc[rows], model="mmoe")
for model in r.runs.model:
    kept = r.predictions(f"{model}/000").loc[rows]
    net = r.module(model)
    x = torch.from_numpy(encoded).requires_grad_()
    found = net(x) * net.std + net.mean
    apart = np.abs(found.detach().numpy() - outputs(kept)) / np.abs(outputs(kept)).max(axis=0).clip(1)
    ((found / net.std) ** 2).sum().backward()
    taught = sum(parameter.grad is not None and bool(parameter.grad.any()) for parameter in net.parameters())
    told[model] = [float(apart.max()), taught / len(list(net.parameters())), float(np.abs(x.grad.numpy()).max())]
print(json.dumps(told))`,
    );
  }, 600_000);

  test.each(MODEL_NAMES)("of %s computes what the run predicted, and has gradients", (model) => {
    const [apart, taught, gradient] = told[model];
    expect(apart).toBeLessThan(1e-5);
    expect(taught).toBeGreaterThan(0.8); // not of experts that no gate chose
    expect(gradient).toBeGreaterThan(0);
  });
});

test.skipIf(!HAS_PYTHON)(
  "r.predict(frame) gives a frame of the same library, with its index and the kept predictions",
  () => {
    const told = json(
      "predict.py",
      `r = mmoe.sweep(**FEW, models=["mmoe", "shared-bottom"], runs=2, steps=60, out="kept")
kept = r.predictions("mmoe/001")
house = frame.loc[kept.index]
whole = r.predict(inputs, model="mmoe", run=1)
mine = whole.loc[kept.index]
columns = [name for name in mine if not name.startswith("prediction/")]
theirs = r.predict(pl.from_pandas(inputs), model="mmoe", run=1)
new = inputs.iloc[:3].assign(shop="shop 99", zone=[None, "west", "north"])
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    r.predict(new, model="mmoe", run=1)
counted = frame.assign(code=frame["code"].astype(float), flag=(g.random(N) < 0.5).tolist())
few = mmoe.sweep(**{**FEW, "rows": counted}, categorical="code", models="mmoe", runs=1, steps=9, out="few")
written = [few.predict(each, model="mmoe")["prediction/tier"].to_list() for each in (counted, counted.astype({"code": int}), pl.from_pandas(counted))]
with warnings.catch_warnings(record=True) as unseen:
    warnings.simplefilter("always")
    r.predict(inputs.assign(code=inputs["code"].astype(float)), model="mmoe", run=1)
    few.predict(pl.from_pandas(counted), model="mmoe")
refused = []
for call in (lambda: r.predict(inputs, model="mmoe"), lambda: r.predict(inputs.drop(columns="zone"), model="mmoe", run=0),
    lambda: r.predict(inputs.assign(size="large"), model="mmoe", run=0), lambda: r.module("mmoe", run=7), lambda: r.module("mmoe", at={"correlation": 0.5})):
    try: call()
    except (mmoe.MmoeError, ValueError) as error: refused.append(str(error))
print(json.dumps({
    "kept": [kept.index.name, len(kept), (house["price"] == kept["label/price"]).all().item(), (house["tier"] == kept["class/tier"]).all().item()],
    "apart": float((mine[columns] - kept[columns]).abs().div(kept[columns].abs().clip(1)).max().max()),
    "names": [(mine[name] == kept[name]).all().item() for name in mine if name not in columns],
    "polars": [type(theirs).__module__, [theirs[name].to_list() == whole[name].to_list() for name in mine if name not in columns]],
    "written": [written[0] == written[1] == written[2], [str(one.message) for one in unseen if "shop" not in str(one.message)]],
    "of file": list(mmoe.results("kept").predictions("mmoe/001"))[0],
    "warned": [str(one.message) for one in said if "predict" in str(one.message)], "refused": refused}))`,
    );
    expect(told).toEqual({
      kept: ["house", 30, true, true],
      apart: expect.any(Number),
      names: [true, true, true, true],
      polars: ["polars.dataframe.frame", [true, true, true, true]],
      written: [true, []],
      "of file": "row",
      warned: [
        "predict: zone: 1 row with a value that no training row of mmoe/001 has",
        "predict: shop: 3 rows with a value that no training row of mmoe/001 has",
      ],
      refused: [
        expect.stringContaining("give run 0 to 1"),
        "rows: no column 'zone', which the models read; columns: when, size, code, shop, tags",
        "rows: index 'r0': size: expected a number up to 3.4028235e+38, as in training, got 'large'",
        expect.stringContaining("got 0 of mmoe with index 7"),
        expect.stringContaining("got 0 of mmoe with index 0"),
      ],
    });
    expect(told.apart).toBeLessThan(2e-6);
  },
);
