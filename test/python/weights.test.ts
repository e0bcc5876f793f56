// Final weights of models in Python: a module that loads them predicts what the sweep kept of its predictions.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** A module with numbers of several types, one of them shared, and a trainer in NumPy, with and without weights. */
const NETS = `import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, inputs, tasks):
        super().__init__()
        self.first = nn.Linear(inputs, 6)
        self.norm = nn.BatchNorm1d(6)
        self.last = nn.Linear(6, tasks)
        self.alias = self.last

    def forward(self, x):
        return self.last(self.norm(self.first(x)).tanh())


class Plain:
    def __init__(self, inputs, tasks):
        self.w = np.zeros((inputs, tasks))

    def step(self, x, y):
        errors = x @ self.w - y
        self.w -= 0.01 * x.T @ errors / len(x)
        return (errors**2).mean(0)

    def predict(self, x):
        return x @ self.w


class Giving(Plain):
    def weights(self):
        return {"w": self.w, "half": self.w.astype(np.float16), "one": np.int64(1)}
`;

const SWEEP = `import json, pandas, numpy as np, torch, mmoe
from nets import Net
r = mmoe.sweep("smoke", corr=0.5, runs=1, steps=40, models=["nets.py:Net", "nets.py:Plain", "nets.py:Giving"], out="kept",
    keep_weights=True, keep_predictions=True, progress=False)
x, _ = mmoe.rows("kept", correlation=0.5, part="heldout")
def apart(model, predictions):
    kept = pandas.read_parquet(f"kept/predictions/{model}/p=0.50/000.parquet")[["output/1", "output/2"]].to_numpy()
    return float(abs(kept - predictions).max())
net = Net(x.shape[1], 2)
arrays = r.weights("Net/p=0.50/000")
net.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
giving = r.weights("Giving/p=0.50/000")
try: r.weights("Plain/p=0.50/000")
except FileNotFoundError as error: missing = str(error)
file = r.folder / "weights/Giving/p=0.50/000.safetensors"
file.write_bytes(bytes([*file.read_bytes()[:-1], 77]))
try: r.weights("Giving/p=0.50/000")
except ValueError as error: changed = str(error)
print(json.dumps({"changed": changed,
    "net": apart("Net", net.eval()(torch.from_numpy(x)).detach().numpy()), "names": sorted(arrays) == sorted(net.state_dict()),
    "batches": arrays["norm.num_batches_tracked"].tolist(), "giving": apart("Giving", x @ giving["w"]), "missing": missing,
    "types": [str(each.dtype) for each in giving.values()], "one": giving["one"].tolist(), "half": bool((giving["half"] == giving["w"].astype(np.float16)).all())}))
`;

test.skipIf(!HAS_PYTHON)("a module loads the weights of a run and predicts as it did; so does a trainer", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "nets.py"), NETS);
  writeFileSync(join(folder, "sweep.py"), SWEEP);
  const told = JSON.parse(python(["sweep.py"], folder).trim().split("\n").at(-1) as string);
  expect(told).toEqual({
    net: expect.any(Number),
    names: true,
    batches: 40,
    giving: expect.any(Number),
    missing: expect.any(String),
    changed: expect.stringContaining("000.safetensors: is not what was kept"),
    types: ["float64", "float16", "int64"],
    one: 1,
    half: true,
  });
  expect(told.net).toBeLessThan(1e-6);
  expect(told.giving).toBeLessThan(1e-6);
  expect(told.missing).toContain("no weights of this run");
});
