// Which tasks a parameter learns from.
import { unreachable } from "../errors.ts";
import { parameterCount } from "./parameters.ts";
import { type Operation, type ParameterBlock, type Program, programOf, type Value } from "./program.ts";
import type { ModelSpec } from "./spec.ts";

/** In the place of a task's number: the losses of two or more tasks reach the parameter. */
const SHARED = -1;
/** In that place, too: no loss reaches it yet. */
const NONE = -2;

/** For each parameter in canonical order, the only task whose loss reaches it, or SHARED: [P]. */
export function taskOfParameters(spec: ModelSpec): Int32Array {
  const tasks = new Int32Array(parameterCount(spec)).fill(NONE);
  const program = programOf(spec);
  for (const [task, output] of program.outputs.entries()) {
    for (const { offset, size } of learnersOf(program, output)) {
      const known = tasks.subarray(offset, offset + size);
      known.set(known.map((other) => (other === NONE ? task : SHARED)));
    }
  }
  return tasks;
}

/** For each parameter in canonical order, 1 if the losses of two or more tasks reach it, else 0: [P]. */
export function sharedParameters(spec: ModelSpec): Float32Array {
  return Float32Array.from(taskOfParameters(spec), (task) => Number(task === SHARED));
}

type Learner = Pick<ParameterBlock, "offset" | "size">;

/** The parameters that learn from what is predicted for a task: tensors, and rows of coefficients. */
function learnersOf({ operations }: Program, output: Value): Set<Learner> {
  const learners = new Set<Learner>();
  const reached = new Set([output]);
  const reach = (values: readonly Value[], parameters: readonly (Learner | undefined)[]) => {
    for (const value of values) reached.add(value);
    for (const learner of parameters) if (learner) learners.add(learner);
  };
  for (const operation of operations.toReversed())
    for (const [i, value] of operation.given.entries()) if (reached.has(value)) reach(...madeOf(operation, i));
  return learners;
}

/** What value number i of an operation is made of, where that learns: other values, and parameters. */
function madeOf(
  operation: Operation,
  i: number,
): [values: readonly Value[], parameters: readonly (Learner | undefined)[]] {
  switch (operation.kind) {
    case "embed":
      return [[], operation.tables];
    case "dense": {
      const { input, kernel, bias } = operation.layers[i];
      return [[input], [kernel, bias]];
    }
    case "sum": {
      const { offset, shape } = operation.coefficients;
      return [operation.parts[i], [{ offset: offset + i * shape[1], size: shape[1] }]];
    }
    case "average":
      return [operation.seen[i].map((e) => operation.experts[e]), []];
    case "mix": {
      const { gate, taught } = operation.mixes[i];
      return [[gate, ...taught.map((e) => operation.experts[e])], []];
    }
    default:
      return unreachable(operation);
  }
}
