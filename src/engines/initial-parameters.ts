import { outputCount } from "../data/task-kinds.ts";
import { initialValues, parameterBlocks, parameterCount } from "../models/parameters.ts";
import { modelKey, type Run } from "./engine.ts";
import { sharesOf, tasksIn } from "./task-losses.ts";

/** A run's initial parameters in canonical order; the same at every correlation. */
export function initialParameters(run: Run): Float32Array {
  return initialParametersInto(new Float32Array(parameterCount(run.model)), run);
}

/** A run's initial parameters into `values`, which holds zeros and is returned. */
export function initialParametersInto(values: Float32Array, run: Run): Float32Array {
  const { model, training } = run;
  initialValues(model, training, (tensor) => modelKey(run, tensor), values);
  if (training.outputBias !== "base-rate") return values;
  const biases = outputBiases(run);
  for (const { part, kind, network, offset } of parameterBlocks(model))
    if (part === "outputs" && kind === "bias") values.set(biases[Number(network.split("/")[1])], offset);
  return values;
}

/**
 * Of each task the outputs that predict its base rates, [K][C]: the log-odds of class 1, the logarithms of the classes' shares,
 * or 0, the mean of a standardised label. A class that no training row of a table has counts as half a row.
 */
function outputBiases(run: Run): number[][] {
  const least = run.correlation === null ? 0.5 / Number(run.training.trainRows) : 0;
  const { funnel = [] } = run.model;
  const tasks = tasksIn(run);
  return tasks.map((task, k) => {
    if (task.kind === "regression") return [0];
    const shares = sharesOf(run, task, k);
    const before = funnel[funnel.indexOf(k) - 1];
    const within = before === undefined ? shares : sharesWithin(shares[1], sharesOf(run, tasks[before], before)[1]);
    const logs = within.map((share) => Math.log(Math.max(share, least)));
    return outputCount(task) === 1 ? [logs[1] - logs[0]] : logs;
  });
}

/**
 * The shares of rows without and with a label of a funnel, of those with the label before; even where that is no share, as the two
 * are of other rows or weights.
 */
function sharesWithin(share: number, before: number): number[] {
  return before > share ? [1 - share / before, share / before] : [0.5, 0.5];
}
