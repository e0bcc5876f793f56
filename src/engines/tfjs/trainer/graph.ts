import type { TensorSpec } from "./program.ts";
import { signatureOf } from "./signatures.ts";

/** TensorFlow's numbers of the types that a graph here may hold (types.proto). */
export const DTYPE = { float32: 1, int32: 3, bool: 10, resource: 20 } as const;

/** Type and shape of a value inside a graph. */
export interface ValueType {
  readonly shape: readonly (number | null)[];
  readonly dtype: number;
}

export function valueType({ shape, dtype }: TensorSpec): ValueType {
  return { shape, dtype: DTYPE[dtype] };
}

/** A value that an operation is configured by: TensorFlow's AttrValue, as far as it is needed here. */
export type Attribute =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "type"; readonly value: number }
  | { readonly kind: "shape"; readonly value: Shape }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "types"; readonly value: readonly number[] }
  | { readonly kind: "shapes"; readonly value: readonly Shape[] }
  | { readonly kind: "function"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Constant };

export type Attributes = Readonly<Record<string, Attribute>>;

/** `null`: of any size. */
export type Shape = readonly (number | null)[];

export interface Constant {
  readonly dtype: number;
  readonly shape: readonly number[];
  /** Row-major; a single one stands for all. */
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Value[];
  /** Nodes that must have run before, though no value of theirs is used. */
  readonly after: readonly Node[];
  readonly attributes: Attributes;
  readonly outputs: readonly ValueType[];
}

/** One output of a node. */
export interface Value extends ValueType {
  readonly node: Node;
  readonly output: number;
}

interface NodeOptions {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly after?: readonly Node[];
}

/** The op of a function's argument: not an operation of TensorFlow. Other nodes name it, and it is not written. */
export const ARGUMENT = "Argument";

/** Operations in the order in which they can run. */
export class Graph {
  readonly nodes: Node[] = [];

  /** An operation on `inputs` with the outputs' types; attributes that hold the inputs' types are filled in. */
  add(op: string, inputs: readonly Value[], outputs: readonly ValueType[], options: NodeOptions = {}): Node {
    const { name = `${op}_${this.nodes.length}`, attributes = {}, after = [] } = options;
    const node = { name, op, inputs, after, attributes: completed(op, inputs, attributes), outputs };
    this.nodes.push(node);
    return node;
  }

  value(op: string, inputs: readonly Value[], output: ValueType, options?: NodeOptions): Value {
    return outputOf(this.add(op, inputs, [output], options));
  }

  constant(constant: Constant): Value {
    const { dtype, shape } = constant;
    const attributes: Attributes = {
      dtype: { kind: "type", value: dtype },
      value: { kind: "tensor", value: { ...constant, values: condensed(constant.values) } },
    };
    return this.value("Const", [], { dtype, shape }, { attributes });
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.constant({ dtype: DTYPE.int32, shape, values: Int32Array.from(values) });
  }

  argument(name: string, type: ValueType): Value {
    const node: Node = { name, op: ARGUMENT, inputs: [], after: [], attributes: {}, outputs: [type] };
    this.nodes.push(node);
    return outputOf(node);
  }

  placeholder(name: string, { dtype, shape }: ValueType): Value {
    const attributes: Attributes = { dtype: { kind: "type", value: dtype }, shape: { kind: "shape", value: shape } };
    return this.value("Placeholder", [], { dtype, shape }, { name, attributes });
  }
}

export function outputOf(node: Node, output = 0): Value {
  return { ...node.outputs[output], node, output };
}

/** The nodes that `roots` need, in order. */
export function liveNodes(nodes: readonly Node[], roots: readonly Node[]): Node[] {
  const live = new Set<Node>(roots);
  for (const node of nodes.toReversed())
    if (live.has(node))
      for (const needed of [...node.inputs.map((input) => input.node), ...node.after]) live.add(needed);
  return nodes.filter((node) => live.has(node));
}

/** Given attributes that the operation has, and those that follow from its inputs. */
function completed(op: string, inputs: readonly Value[], given: Attributes): Attributes {
  const signature = signatureOf(op);
  const attributes: Record<string, Attribute> = {};
  let at = 0;
  for (const { type, count } of signature.inputs) {
    const tensors = count === undefined ? 1 : inputs.length - (signature.inputs.length - 1);
    const first = inputs[at] as Value | undefined;
    if (count) attributes[count] = { kind: "int", value: tensors };
    if (type && first) attributes[type] = { kind: "type", value: first.dtype };
    at += tensors;
  }
  for (const [name, attribute] of Object.entries(given))
    if (signature.attributes.has(name) || name.startsWith("_")) attributes[name] = attribute;
  return attributes;
}

/** Stores equal values as one: the ones of a batch, which gradients use, take four bytes. */
function condensed(values: Constant["values"]): Constant["values"] {
  const first = values[0];
  return values.length > 1 && values.every((value) => Object.is(value, first)) ? values.slice(0, 1) : values;
}

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

export function bitsAs(graph: Graph, value: Value, dtype: number): Value {
  if (value.dtype === dtype) return value;
  const attributes: Attributes = { type: { kind: "type", value: dtype } };
  return graph.value("Bitcast", [value], { dtype, shape: value.shape }, { attributes });
}

export function listOf({ dtype, shape }: ValueType): ValueType {
  return { dtype, shape: [null, ...shape] };
}

export function readVariable(graph: Graph, handle: Value, type: ValueType): Value {
  return graph.value("ReadVariableOp", [handle], type, { attributes: { dtype: { kind: "type", value: type.dtype } } });
}

/**
 * Assigns a copy of `value` to a variable. The variable would keep `value` itself and, if the binding is a project's
 * own, memory of JavaScript's with it, which corrupts V8's heap (assets/cuda/copies.h).
 */
export function assignment(graph: Graph, handle: Value, value: Value): Node {
  return graph.add("AssignVariableOp", [handle, graph.value("DeepCopy", [value], value)], []);
}
