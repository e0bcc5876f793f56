// A step that is recorded once and run n times by one call: the body and the condition of a While.
import type { Tensor1D } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import {
  type Attributes,
  bitsAs,
  DTYPE,
  Graph,
  listOf,
  liveNodes,
  type Node,
  outputOf,
  passedAs,
  placeOf,
  RESOURCE,
  readVariable,
  rowOf,
  SCALAR,
  type Value,
  type ValueType,
  valueType,
  withRow,
} from "./graph.ts";
import { type Loop, mapped, type Specs, type Step } from "./program.ts";
import type { GraphFunction } from "./protobuf.ts";
import { type RecordedStep, recordStep } from "./recording.ts";

/** Values that While carries, in this order: the step's number from 0, their count, then these. */
export interface RecordedLoop {
  readonly name: string;
  readonly fed: readonly string[];
  readonly inPlace: readonly string[];
  readonly variables: readonly string[];
  readonly outputs: Readonly<Record<string, ValueType>>;
  /** Variables that are replaced. */
  readonly written: ReadonlySet<string>;
  readonly types: readonly ValueType[];
  readonly step: GraphFunction;
  readonly body: GraphFunction;
  readonly condition: GraphFunction;
}

type Values = Readonly<Record<string, Value>>;

/** `specs`: those of all variables. */
export function recordLoop(tf: Tf, name: string, loop: Loop, specs: Specs): RecordedLoop {
  const { fed, tables = [], inPlace = [] } = loop;
  const variables = [...tables, ...loop.variables];
  const specsOf = (names: readonly string[]): Specs => Object.fromEntries(names.map((key) => [key, specs[key]]));
  const step = recordStep(tf, `${name}_step`, onRows(tf, loop), { ...specsOf([...variables, ...inPlace]), ...fed });
  expectNext(name, step.next, specsOf(variables));
  expectInPlace(name, step, inPlace);
  const body = bodyOf(name, step, { fed, inPlace: specsOf(inPlace), variables: specsOf(variables) });
  const types = body.arguments.map(({ dtype, shape }) => ({ dtype, shape }));
  return {
    name,
    inPlace,
    variables,
    fed: Object.keys(fed),
    outputs: step.outputs,
    written: new Set(Object.keys(step.next)),
    types,
    step: step.definition,
    body,
    condition: conditionOf(name, types),
  };
}

/** The step with the rows of tables gathered in it. */
function onRows(tf: Tf, { step, tables = [] }: Loop): Step {
  return (given) => {
    const rows = tables.map((name) => [name, tf.gather(given[name], given.numbers as Tensor1D)]);
    return step({ ...given, ...Object.fromEntries(rows) });
  };
}

/** Takes the step's row of the fed data, calls the step, applies its updates, adds its outputs to their lists. */
function bodyOf(
  name: string,
  step: RecordedStep,
  specs: Readonly<Record<"fed" | "inPlace" | "variables", Specs>>,
): GraphFunction {
  const graph = new Graph();
  const argument = (type: ValueType): Value => graph.argument(`argument_${graph.nodes.length}`, type);
  const [i, n] = [argument(SCALAR), argument(SCALAR)];
  const fed = mapped(specs.fed, (spec) => argument(listOf(passedAs(valueType(spec)))));
  const handles = mapped(specs.inPlace, () => argument(RESOURCE));
  const held = mapped(specs.variables, (spec) => argument(passedAs(valueType(spec))));
  const lists = mapped(step.outputs, (output) => argument(listOf(passedAs(output))));

  const following = graph.value("Add", [i, graph.integers([1], [])], SCALAR);
  const [place, end] = [placeOf(graph, i), placeOf(graph, following)];
  const inputs = step.inputs.map((key): Value => {
    if (fed[key]) return rowOf(graph, fed[key], place, end);
    return held[key] ?? readVariable(graph, handles[key], passedAs(valueType(specs.inPlace[key])));
  });
  const readings = new Map(step.inputs.flatMap((key, i) => (handles[key] ? [[key, inputs[i]?.node]] : [])));
  const called = call(graph, step.definition, inputs);
  const result = (value: Value): Value => called[step.results.indexOf(value)];
  const latest = new Map<string, Node>();
  const effects = step.updates.map(({ op, variables, inputs }) => {
    const values = inputs.map((input) => bitsAs(graph, result(input), input.dtype));
    // else a value may be read that was updated, or two updates of a variable may come in either order
    const after = variables.flatMap((key) => [readings.get(key) ?? [], latest.get(key) ?? []].flat());
    const effect = graph.add(op, [...variables.map((key) => handles[key]), ...values], [], { after });
    for (const key of variables) latest.set(key, effect);
    return effect;
  });
  const kept = mapped(held, (value, key) => (step.next[key] ? result(step.next[key]) : value));
  const longer = mapped(lists, (list, key) => withRow(graph, list, i, result(step.outputs[key])));

  const carried = [fed, handles, held, lists].flatMap((values) => Object.values(values));
  const results = [following, n, ...[fed, handles, kept, longer].flatMap((values) => Object.values(values))];
  const args = [i, n, ...carried];
  const nodes = liveNodes(graph.nodes, [...effects, ...[...args, ...results].map(({ node }) => node)]);
  return { name: `${name}_body`, nodes, arguments: args, results, effects };
}

function call(graph: Graph, { name, results }: GraphFunction, inputs: readonly Value[]): Value[] {
  const attributes: Attributes = {
    Tin: { kind: "types", value: inputs.map(({ dtype }) => dtype) },
    Tout: { kind: "types", value: results.map(({ dtype }) => dtype) },
    f: { kind: "function", value: name },
  };
  const types = results.map(({ dtype, shape }) => ({ dtype, shape }));
  const node = graph.add("PartitionedCall", inputs, types, { attributes });
  return types.map((_, i) => outputOf(node, i));
}

/** i < n. */
function conditionOf(name: string, types: readonly ValueType[]): GraphFunction {
  const graph = new Graph();
  const args = types.map((type, i) => graph.argument(`argument_${i}`, type));
  const goesOn = graph.value("Less", args.slice(0, 2), { dtype: DTYPE.bool, shape: [] });
  return { name: `${name}_condition`, nodes: graph.nodes, arguments: args, results: [goesOn] };
}

/** A variable keeps its type and shape. */
function expectNext(loop: string, next: Values, variables: Specs): void {
  for (const [key, { dtype, shape }] of Object.entries(next)) {
    const spec = variables[key];
    if (!spec) throw new RangeError(`recordLoop: ${loop}: next.${key}: the step has no variable of this name`);
    const fits =
      spec.shape.length === shape.length && spec.shape.every((size, a) => size === null || size === shape[a]);
    if (fits && valueType(spec).dtype === dtype) continue;
    const expected = `${spec.dtype} [${spec.shape.join(", ")}]`;
    throw new RangeError(
      `recordLoop: ${loop}: next.${key}: expected ${expected}, got type ${dtype} [${shape.join(", ")}]`,
    );
  }
}

function expectInPlace(loop: string, { updates }: RecordedStep, inPlace: readonly string[]): void {
  for (const { op, variables } of updates)
    for (const key of variables)
      if (!inPlace.includes(key)) throw new RangeError(`recordLoop: ${loop}: ${op}: ${key} is not a variable in place`);
}
