import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { Graph, liveNodes, type Value } from "./graph.ts";
import { bitsAs, passedAs } from "./nodes.ts";
import type { GraphFunction } from "./protobuf.ts";
import { type Given, recordOperations } from "./recording.ts";
import { DTYPE, type TensorSpec, valueType } from "./types.ts";

/** Tensors by the names of variables, of what is fed, or of outputs. */
export type Tensors = Readonly<Record<string, Tensor>>;
export type Specs = Readonly<Record<string, TensorSpec>>;

/** One step: what follows from tensors by name, without effects. */
export type Step = (inputs: Tensors) => {
  /** New values of the variables that no update of TensorFlow's changes in place. */
  readonly next?: Tensors;
  /** Changes of variables in place; those of one variable in this order. */
  readonly updates?: readonly Update[];
  /** Returned for each step. */
  readonly outputs: Tensors;
};

/** An operation that changes variables, such as ResourceApplyAdam. */
export interface Update<T = Tensor> {
  readonly op: string;
  /** Its first inputs. */
  readonly variables: readonly string[];
  readonly inputs: readonly T[];
}

/** A step as a function, whose arguments and results are passed as `passedAs` says. */
export interface TracedStep {
  readonly definition: GraphFunction;
  /** The values that its results represent: those of `next`, of the updates' inputs, then the outputs. */
  readonly results: readonly Value[];
  /** Those of the given names that it uses. */
  readonly inputs: readonly string[];
  readonly next: Readonly<Record<string, Value>>;
  readonly updates: readonly Update<Value>[];
  readonly outputs: Readonly<Record<string, Value>>;
}

/** Runs `step`, twice, on zeros of the specs' shapes, and writes down what it does. */
export function traceStep(tf: Tf, name: string, step: Step, specs: Specs): TracedStep {
  const graph = new Graph();
  const entries = Object.entries(specs);
  const args = entries.map(([, spec], i) => graph.argument(`argument_${i}`, passedAs(valueType(spec))));
  const zeros = entries.map(([, spec]) => zerosOf(tf, spec));
  const samples = Object.fromEntries(entries.map(([key], i) => [key, zeros[i] as Tensor]));
  const given = entries.map(([, { dtype }], i): Given => {
    return [zeros[i] as Tensor, bitsAs(graph, args[i] as Value, DTYPE[dtype])];
  });

  let returned: Required<ReturnType<Step>> = { next: {}, updates: [], outputs: {} };
  let results: Value[] = [];
  try {
    results = recordOperations(tf, graph, given, () => {
      returned = { next: {}, updates: [], ...step(samples) };
      const { next, updates, outputs } = returned;
      return [...Object.values(next), ...updates.flatMap(({ inputs }) => inputs), ...Object.values(outputs)];
    });
  } finally {
    tf.dispose(zeros);
  }

  let taken = 0;
  const take = (): Value => results[taken++] as Value;
  const byName = (tensors: Tensors) => Object.fromEntries(Object.keys(tensors).map((key) => [key, take()]));
  const next = byName(returned.next);
  const updates = returned.updates.map((update) => ({ ...update, inputs: update.inputs.map(take) }));
  const passed = results.map((value) => bitsAs(graph, value, passedAs(value).dtype));
  const nodes = liveNodes(
    graph.nodes,
    passed.map(({ node }) => node),
  );
  const isUsed = (i: number): boolean => nodes.includes((args[i] as Value).node);
  return {
    definition: { name, nodes, arguments: args.filter((_, i) => isUsed(i)), results: passed },
    results,
    inputs: Object.keys(specs).filter((_, i) => isUsed(i)),
    ...{ next, updates, outputs: byName(returned.outputs) },
  };
}

/** The shape with 1 for each size that may differ. */
function zerosOf(tf: Tf, { shape, dtype }: TensorSpec): Tensor {
  const sizes = shape.map((size) => size ?? 1);
  return tf.zeros(sizes, dtype);
}
