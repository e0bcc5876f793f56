/** The steps of a run's evaluations, and the mean of each task's batch losses since the one before: [evaluations, K]. */
interface BatchMeans {
  readonly steps: readonly number[];
  readonly train: Float64Array;
  /** How many batches each mean is over, [evaluations, K]; absent where that is every step's. */
  readonly batches?: Float64Array | undefined;
}

/**
 * The running mean of each task's loss at each evaluation, [evaluations, K]: the mean of all batch losses since step 1,
 * as a streaming metric shows it. A mean of `train` counts as often as it has batches: the last may have fewer. Before the
 * first batch with a label of a task, what `train` has.
 */
export function runningMeans(curve: BatchMeans): Float64Array {
  const means = new Float64Array(curve.train.length);
  const tasks = means.length / curve.steps.length;
  for (let k = 0; k < tasks; k++) eachMean(curve, tasks, k, (i, mean) => (means[i * tasks + k] = mean));
  return means;
}

/** The last of them, [K]. */
export function lastRunningMeans(curve: BatchMeans): number[] {
  const tasks = curve.train.length / curve.steps.length;
  return Array.from({ length: tasks }, (_, k) => {
    let last = Number.NaN;
    eachMean(curve, tasks, k, (_, mean) => (last = mean));
    return last;
  });
}

function eachMean(
  { steps, train, batches }: BatchMeans,
  tasks: number,
  k: number,
  tell: (i: number, mean: number) => void,
): void {
  let [sum, count] = [0, 0];
  for (let i = 0; i < steps.length; i++) {
    const at = i * tasks + k;
    const since = batches ? batches[at] : steps[i] - (steps[i - 1] ?? 0);
    sum += train[at] * since;
    count += since;
    tell(i, count === 0 ? train[at] : sum / count);
  }
}
