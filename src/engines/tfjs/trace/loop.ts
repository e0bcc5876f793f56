// A step that is traced once and run n times by one call: the body and the condition of a While.
import type { Tensor } from "@tensorflow/tfjs";
import type { Tf } from "../tf.ts";
import { ARGUMENT, Graph, liveNodes, type Value } from "./graph.ts";
import type { GraphFunction } from "./protobuf.ts";
import { record } from "./record.ts";
import { DTYPE, type TensorSpec, type ValueType, valueType } from "./types.ts";

/** Tensors by the names of variables, of what is fed, or of outputs. */
export type Tensors = Readonly<Record<string, Tensor>>;
export type Specs = Readonly<Record<string, TensorSpec>>;
type Values = Readonly<Record<string, Value>>;

export interface Loop {
  /** What one step gets of what is fed to a call: n steps are fed [n, ...shape]. */
  readonly fed: Specs;
  /** Names of the variables that the step gets. */
  readonly variables: readonly string[];
  /** One step. `next`: what variables become; `outputs`: given back for each step. */
  readonly step: (inputs: Tensors) => { readonly next?: Tensors; readonly outputs: Tensors };
}

/** What While carries around, in this order: the step's number from 0, their count, then these. */
export interface TracedLoop {
  readonly name: string;
  readonly fed: readonly string[];
  readonly variables: readonly string[];
  readonly outputs: readonly string[];
  /** Variables that the step changes. */
  readonly written: ReadonlySet<string>;
  readonly types: readonly ValueType[];
  readonly body: GraphFunction;
  readonly condition: GraphFunction;
}

const SCALAR: ValueType = { dtype: DTYPE.int32, shape: [] };

/** Runs the step, twice, on zeros of the specs' shapes, and writes down what it does. */
export function traceLoop(tf: Tf, name: string, loop: Loop, specs: Specs): TracedLoop {
  const graph = new Graph();
  const variables = Object.fromEntries(loop.variables.map((key) => [key, specs[key] as TensorSpec]));
  const [i, n] = [argument(graph, SCALAR), argument(graph, SCALAR)];
  const fed = mapped(loop.fed, (spec) => argument(graph, listOf(valueType(spec))));
  const held = mapped(variables, (spec) => argument(graph, valueType(spec)));
  const rows = mapped(fed, (list) => rowOf(graph, list, i));

  const { next, outputs } = recordStep(tf, graph, loop, { ...variables, ...loop.fed }, { ...held, ...rows });
  expectNext(name, next, variables);
  const lists = mapped(outputs, (output) => argument(graph, listOf(output)));
  const longer = mapped(lists, (list, key) => withRow(graph, list, i, outputs[key] as Value));
  const following = graph.value("Add", [i, graph.integers([1], [])], SCALAR);

  const carried = [i, n, ...[fed, held, lists].flatMap((values) => Object.values(values))];
  const results = [following, n, ...[fed, { ...held, ...next }, longer].flatMap((values) => Object.values(values))];
  const types = carried.map(({ dtype, shape }) => ({ dtype, shape }));
  return {
    ...{ name, types, fed: Object.keys(fed), variables: Object.keys(held), outputs: Object.keys(outputs) },
    written: new Set(Object.keys(next)),
    body: { name: `${name}_body`, nodes: liveNodes(graph.nodes, results), arguments: carried, results },
    condition: conditionOf(name, types),
  };
}

/** Operations of one step; constants, which TensorFlow makes once, are not counted. */
export function operationCount({ body }: TracedLoop): number {
  return body.nodes.filter(({ op }) => op !== ARGUMENT && op !== "Const").length;
}

function recordStep(tf: Tf, graph: Graph, { step }: Loop, specs: Specs, values: Values) {
  const samples = mapped(specs, ({ shape, dtype }) =>
    tf.zeros(
      shape.map((size) => size ?? 1),
      dtype,
    ),
  );
  const given = Object.entries(samples).map(([key, sample]) => [sample, values[key] as Value] as const);
  let names: { next: string[]; outputs: string[] } = { next: [], outputs: [] };
  const results = record(tf, graph, given, () => {
    const { next = {}, outputs } = step(samples);
    names = { next: Object.keys(next), outputs: Object.keys(outputs) };
    return [...Object.values(next), ...Object.values(outputs)];
  });
  tf.dispose(samples);
  const byName = (keys: string[], from: number): Values =>
    Object.fromEntries(keys.map((key, at) => [key, results[from + at] as Value]));
  return { next: byName(names.next, 0), outputs: byName(names.outputs, names.next.length) };
}

/** i < n. */
function conditionOf(name: string, types: readonly ValueType[]): GraphFunction {
  const graph = new Graph();
  const args = types.map((type) => argument(graph, type));
  const goesOn = graph.value("Less", args.slice(0, 2), { dtype: DTYPE.bool, shape: [] });
  return { name: `${name}_condition`, nodes: graph.nodes, arguments: args, results: [goesOn] };
}

/** list [n, ...shape] → its row i, [...shape]. */
function rowOf(graph: Graph, list: Value, i: Value): Value {
  const type = { dtype: list.dtype, shape: list.shape.slice(1) };
  return graph.value("GatherV2", [list, i, graph.integers([0], [])], type);
}

/** list [n, ...shape] with `row` [...shape] in place i. */
function withRow(graph: Graph, list: Value, i: Value, row: Value): Value {
  const place = graph.value("Reshape", [i, graph.integers([1, 1])], { dtype: DTYPE.int32, shape: [1, 1] });
  const rows = graph.value("ExpandDims", [row, graph.integers([0], [])], { ...row, shape: [1, ...row.shape] });
  return graph.value("TensorScatterUpdate", [list, place, rows], list);
}

function argument(graph: Graph, type: ValueType): Value {
  return graph.argument(`argument_${graph.nodes.length}`, type);
}

function listOf({ dtype, shape }: ValueType): ValueType {
  return { dtype, shape: [null, ...shape] };
}

function mapped<T, U>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/** A variable keeps its type and shape. */
function expectNext(loop: string, next: Values, variables: Specs): void {
  for (const [key, { dtype, shape }] of Object.entries(next)) {
    const spec = variables[key];
    if (!spec) throw new RangeError(`traceLoop: ${loop}: next.${key}: the step has no variable of this name`);
    const fits =
      spec.shape.length === shape.length && spec.shape.every((size, a) => size === null || size === shape[a]);
    if (fits && valueType(spec).dtype === dtype) continue;
    const expected = `${spec.dtype} [${spec.shape.join(", ")}]`;
    throw new RangeError(
      `traceLoop: ${loop}: next.${key}: expected ${expected}, got type ${dtype} [${shape.join(", ")}]`,
    );
  }
}
