import { PbfReader } from "pbf";
import { expect, test } from "vitest";
import { Graph, outputOf } from "../../../../src/engines/tfjs/trace/graph.ts";
import { savedModelBytes } from "../../../../src/engines/tfjs/trace/protobuf.ts";
import { DTYPE } from "../../../../src/engines/tfjs/trace/types.ts";

const vector = { dtype: DTYPE.float32, shape: [null, 3] };

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
  const x = graph.placeholder("x", vector);
  const split = graph.add("Unpack", [x], [vector, vector], { name: "split" });
  graph.add("Neg", [outputOf(split, 1)], [vector], { name: "minus", after: [x.node] });
  const bytes = savedModelBytes({ nodes: graph.nodes, functions: [] });
  expect(texts(bytes, ...NODE, 1)).toEqual(["x", "split", "minus"]);
  expect(texts(bytes, ...NODE, 3)).toEqual(["x:0", "split:1", "^x"]);
  expect(texts(bytes, 2, 1, 4)).toEqual(["serve"]);
});

test("savedModelBytes names values in a function by argument, or by node, output and index", () => {
  const graph = new Graph();
  const x = graph.argument("x", vector);
  const top = graph.add("TopKV2", [x, graph.integers([2], [])], [vector, vector], { name: "top" });
  const split = graph.add("Unpack", [outputOf(top, 1)], [vector, vector], { name: "split" });
  const results = [outputOf(split, 1), x];
  const functions = [{ name: "f", nodes: graph.nodes, arguments: [x], results }];
  const bytes = savedModelBytes({ nodes: [], functions });
  expect(texts(bytes, ...FUNCTION, 3, 3)).toEqual(["x", "Const_1:output:0", "top:indices:0"]);
  expect(texts(bytes, ...FUNCTION, 4, 2)).toEqual(["split:output:1", "x"]);
  expect(texts(bytes, ...FUNCTION, 1, 1)).toEqual(["f"]);
  expect(texts(bytes, ...FUNCTION, 1, 3, 1)).toEqual(["result_0", "result_1"]);
});

test("savedModelBytes lets a function's effects run though no result needs them", () => {
  const graph = new Graph();
  const [handle, x] = [graph.argument("handle", { dtype: DTYPE.resource, shape: [] }), graph.argument("x", vector)];
  const effects = [graph.add("AssignVariableOp", [handle, x], [], { name: "assign" })];
  const functions = [{ name: "f", nodes: graph.nodes, arguments: [handle, x], results: [x], effects }];
  const bytes = savedModelBytes({ nodes: [], functions });
  expect([texts(bytes, ...FUNCTION, 6, 1), texts(bytes, ...FUNCTION, 6, 2)]).toEqual([["assign"], ["assign"]]);
  expect(texts(bytes, ...FUNCTION, 1, 20)).toEqual(["assign"]);
});

test("savedModelBytes writes an unknown size as -1 and one value for a constant of equal ones", () => {
  const graph = new Graph();
  graph.placeholder("x", vector);
  graph.constant({ dtype: DTYPE.int32, shape: [5], values: Int32Array.of(6, 6, 6, 6, 6) });
  graph.constant({ dtype: DTYPE.bool, shape: [2], values: Uint8Array.of(0, 1) });
  const bytes = savedModelBytes({ nodes: graph.nodes, functions: [] });
  const attribute = [...NODE, 5, 2];
  const size = fields(bytes, [...attribute, 7, 2])[0] as Uint8Array;
  expect(new PbfReader(size).readFields((_, at, pbf) => at.push(pbf.readVarint(true)), [] as number[])).toEqual([-1]);
  const [six, flags] = fields(bytes, [...attribute, 8]) as [Uint8Array, Uint8Array];
  expect(
    new PbfReader(six).readFields((tag, at, pbf) => tag === 7 && at.push(pbf.readVarint()), [] as number[]),
  ).toEqual([6]);
  expect(fields(flags, [4])).toEqual([Uint8Array.of(0, 1)]);
});
