import type { AnyRun, Curve, Diagnostics, Stopping } from "./engine.ts";

/** Where a run with early stopping is best, as far as it is known. */
interface BestStep {
  readonly step: number;
  /** The loss there, mean over tasks. */
  readonly loss: number;
  /** Whether no later step counts: `patience` looks in a row were no better. */
  readonly isSure: boolean;
}

/** A run's losses and metrics so far. */
interface Looks {
  readonly curve: Curve;
  readonly diagnostics?: Diagnostics | undefined;
}

/**
 * Whether a try has trained for long enough to know its best step, or that it will have none: rows without a metric, such as
 * the AUC of a single class, never have one. Other runs never have.
 */
export function isEnough({ until }: Pick<AnyRun, "until">, looks: Looks): boolean {
  return until !== undefined && (bestStep(looks, until)?.isSure ?? looks.curve.steps.length > 0);
}

/**
 * The look with the lowest loss, mean over tasks, or the best value of the metric that decides, before `patience` looks in a row
 * were no better, and the loss there; undefined without any.
 */
export function bestStep({ curve, diagnostics }: Looks, { patience, by }: Stopping): BestStep | undefined {
  const losses = curve.heldout.map((tasks) => tasks.reduce((sum, loss) => sum + loss, 0) / tasks.length);
  const values = by && (diagnostics?.values[`${by.metric}/${by.task + 1}`] ?? []);
  const costs = values ? values.map((value) => (by.isHigherBetter ? -value : value)) : losses;
  let best = costs.findIndex((cost) => !Number.isNaN(cost));
  const at = (isSure: boolean) => ({ step: curve.steps[best], loss: losses[best], isSure });
  if (best < 0) return undefined;
  for (const [i, cost] of costs.entries()) {
    if (cost < costs[best]) best = i;
    if (i - best >= patience) return at(true);
  }
  return at(false);
}
