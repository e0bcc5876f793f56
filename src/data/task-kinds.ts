// What tasks predict: the kind of a label, and the entropy that a loss in nats is measured by.

/** A label is a number (regression), 0 or 1 (binary), or a class from 0 on (categorical). */
export const TASK_KINDS = ["regression", "binary", "categorical"] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export interface TaskSettings {
  readonly kind: TaskKind;
  /** What its loss counts in the objective. */
  readonly weight: number;
  /** What that is multiplied by after each step; 1 if absent. */
  readonly decay?: number;
  /** C, of a categorical task. */
  readonly classes?: number;
  /** Whether rows may lack its label, which is NaN there: a row counts for the tasks whose label it has. */
  readonly gaps?: boolean;
}

/** Outputs of a model for a task: a logit for each class of a categorical one, else one. */
export function outputCount({ classes = 1 }: TaskSettings): number {
  return classes;
}

/** The share of each of `classes` classes among those of N labels that are there, by weights if rows have some. */
export function classShares(
  N: number,
  labelOf: (n: number) => number,
  classes: number,
  weightOf: (n: number, label: number) => number = () => 1,
): number[] {
  const counts = new Array<number>(classes).fill(0);
  let all = 0;
  for (let n = 0; n < N; n++) {
    const label = labelOf(n);
    if (Number.isNaN(label)) continue;
    const weight = weightOf(n, label);
    counts[label] += weight;
    all += weight;
  }
  return counts.map((count) => count / all);
}

/** In nats: the log loss of predicting these shares in every row, where they are the classes' shares. */
export function entropy(shares: readonly number[]): number {
  return shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}

/** -ln of the probability of a label, 0 or 1, whose logit is that of 1. */
export function logistic(logit: number, label: number): number {
  const margin = label === 1 ? logit : -logit;
  return Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
}

/** The probability of class 1 by its logit. */
export function probability(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** -ln of the probability of a class, counted from 0, in the softmax of the logits. */
export function crossEntropy(logits: Float32Array | Float64Array, label: number): number {
  const largest = Math.max(...logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return Math.log(sum) + largest - logits[label];
}
