import { validationName } from "../text.ts";

/** A number that a run records in addition to its losses, such as the entropy of its gates. */
export interface Measure {
  /** Its name in `RunResult.measures` of engines, in columns and in figures. */
  readonly name: string;
  /**
   * One number for each run, for each task, for each pair of tasks: (1, 2), (1, 3), ..., (2, 3), ..., or for each task
   * and expert: (1, 1), ..., (1, E), (2, 1), ...
   */
  readonly per: "run" | "task" | "pair" | "expert";
  /** Empty for a number without unit. */
  readonly unit: string;
  readonly meaning: string;
  /** Whether only tasks of some kinds have it: means are over these. */
  readonly some?: true;
}

/** Metrics of tasks, on held-out rows: of a run with validation rows, on its test rows. */
const METRICS: readonly Measure[] = [
  metric("auc", "area under the ROC curve of a binary task on held-out rows"),
  metric("aucError", "standard error of that area within the run's held-out rows (DeLong), given the trained model"),
  metric("averagePrecision", "average precision of a binary task on held-out rows"),
  metric("gauc", "mean of a binary task's AUC within groups of held-out rows, each counting by its rows"),
  metric("ndcg", "mean of a binary task's NDCG of the first rows of each group of held-out rows"),
  metric("mrr", "mean reciprocal rank of a binary task's first row of class 1 in each group of held-out rows"),
  metric("accuracy", "share of held-out rows whose class is predicted correctly"),
  metric("logLoss", "log loss of a binary or categorical task on held-out rows", "nats"),
  metric("f1Macro", "F1 of the classes on held-out rows, mean over classes"),
  metric("calibrationError", "expected calibration error (ECE) on held-out rows, over 15 bins of equal width"),
  metric("rSquared", "share of the held-out labels' variance that is explained (R2)"),
  metric("rmse", "root of the mean squared error on held-out rows", "the label's units"),
  metric("mae", "mean absolute error on held-out rows", "the label's units"),
];

/**
 * Every such number. If it is declared here, it reaches the journal, `runs.csv`, merge, verify, the JSON Schemas, the
 * page of columns and, by its name, figures (`measureMean`).
 */
export const MEASURES: readonly Measure[] = [
  one("gateWeight", "expert", "mean weight that a task's gate gives an expert"),
  one("gateEntropy", "task", "mean entropy of a gate's weights, 1 for equal weights"),
  one("meanGateEntropy", "task", "entropy of a gate's mean weights, 1 for equal weights"),
  one("gateDistance", "pair", "Jensen-Shannon distance of two tasks' gates, from 0 to 1"),
  one("expertsInUse", "run", "perplexity of the experts' mean weights over rows and tasks", "experts"),
  one("deadUnits", "run", "share of the experts' units that no row activates"),
  one("deadTowerUnits", "run", "share of the towers' ReLU units that no row activates"),
  one("activeUnits", "run", "mean share of the experts' units that a row activates"),
  one("gradientCosine", "pair", "cosine of two tasks' gradients on their shared parameters"),
  one("gradientSimilarity", "pair", "magnitude similarity of two tasks' gradients, from 0 to 1"),
  one("curvatureBound", "pair", "PCGrad's curvature bounding measure of two tasks' gradients"),
  one("affinity", "run", "inter-task affinity, mean over ordered pairs of tasks"),
  one("unitAlignment", "task", "largest |cosine| of a first-layer unit's input weights with the task's vector"),
  one("alignment", "task", "|cosine| of the main direction of the prediction's gradients with the task's vector"),
  one("alignedLoss", "task", "loss of the best function of the prediction's main gradient direction", "label variance"),
  {
    name: "validationLoss",
    per: "run",
    unit: "",
    meaning: "loss on the validation rows after the last step, mean over tasks",
  },
  metric("validationTaskLoss", "loss on the validation rows after the last step"),
  ...METRICS,
  ...METRICS.map(onValidationRows),
];

/** A number of tasks of some kinds: others have NaN, which means leave out. */
function metric(name: string, meaning: string, unit = ""): Measure {
  return { name, per: "task", unit, meaning, some: true };
}

/** A metric of held-out rows, measured on validation rows. */
function onValidationRows({ name, meaning, ...measure }: Measure): Measure {
  const words = meaning.replace("held-out", "validation");
  return { ...measure, name: validationName(name), meaning: words };
}

function one(name: string, per: Measure["per"], meaning: string, unit = ""): Measure {
  return { name, per, unit, meaning: `${meaning} (docs/diagnostics.md)` };
}
