// What docs/python.md says of LibMTL's code, seen in the code that is installed.
import { describe, expect, test } from "vitest";
import { HAS_PYTHON, python } from "./python.ts";

const told = (net: string, code: string) =>
  JSON.parse(
    python([
      "-c",
      `
import json, sys
sys.path.insert(0, "examples/python")
import torch
from libmtl_adapter import LibMTL
torch.manual_seed(1)
model = LibMTL(6, 2, net="${net}")
net, x = model.net, torch.randn(5, 6)
${code}`,
    ]),
  );

describe.skipIf(!HAS_PYTHON)("LibMTL 1.1.5", () => {
  test("Cross_stitch gives all tasks the same units: with equal towers they predict the same", () => {
    const code = `
net.encoder.cross_unit.data.uniform_(0, 1)
net.decoders["task1"].load_state_dict(net.decoders["task0"].state_dict())
print(json.dumps([model(x)[:, k].tolist() for k in range(2)]))`;
    const [first, second] = told("Cross_stitch", code);
    expect(second).toEqual(first);
  });

  test("Cross_stitch leaves a weight out, and begins with weights of 1", () => {
    const code = `
model(x).sum().backward()
unit = net.encoder.cross_unit
print(json.dumps([unit.unique().tolist(), unit.grad.abs().sum(1).gt(0).tolist()]))`;
    expect(told("Cross_stitch", code)).toEqual([[1], [true, true, true, false]]);
  });

  test("PLE applies a shared expert of the second level to each task's own mix, and has no gate for it", () => {
    const code = `
read = []
net.encoder.shared_layer["1"][0].register_forward_hook(lambda layer, inputs, output: read.append(inputs[0]))
model(x)
print(json.dumps([len(read), bool((read[0] == read[1]).all()), sorted(net.encoder.gate_specific)]))`;
    expect(told("PLE", code)).toEqual([2, false, ["task0", "task1"]]);
  });

  test("DSelect_k backpropagates its entropy in forward, of the last task alone", () => {
    const code = `
model.train()
model(x)
print(json.dumps([layer.weight.grad is not None for layer in net._z_logits.values()]))`;
    expect(told("DSelect_k", code)).toEqual([false, true]);
  });
});
