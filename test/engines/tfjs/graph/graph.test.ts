import { PbfReader } from "pbf";
import { expect, test } from "vitest";
import {
  assignment,
  bitsAs,
  DTYPE,
  Graph,
  liveNodes,
  outputOf,
  passedAs,
  RESOURCE,
} from "../../../../src/engines/tfjs/graph/graph.ts";
import { savedModelBytes } from "../../../../src/engines/tfjs/graph/protobuf.ts";
import { signatureOf } from "../../../../src/engines/tfjs/graph/signatures.ts";

const { float32, int32, bool } = DTYPE;
const vector = { dtype: float32, shape: [4] };

test("signatureOf(op) reads single inputs, lists and outputs off its table", () => {
  expect(signatureOf("ConcatV2").inputs).toEqual([{ type: "T", count: "N" }, { type: "Tidx" }]);
  expect(signatureOf("Select").inputs[0]).toEqual({ type: undefined, count: undefined });
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
  const late = graph.add("Neg", [outputOf(first)], [vector], { after: [graph.add("Log", [x], [vector])] });
  expect(liveNodes(graph.nodes, [late]).map(({ op }) => op)).toEqual(["Argument", "Relu", "Log", "Neg"]);
});

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

const rows = { dtype: DTYPE.float32, shape: [null, 3] };

/** The bytes of field `path[0]` of `path[1]` ... of a message, every time it is there. */
function fields(bytes: Uint8Array, [first, ...path]: number[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  new PbfReader(bytes).readFields((tag, _, pbf) => {
    if (tag === first) found.push(pbf.readBytes());
  }, undefined);
  return path.length === 0 ? found : found.flatMap((inner) => fields(inner, path));
}

function texts(bytes: Uint8Array, ...path: number[]): string[] {
  return fields(bytes, path).map((text) => new TextDecoder().decode(text));
}

const GRAPH = [2, 2]; // SavedModel.meta_graphs, MetaGraphDef.graph_def
const NODE = [...GRAPH, 1];
const FUNCTION = [...GRAPH, 2, 1];

test("savedModelBytes names a node's inputs by node and output, and those it comes after with ^", () => {
  const graph = new Graph();
  const x = graph.placeholder("x", rows);
  const split = graph.add("Unpack", [x], [rows, rows], { name: "split" });
  graph.add("Neg", [outputOf(split, 1)], [rows], { name: "minus", after: [x.node] });
  const bytes = savedModelBytes({ nodes: graph.nodes, functions: [] });
  expect(texts(bytes, ...NODE, 1)).toEqual(["x", "split", "minus"]);
  expect(texts(bytes, ...NODE, 3)).toEqual(["x:0", "split:1", "^x"]);
  expect(texts(bytes, 2, 1, 4)).toEqual(["serve"]);
});

test("savedModelBytes names values in a function by argument, or by node, output and index", () => {
  const graph = new Graph();
  const x = graph.argument("x", rows);
  const other = graph.add("Tile", [x, graph.integers([2, 1])], [rows], { name: "other" });
  const split = graph.add("Unpack", [outputOf(other)], [rows, rows], { name: "split" });
  const results = [outputOf(split, 1), x];
  const functions = [{ name: "f", nodes: graph.nodes, arguments: [x], results }];
  const bytes = savedModelBytes({ nodes: [], functions });
  expect(texts(bytes, ...FUNCTION, 3, 3)).toEqual(["x", "Const_1:output:0", "other:output:0"]);
  expect(texts(bytes, ...FUNCTION, 4, 2)).toEqual(["split:output:1", "x"]);
  expect(texts(bytes, ...FUNCTION, 1, 1)).toEqual(["f"]);
  expect(texts(bytes, ...FUNCTION, 1, 3, 1)).toEqual(["result_0", "result_1"]);
});

test("savedModelBytes lets a function's effects run though no result needs them", () => {
  const graph = new Graph();
  const [handle, x] = [graph.argument("handle", { dtype: DTYPE.resource, shape: [] }), graph.argument("x", rows)];
  const effects = [graph.add("AssignVariableOp", [handle, x], [], { name: "assign" })];
  const functions = [{ name: "f", nodes: graph.nodes, arguments: [handle, x], results: [x], effects }];
  const bytes = savedModelBytes({ nodes: [], functions });
  expect([texts(bytes, ...FUNCTION, 6, 1), texts(bytes, ...FUNCTION, 6, 2)]).toEqual([["assign"], ["assign"]]);
  expect(texts(bytes, ...FUNCTION, 1, 20)).toEqual(["assign"]);
});

test("savedModelBytes writes an unknown size as -1 and one value for a constant of equal ones", () => {
  const graph = new Graph();
  graph.placeholder("x", rows);
  graph.constant({ dtype: DTYPE.int32, shape: [5], values: Int32Array.of(6, 6, 6, 6, 6) });
  graph.constant({ dtype: DTYPE.bool, shape: [2], values: Uint8Array.of(0, 1) });
  const bytes = savedModelBytes({ nodes: graph.nodes, functions: [] });
  const attribute = [...NODE, 5, 2];
  const size = fields(bytes, [...attribute, 7, 2])[0];
  expect(new PbfReader(size).readFields((_, at, pbf) => at.push(pbf.readVarint(true)), [] as number[])).toEqual([-1]);
  const [six, flags] = fields(bytes, [...attribute, 8]) as [Uint8Array, Uint8Array];
  expect(
    new PbfReader(six).readFields((tag, at, pbf) => tag === 7 && at.push(pbf.readVarint()), [] as number[]),
  ).toEqual([6]);
  expect(fields(flags, [4])).toEqual([Uint8Array.of(0, 1)]);
});
