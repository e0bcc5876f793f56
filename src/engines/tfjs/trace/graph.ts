import type { Attribute, Attributes, Constant } from "./attributes.ts";
import { signatureOf } from "./signatures.ts";
import { DTYPE, type ValueType } from "./types.ts";

/** An operation in a graph. */
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

  /** An operation with one output. */
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
  return { ...(node.outputs[output] as ValueType), node, output };
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
