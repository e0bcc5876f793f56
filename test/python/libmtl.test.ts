// What docs/coming-from.md says of LibMTL's code, seen in the code that is installed.
import { beforeAll, describe, expect, test } from "vitest";
import { HAS_PYTHON, python } from "./python.ts";

/** Of each fact, an architecture, and code that finds `told` from the model, its `net` and rows `x`. */
const CODES = {
  units: [
    "Cross_stitch",
    `
net.encoder.cross_unit.data.uniform_(0, 1)
net.decoders["task1"].load_state_dict(net.decoders["task0"].state_dict())
told = [model(x)[:, k].tolist() for k in range(2)]`,
  ],
  weights: [
    "Cross_stitch",
    `
model(x).sum().backward()
unit = net.encoder.cross_unit
told = [unit.unique().tolist(), unit.grad.abs().sum(1).gt(0).tolist()]`,
  ],
  levels: [
    "PLE",
    `
read = []
net.encoder.shared_layer["1"][0].register_forward_hook(lambda layer, inputs, output: read.append(inputs[0]))
model(x)
told = [len(read), bool((read[0] == read[1]).all()), sorted(net.encoder.gate_specific)]`,
  ],
  entropy: [
    "DSelect_k",
    `
model.train()
model(x)
told = [layer.weight.grad is not None for layer in net._z_logits.values()]`,
  ],
} as const;

const RUN_ALL = `
import json, sys
sys.path.insert(0, "examples/python")
import torch
from libmtl_adapter import LibMTL
found = {}
for name, (architecture, code) in json.loads(sys.argv[1]).items():
    torch.manual_seed(1)
    model = LibMTL(6, 2, net=architecture)
    names = {"torch": torch, "model": model, "net": model.net, "x": torch.randn(5, 6)}
    exec(code, names)
    found[name] = names["told"]
print(json.dumps(found))`;

describe.skipIf(!HAS_PYTHON)("LibMTL 1.1.5", () => {
  let told: Record<keyof typeof CODES, unknown[]>;
  beforeAll(() => {
    told = JSON.parse(python(["-c", RUN_ALL, JSON.stringify(CODES)]));
  });

  test("Cross_stitch gives all tasks the same units: with equal towers they predict the same", () => {
    expect(told.units[1]).toEqual(told.units[0]);
  });

  test("Cross_stitch leaves a weight out, and begins with weights of 1", () => {
    expect(told.weights).toEqual([[1], [true, true, true, false]]);
  });

  test("PLE applies a shared expert of the second level to each task's own mix, and has no gate for it", () => {
    expect(told.levels).toEqual([2, false, ["task0", "task1"]]);
  });

  test("DSelect_k backpropagates its entropy in forward, of the last task alone", () => {
    expect(told.entropy).toEqual([false, true]);
  });
});
