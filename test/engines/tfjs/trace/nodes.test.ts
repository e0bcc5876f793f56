import { expect, test } from "vitest";
import { Graph } from "../../../../src/engines/tfjs/trace/graph.ts";
import { assignment, bitsAs, passedAs, RESOURCE } from "../../../../src/engines/tfjs/trace/nodes.ts";
import { DTYPE } from "../../../../src/engines/tfjs/trace/types.ts";

const { float32, int32, bool } = DTYPE;

test("assignment(handle, value) assigns a copy", () => {
  const graph = new Graph();
  const [handle, value] = [graph.argument("handle", RESOURCE), graph.argument("value", { dtype: int32, shape: [7] })];
  const assigned = assignment(graph, handle, value).inputs[1];
  expect([assigned?.node.op, assigned?.node.inputs, assigned?.shape]).toEqual(["DeepCopy", [value], [7]]);
});

test("passedAs(type) is float32 for int32, and every other type itself", () => {
  expect([int32, float32, bool].map((dtype) => passedAs({ dtype, shape: [3] }).dtype)).toEqual([
    float32,
    float32,
    bool,
  ]);
});

test("bitsAs(value, dtype) leaves a value of that type alone", () => {
  const graph = new Graph();
  const value = graph.argument("value", { dtype: int32, shape: [3] });
  expect(bitsAs(graph, value, int32)).toBe(value);
  expect(bitsAs(graph, value, float32)).toMatchObject({ dtype: float32, shape: [3], node: { op: "Bitcast" } });
});
