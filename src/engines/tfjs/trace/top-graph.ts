// The graph that a session runs parts of, by name: variables are assigned and read, loops run.
import type { Attributes } from "./attributes.ts";
import { type Graph, type Node, outputOf, type Value } from "./graph.ts";
import type { Specs, TracedLoop } from "./loop.ts";
import { DTYPE, type TensorSpec, type ValueType, valueType } from "./types.ts";

const SCALAR: ValueType = { dtype: DTYPE.int32, shape: [] };

/** The names by which a session is fed and asked. */
export const feedNames = {
  newValue: (variable: string) => `${variable}/new`,
  steps: (loop: string) => `${loop}/steps`,
  fed: (loop: string, key: string) => `${loop}/fed/${key}`,
};
export const fetchNames = {
  assigned: (variable: string) => `${variable}/assigned`,
  value: (variable: string) => `${variable}/value`,
  output: (loop: string, key: string) => `${loop}/output/${key}`,
};

/** Adds variables with the ways to assign and to read them; their handles. */
export function addVariables(graph: Graph, specs: Specs): Map<string, Value> {
  return new Map(Object.entries(specs).map(([name, spec]) => [name, addVariable(graph, name, spec)]));
}

function addVariable(graph: Graph, name: string, spec: TensorSpec): Value {
  const type = valueType(spec);
  const attributes: Attributes = {
    dtype: { kind: "type", value: type.dtype },
    shape: { kind: "shape", value: type.shape },
    shared_name: { kind: "string", value: name },
  };
  const handle = graph.value("VarHandleOp", [], { dtype: DTYPE.resource, shape: [] }, { name, attributes });
  const assigned = assignment(graph, handle, graph.placeholder(feedNames.newValue(name), type));
  const done = graph.integers([1], []);
  graph.value("Identity", [done], SCALAR, { name: fetchNames.assigned(name), after: [assigned] });
  reading(graph, handle, type, fetchNames.value(name));
  return handle;
}

/** Adds a loop of as many steps as are asked for. `handles`: those of all variables. */
export function addLoop(
  graph: Graph,
  loop: TracedLoop,
  handles: ReadonlyMap<string, Value>,
  concurrent: boolean,
): void {
  const { name, types } = loop;
  const typeOf = (group: number, at: number) => types[group + at] as ValueType;
  const [variablesAt, outputsAt] = [2 + loop.fed.length, 2 + loop.fed.length + loop.variables.length];
  const steps = graph.placeholder(feedNames.steps(name), SCALAR);
  const fed = loop.fed.map((key, at) => graph.placeholder(feedNames.fed(name, key), typeOf(2, at)));
  const variables = loop.variables.map((key, at) => reading(graph, handles.get(key) as Value, typeOf(variablesAt, at)));
  const lists = loop.outputs.map((_, at) => zeroRows(graph, steps, typeOf(outputsAt, at)));

  const carried = [graph.integers([0], []), steps, ...fed, ...variables, ...lists];
  const around = graph.add("StatelessWhile", carried, types, { attributes: whileAttributes(loop, concurrent) });
  const after = loop.variables.flatMap((key, at) =>
    loop.written.has(key) ? [assignment(graph, handles.get(key) as Value, outputOf(around, variablesAt + at))] : [],
  );
  for (const [at, key] of loop.outputs.entries()) {
    const options = { name: fetchNames.output(name, key), after };
    graph.value("Identity", [outputOf(around, outputsAt + at)], typeOf(outputsAt, at), options);
  }
}

function whileAttributes({ types, body, condition }: TracedLoop, concurrent: boolean): Attributes {
  return {
    T: { kind: "types", value: types.map(({ dtype }) => dtype) },
    cond: { kind: "function", value: condition.name },
    body: { kind: "function", value: body.name },
    output_shapes: { kind: "shapes", value: types.map(({ shape }) => shape) },
    _lower_using_switch_merge: { kind: "bool", value: concurrent },
  };
}

/** Zeros [steps, ...shape] for outputs of type [null, ...shape]. */
function zeroRows(graph: Graph, steps: Value, type: ValueType): Value {
  const sizes = [steps, ...type.shape.slice(1).map((size) => graph.integers([size as number], []))];
  const shape = graph.value("Pack", sizes, { dtype: DTYPE.int32, shape: [sizes.length] });
  const zero = graph.constant({ dtype: type.dtype, shape: [], values: zeroOf(type.dtype) });
  return graph.value("Fill", [shape, zero], type);
}

function zeroOf(dtype: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === DTYPE.float32) return new Float32Array(1);
  return dtype === DTYPE.int32 ? new Int32Array(1) : new Uint8Array(1);
}

function assignment(graph: Graph, handle: Value, value: Value): Node {
  return graph.add("AssignVariableOp", [handle, value], []);
}

function reading(graph: Graph, handle: Value, type: ValueType, name?: string): Value {
  const attributes: Attributes = { dtype: { kind: "type", value: type.dtype } };
  return graph.value("ReadVariableOp", [handle], type, name === undefined ? { attributes } : { attributes, name });
}
