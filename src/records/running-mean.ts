/** The steps of a run's evaluations, and the mean of each task's batch losses since the one before: [evaluations, K]. */
interface BatchMeans {
  readonly steps: readonly number[];
  readonly train: Float64Array;
}

/**
 * The running mean of each task's loss at each evaluation, [evaluations, K]: the mean of all batch losses since step 1,
 * as a streaming metric shows it. A mean of `train` counts as often as it has steps: the last may have fewer.
 */
export function runningMeans({ steps, train }: BatchMeans): Float64Array {
  const tasks = train.length / steps.length;
  const means = new Float64Array(train.length);
  for (let k = 0; k < tasks; k++) {
    let [sum, before] = [0, 0];
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as number;
      sum += (train[i * tasks + k] as number) * (step - before);
      means[i * tasks + k] = sum / step;
      before = step;
    }
  }
  return means;
}

/** The last of them, [K]. */
export function lastRunningMeans({ steps, train }: BatchMeans): number[] {
  const tasks = train.length / steps.length;
  return Array.from({ length: tasks }, (_, k) => {
    let [sum, before] = [0, 0];
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as number;
      sum += (train[i * tasks + k] as number) * (step - before);
      before = step;
    }
    return sum / before;
  });
}
