// Graphs in the bytes that TensorFlow reads. Every number below is a field of TensorFlow's .proto files of that name,
// https://github.com/tensorflow/tensorflow/tree/v2.18.0/tensorflow/core/protobuf and .../core/framework.
import { PbfWriter } from "pbf";
import { ARGUMENT, type Attribute, type Constant, DTYPE, type Node, type Shape, type Value } from "./graph.ts";
import { signatureOf } from "./signatures.ts";

/** Nodes with arguments and results, called by name from a graph. */
export interface GraphFunction {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly arguments: readonly Value[];
  readonly results: readonly Value[];
  /** Nodes that must run though no result needs them. */
  readonly effects?: readonly Node[];
}

interface WholeGraph {
  readonly nodes: readonly Node[];
  readonly functions: readonly GraphFunction[];
}

/** The version of GraphDef that this writes, and the oldest reader that understands it (versions.proto). */
const PRODUCER = 1994;
const MIN_CONSUMER = 12;

/** saved_model.proto: SavedModel of one graph, tagged `serve`. */
export function savedModelBytes(graph: WholeGraph): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 1); // saved_model_schema_version
  pbf.writeMessage(2, writeMetaGraph, graph);
  return pbf.finish();
}

/** meta_graph.proto: MetaGraphDef. */
function writeMetaGraph(graph: WholeGraph, pbf: PbfWriter): void {
  pbf.writeMessage(1, (tag: string, info) => info.writeStringField(4, tag), "serve");
  pbf.writeMessage(2, writeGraph, graph);
}

/** graph.proto: GraphDef. */
function writeGraph({ nodes, functions }: WholeGraph, pbf: PbfWriter): void {
  const outputName = ({ node, output }: Value): string => `${node.name}:${output}`;
  for (const node of nodes) pbf.writeMessage(1, writeNode, { node, outputName });
  pbf.writeMessage(2, writeFunctions, functions);
  pbf.writeMessage(4, writeVersions, undefined);
}

function writeVersions(_: undefined, pbf: PbfWriter): void {
  pbf.writeVarintField(1, PRODUCER);
  pbf.writeVarintField(2, MIN_CONSUMER);
}

/** function.proto: FunctionDefLibrary. */
function writeFunctions(functions: readonly GraphFunction[], pbf: PbfWriter): void {
  for (const each of functions) pbf.writeMessage(1, writeFunction, each);
}

/** function.proto: FunctionDef. */
function writeFunction(definition: GraphFunction, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeSignature, definition);
  for (const node of definition.nodes)
    if (node.op !== ARGUMENT) pbf.writeMessage(3, writeNode, { node, outputName: nameInFunction });
  for (const [i, result] of definition.results.entries())
    pbf.writeMessage(4, writeStringEntry, [resultName(i), nameInFunction(result)]);
  for (const { name } of definition.effects ?? []) pbf.writeMessage(6, writeStringEntry, [name, name]); // control_ret
}

/** op_def.proto: OpDef. */
function writeSignature({ name, arguments: args, results, effects = [] }: GraphFunction, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  for (const { node, dtype } of args) pbf.writeMessage(2, writeArgument, { name: node.name, dtype });
  for (const [i, { dtype }] of results.entries()) pbf.writeMessage(3, writeArgument, { name: resultName(i), dtype });
  if (effects.length > 0) pbf.writeBooleanField(17, true); // is_stateful
  for (const effect of effects) pbf.writeStringField(20, effect.name); // control_output
}

function writeArgument({ name, dtype }: { name: string; dtype: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeVarintField(3, dtype);
}

function resultName(i: number): string {
  return `result_${i}`;
}

/** Functions name a value by node, output argument, of which operations have one here, and index within that argument. */
function nameInFunction({ node, output }: Value): string {
  return node.op === ARGUMENT ? node.name : `${node.name}:${signatureOf(node.op).outputs[0]}:${output}`;
}

interface NamedNode {
  readonly node: Node;
  readonly outputName: (value: Value) => string;
}

/** node_def.proto: NodeDef. No device: where a node runs is TensorFlow's choice. */
function writeNode({ node, outputName }: NamedNode, pbf: PbfWriter): void {
  pbf.writeStringField(1, node.name);
  pbf.writeStringField(2, node.op);
  for (const input of node.inputs) pbf.writeStringField(3, outputName(input));
  for (const { name } of node.after) pbf.writeStringField(3, `^${name}`);
  for (const entry of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttributeEntry, entry);
}

function writeAttributeEntry([name, attribute]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeAttribute, attribute);
}

function writeStringEntry([name, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeStringField(2, value);
}

/** attr_value.proto: AttrValue. */
function writeAttribute({ kind, value }: Attribute, pbf: PbfWriter): void {
  if (kind === "string") pbf.writeStringField(2, value);
  else if (kind === "int") pbf.writeVarintField(3, value);
  else if (kind === "float") pbf.writeFloatField(4, value);
  else if (kind === "bool") pbf.writeBooleanField(5, value);
  else if (kind === "type") pbf.writeVarintField(6, value);
  else if (kind === "shape") pbf.writeMessage(7, writeShape, value);
  else if (kind === "tensor") pbf.writeMessage(8, writeTensor, value);
  else if (kind === "function") pbf.writeMessage(10, (name: string, list) => list.writeStringField(1, name), value);
  else pbf.writeMessage(1, writeList, { kind, value } as ListAttribute);
}

type ListAttribute = Extract<Attribute, { kind: "ints" | "types" | "shapes" }>;

/** attr_value.proto: AttrValue.ListValue. */
function writeList({ kind, value }: ListAttribute, pbf: PbfWriter): void {
  if (kind === "ints") pbf.writePackedVarint(3, [...value]);
  else if (kind === "types") pbf.writePackedVarint(6, [...value]);
  else for (const shape of value) pbf.writeMessage(7, writeShape, shape);
}

/** tensor_shape.proto: TensorShapeProto; size -1 is unknown. */
function writeShape(shape: Shape, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(2, (value: number, dim) => dim.writeVarintField(1, value), size ?? -1);
}

/** tensor.proto: TensorProto, its values as bytes, or the one that fills it. */
function writeTensor({ dtype, shape, values }: Constant, pbf: PbfWriter): void {
  pbf.writeVarintField(1, dtype);
  pbf.writeMessage(2, writeShape, shape);
  const size = shape.reduce((product, n) => product * n, 1);
  if (values.length === size)
    pbf.writeBytesField(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  else if (dtype === DTYPE.float32) pbf.writeFloatField(5, values[0]);
  else if (dtype === DTYPE.int32) pbf.writeVarintField(7, values[0]);
  else pbf.writeBooleanField(11, values[0] !== 0);
}
