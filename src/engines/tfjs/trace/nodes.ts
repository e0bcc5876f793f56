// Nodes that are built by hand.
import type { Attributes } from "./attributes.ts";
import type { Graph, Node, Value } from "./graph.ts";
import { DTYPE, type ValueType } from "./types.ts";

export const SCALAR: ValueType = { dtype: DTYPE.int32, shape: [] };
export const RESOURCE: ValueType = { dtype: DTYPE.resource, shape: [] };

/** A number as the index of a row, with as many axes as an operation needs. */
export function placeOf(graph: Graph, i: Value, shape: readonly number[] = [1]): Value {
  return graph.value("Reshape", [i, graph.integers(shape)], { dtype: DTYPE.int32, shape });
}

/**
 * list [n, ...shape] → its row at `place`, [...shape]. The indices stay on the host, and TensorFlow copies no aligned
 * row.
 */
export function rowOf(graph: Graph, list: Value, place: Value, following: Value): Value {
  const attributes: Attributes = { shrink_axis_mask: { kind: "int", value: 1 } };
  const type = { dtype: list.dtype, shape: list.shape.slice(1) };
  return graph.value("StridedSlice", [list, place, following, graph.integers([1])], type, { attributes });
}

/** list [n, ...shape] with `row` [...shape] in place i. */
export function withRow(graph: Graph, list: Value, i: Value, row: Value): Value {
  const place = placeOf(graph, i, [1, 1]);
  const rows = graph.value("ExpandDims", [row, graph.integers([0], [])], { ...row, shape: [1, ...row.shape] });
  return graph.value("TensorScatterUpdate", [list, place, rows], list);
}

/**
 * How a value is passed on: int32 as the bits of float32. Operations that pass values on keep int32 on the host, also
 * in a graph for a card, so a list of int32 would be copied to the card for each of its rows.
 */
export function passedAs({ dtype, shape }: ValueType): ValueType {
  return { dtype: dtype === DTYPE.int32 ? DTYPE.float32 : dtype, shape };
}

/** The same bits as values of another type. */
export function bitsAs(graph: Graph, value: Value, dtype: number): Value {
  if (value.dtype === dtype) return value;
  const attributes: Attributes = { type: { kind: "type", value: dtype } };
  return graph.value("Bitcast", [value], { dtype, shape: value.shape }, { attributes });
}

/** The type of a list of such values. */
export function listOf({ dtype, shape }: ValueType): ValueType {
  return { dtype, shape: [null, ...shape] };
}

/** A variable's value. */
export function readVariable(graph: Graph, handle: Value, type: ValueType): Value {
  return graph.value("ReadVariableOp", [handle], type, { attributes: { dtype: { kind: "type", value: type.dtype } } });
}

/**
 * Assigns a copy of `value` to a variable. The variable would keep `value` itself and, if the binding is a project's
 * own, memory of JavaScript's with it, which corrupts V8's heap (cuda/copies-source.ts).
 */
export function assignment(graph: Graph, handle: Value, value: Value): Node {
  return graph.add("AssignVariableOp", [handle, graph.value("DeepCopy", [value], value)], []);
}
