import { expect, test } from "vitest";
import { Graph, liveNodes, outputOf } from "../../../../src/engines/tfjs/trace/graph.ts";
import { signatureOf } from "../../../../src/engines/tfjs/trace/signatures.ts";
import { DTYPE } from "../../../../src/engines/tfjs/trace/types.ts";

const { float32, int32 } = DTYPE;
const vector = { dtype: float32, shape: [4] };

test("signatureOf(op) reads single inputs, lists and outputs off its table", () => {
  expect(signatureOf("ConcatV2").inputs).toEqual([{ type: "T", count: "N" }, { type: "Tidx" }]);
  expect(signatureOf("Select").inputs[0]).toEqual({ type: undefined, count: undefined });
  expect(signatureOf("TopKV2").outputs).toEqual(["values", "indices"]);
  expect(signatureOf("Unpack").outputs).toEqual(["output"]);
  expect(signatureOf("AssignVariableOp").outputs).toEqual([]);
  expect([...signatureOf("Cast").attributes]).toEqual(["SrcT", "DstT", "Truncate"]);
});

test("add(op, inputs) fills in the types and numbers of the inputs", () => {
  const graph = new Graph();
  const inputs = [graph.argument("a", vector), graph.argument("b", vector), graph.integers([0], [])];
  const { attributes } = graph.add("ConcatV2", inputs, [vector]);
  expect(attributes).toEqual({
    N: { kind: "int", value: 2 },
    T: { kind: "type", value: float32 },
    Tidx: { kind: "type", value: int32 },
  });
});

test("add(op) keeps the attributes that the operation has, and TensorFlow's own", () => {
  const attributes = { keep_dims: { kind: "bool", value: true }, Tidx: { kind: "type", value: int32 } } as const;
  const graph = new Graph();
  const x = graph.argument("x", vector);
  const own = { _own: { kind: "int", value: 3 } } as const;
  const relu = graph.add("Relu", [x], [vector], { attributes: { ...attributes, ...own } });
  expect(relu.attributes).toEqual({ T: { kind: "type", value: float32 }, ...own });
});

test("constant(values) keeps equal values once, but 0 apart from -0", () => {
  const graph = new Graph();
  const kept = (values: Float32Array) => {
    const { value } = graph.constant({ dtype: float32, shape: [values.length], values }).node.attributes;
    return value?.kind === "tensor" ? [...value.value.values] : undefined;
  };
  expect(kept(Float32Array.of(7, 7, 7))).toEqual([7]);
  expect(kept(Float32Array.of(7, 7, 8))).toEqual([7, 7, 8]);
  expect(kept(Float32Array.of(0, -0))).toEqual([0, -0]);
});

test("liveNodes(nodes, roots) are those that the roots need, by value or by order, as they came", () => {
  const graph = new Graph();
  const x = graph.argument("x", vector);
  const first = graph.add("Relu", [x], [vector]);
  graph.add("Exp", [x], [vector]);
  const late = graph.add("Neg", [outputOf(first)], [vector], { after: [graph.add("Sin", [x], [vector])] });
  expect(liveNodes(graph.nodes, [late]).map(({ op }) => op)).toEqual(["Argument", "Relu", "Sin", "Neg"]);
});
