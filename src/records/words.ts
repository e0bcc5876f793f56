// What losses and metrics are called wherever they are shown.
import type { LossSet } from "../config/losses.ts";
import { digitsOf, type Estimate } from "../stats/estimate.ts";

/** What a loss is called wherever it is shown: in tables, axes, captions, columns and help. */
interface LossWords {
  /** As the heading of a column, or a choice. */
  readonly short: string;
  /** As a noun, e.g. on an axis. */
  readonly name: string;
  /** As a result: the mean loss is lowest on held-out rows. */
  readonly where: string;
  /** Its value at an evaluation. */
  readonly atStep: string;
  /** Its value at the end of a run. */
  readonly atEnd: string;
}

export const LOSS_WORDS: Readonly<Record<LossSet, LossWords>> = {
  train: {
    short: "training",
    name: "training loss",
    where: "on training rows",
    atStep: "mean of the batch losses since the previous evaluation",
    atEnd: "loss on training rows after the last step",
  },
  heldout: {
    short: "held-out",
    name: "held-out loss",
    where: "on held-out rows",
    atStep: "loss on held-out rows",
    atEnd: "loss on held-out rows after the last step",
  },
  running: {
    short: "running mean",
    name: "running mean of the loss",
    where: "as a running mean",
    atStep: "mean of all batch losses since step 1",
    atEnd: "running mean of the loss after the last step",
  },
};

/** What metrics of tasks are called, in the order in which they are shown: of each kind the first is the one that counts. */
export const METRIC_WORDS: Readonly<Record<string, string>> = {
  auc: "AUC",
  rSquared: "R2",
  accuracy: "accuracy",
  rmse: "RMSE",
  mae: "MAE",
  f1Macro: "macro F1",
  averagePrecision: "average precision",
  aucError: "AUC's standard error within a split (DeLong)",
  gauc: "GAUC",
  ndcg: "NDCG",
  mrr: "MRR",
  logLoss: "log loss (nats)",
  calibrationError: "calibration error (ECE)",
};

/** What a metric is called, also one in the user's code. */
export function metricLabel(metric: string): string {
  return METRIC_WORDS[metric] ?? metric.replace(/_$/, "");
}

/** Digits behind the point: those that the interval allows where a metric is in the label's units, which may be large. */
export function metricDigits(metric: string, estimate: Estimate): number {
  return ["rmse", "mae"].includes(metric) ? digitsOf(estimate) : 4;
}

/** The paper studies pairs of tasks: its numbers are compared with no other sweep. */
export const PAPER_TASKS = 2;
