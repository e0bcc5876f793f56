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
  const costs = by ? decidingValues(diagnostics, by).map((value) => (by.isHigherBetter ? -value : value)) : losses;
  let best = costs.findIndex((cost) => !Number.isNaN(cost));
  const at = (isSure: boolean) => ({ step: curve.steps[best], loss: losses[best], isSure });
  if (best < 0) return undefined;
  for (const [i, cost] of costs.entries()) {
    if (cost < costs[best]) best = i;
    if (i - best >= patience) return at(true);
  }
  return at(false);
}

/** At each look, the metric of the task that decides, or its mean over tasks. */
function decidingValues(diagnostics: Diagnostics | undefined, { metric, task }: NonNullable<Stopping["by"]>): number[] {
  const { values = {} } = diagnostics ?? {};
  if (task !== null) return [...(values[`${metric}/${task + 1}`] ?? [])];
  const ofTasks = Object.keys(values).flatMap((name) => (name.startsWith(`${metric}/`) ? [values[name]] : []));
  return (ofTasks[0] ?? []).map((_, i) => ofTasks.reduce((sum, one) => sum + one[i], 0) / ofTasks.length);
}
