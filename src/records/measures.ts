/** A number that a run records beside its losses, such as the entropy of its gates. */
export interface Measure {
  /** As engines give it in `RunResult.measures`, and as columns and figures name it. */
  readonly name: string;
  /** One number a run, a list of K, or one a pair of tasks: (1, 2), (1, 3), ..., (2, 3), ... */
  readonly per: "run" | "task" | "pair";
  /** Empty for a number without one. */
  readonly unit: string;
  readonly meaning: string;
}

/**
 * Every such number. One that is declared here reaches the journal, `runs.csv`, merge, verify, the JSON Schemas, the page
 * of columns and, by its name, figures (`measureMean`).
 */
export const MEASURES: readonly Measure[] = [];
