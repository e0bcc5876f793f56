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
}

/**
 * Every such number. If it is declared here, it reaches the journal, `runs.csv`, merge, verify, the JSON Schemas, the
 * page of columns and, by its name, figures (`measureMean`).
 */
export const MEASURES: readonly Measure[] = [
  one("gateWeight", "expert", "mean weight that a task's gate gives an expert"),
  one("gateEntropy", "task", "mean entropy of a gate's weights, 1 for equal weights"),
  one("meanGateEntropy", "task", "entropy of a gate's mean weights, 1 for equal weights"),
  one("gateDistance", "pair", "Jensen-Shannon distance of two tasks' gates, from 0 to 1"),
  one("expertsInUse", "run", "perplexity of the experts' weights, means over rows and tasks", "experts"),
  one("deadUnits", "run", "share of the experts' units that no row turns on"),
  one("deadTowerUnits", "run", "share of the towers' ReLU units that no row turns on"),
  one("activeUnits", "run", "share of the experts' units that a row turns on"),
  one("gradientCosine", "pair", "cosine of two tasks' gradients on the parameters that they share"),
  one("gradientSimilarity", "pair", "magnitude similarity of two tasks' gradients, from 0 to 1"),
  one("curvatureBound", "pair", "PCGrad's curvature bounding measure of two tasks' gradients"),
  one("affinity", "run", "inter-task affinity, mean over ordered pairs of tasks"),
  one("unitAlignment", "task", "largest |cosine| of a first-layer unit's input weights with the task's vector"),
  one("alignment", "task", "|cosine| of the main direction of the prediction's gradients with the task's vector"),
  one("alignedLoss", "task", "loss of the best function of that direction", "label variance"),
];

function one(name: string, per: Measure["per"], meaning: string, unit = ""): Measure {
  return { name, per, unit, meaning: `${meaning} (docs/diagnostics.md)` };
}
