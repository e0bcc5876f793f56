// Nodes that are put together by hand.
import type { Attributes } from "./attributes.ts";
import type { Graph, Node, Value } from "./graph.ts";
import { DTYPE, type ValueType } from "./types.ts";

export const SCALAR: ValueType = { dtype: DTYPE.int32, shape: [] };
export const RESOURCE: ValueType = { dtype: DTYPE.resource, shape: [] };

/** list [n, ...shape] → its row i, [...shape]. */
export function rowOf(graph: Graph, list: Value, i: Value): Value {
  const type = { dtype: list.dtype, shape: list.shape.slice(1) };
  return graph.value("GatherV2", [list, i, graph.integers([0], [])], type);
}

/** list [n, ...shape] with `row` [...shape] in place i. */
export function withRow(graph: Graph, list: Value, i: Value, row: Value): Value {
  const place = graph.value("Reshape", [i, graph.integers([1, 1])], { dtype: DTYPE.int32, shape: [1, 1] });
  const rows = graph.value("ExpandDims", [row, graph.integers([0], [])], { ...row, shape: [1, ...row.shape] });
  return graph.value("TensorScatterUpdate", [list, place, rows], list);
}

/** The type of a list of such values. */
export function listOf({ dtype, shape }: ValueType): ValueType {
  return { dtype, shape: [null, ...shape] };
}

/** A variable's value. */
export function reading(graph: Graph, handle: Value, type: ValueType, name?: string): Value {
  const attributes: Attributes = { dtype: { kind: "type", value: type.dtype } };
  return graph.value("ReadVariableOp", [handle], type, name === undefined ? { attributes } : { attributes, name });
}

export function assignment(graph: Graph, handle: Value, value: Value): Node {
  return graph.add("AssignVariableOp", [handle, value], []);
}
