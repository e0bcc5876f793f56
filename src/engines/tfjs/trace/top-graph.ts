// The graph that a session runs parts of, by name: variables are assigned and read, loops run.
import type { Attributes } from "./attributes.ts";
import { type Graph, outputOf, type Value } from "./graph.ts";
import type { TracedLoop } from "./loop.ts";
import { assignment, bitsAs, passedAs, RESOURCE, readVariable, SCALAR } from "./nodes.ts";
import type { Specs } from "./step.ts";
import { DTYPE, type TensorSpec, type ValueType, valueType } from "./types.ts";

/** The names of a session's inputs and outputs. */
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

/** Adds variables with nodes to assign and to read them; returns their handles. */
export function addVariables(graph: Graph, specs: Specs): Map<string, Value> {
  return new Map(Object.entries(specs).map(([name, spec]) => [name, addVariable(graph, name, spec)]));
}

function addVariable(graph: Graph, name: string, spec: TensorSpec): Value {
  const type = passedAs(valueType(spec));
  const attributes: Attributes = {
    dtype: { kind: "type", value: type.dtype },
    shape: { kind: "shape", value: type.shape },
    shared_name: { kind: "string", value: name },
  };
  const handle = graph.value("VarHandleOp", [], RESOURCE, { name, attributes });
  const assigned = assignment(graph, handle, fromHost(graph, feedNames.newValue(name), type));
  const done = graph.integers([1], []);
  graph.value("Identity", [done], SCALAR, { name: fetchNames.assigned(name), after: [assigned] });
  const value = bitsAs(graph, readVariable(graph, handle, type), valueType(spec).dtype);
  graph.value("Identity", [value], valueType(spec), { name: fetchNames.value(name) });
  return handle;
}

/**
 * Data fed to a call, as bits of int32: the binding leaves int32 on the host, where the session reads it. It would send
 * floats to a card first, and then fetch them from there.
 */
function fromHost(graph: Graph, name: string, type: ValueType): Value {
  const dtype = type.dtype === DTYPE.float32 ? DTYPE.int32 : type.dtype;
  return bitsAs(graph, graph.placeholder(name, { ...type, dtype }), type.dtype);
}

/** Adds a loop with any number of steps. `handles`: those of all variables. */
export function addLoop(
  graph: Graph,
  loop: TracedLoop,
  handles: ReadonlyMap<string, Value>,
  concurrent: boolean,
): void {
  const { name, types } = loop;
  const steps = graph.placeholder(feedNames.steps(name), SCALAR);
  const handleOf = (key: string): Value => handles.get(key) as Value;
  const places = placesOf(loop);
  const carried = types.map((type, at): Value => {
    const { kind, key } = places[at] as Place;
    if (kind === "fed") return fromHost(graph, feedNames.fed(name, key), type);
    if (kind === "inPlace") return handleOf(key);
    if (kind === "variables") return readVariable(graph, handleOf(key), type);
    if (kind === "outputs") return zeroRows(graph, steps, type);
    return key === "steps" ? steps : graph.integers([0], []);
  });

  const op = (loop.body.effects ?? []).length > 0 ? "While" : "StatelessWhile";
  const around = graph.add(op, carried, types, { attributes: whileAttributes(loop, concurrent) });
  const written = places.flatMap(({ kind, key }, at) =>
    kind === "variables" && loop.written.has(key) ? [assignment(graph, handleOf(key), outputOf(around, at))] : [],
  );
  for (const [at, { kind, key }] of places.entries()) {
    if (kind !== "outputs") continue;
    const { dtype } = loop.outputs[key] as ValueType;
    const value = bitsAs(graph, outputOf(around, at), dtype);
    graph.value("Identity", [value], value, { name: fetchNames.output(name, key), after: [around, ...written] });
  }
}

interface Place {
  readonly kind: "counter" | "fed" | "inPlace" | "variables" | "outputs";
  readonly key: string;
}

/** The values that a loop carries, in their order. */
function placesOf(loop: TracedLoop): Place[] {
  const { fed, inPlace, variables, outputs } = loop;
  const kinds = { counter: ["step", "steps"], fed, inPlace, variables, outputs: Object.keys(outputs) } as const;
  const entries = Object.entries(kinds) as [Place["kind"], readonly string[]][];
  return entries.flatMap(([kind, keys]) => keys.map((key) => ({ kind, key })));
}

function whileAttributes({ types, body, condition }: TracedLoop, concurrent: boolean): Attributes {
  return {
    T: { kind: "types", value: types.map(({ dtype }) => dtype) },
    cond: { kind: "function", value: condition.name },
    body: { kind: "function", value: body.name },
    output_shapes: { kind: "shapes", value: types.map(({ shape }) => shape) },
    parallel_iterations: { kind: "int", value: 1 }, // else up to ten hold their memory at once
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
