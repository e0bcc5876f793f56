/** A number that a run records in addition to its losses, such as the entropy of its gates. */
export interface Measure {
  /** Its name in `RunResult.measures` of engines, in columns and in figures. */
  readonly name: string;
  /** One number for each run, for each task, or for each pair of tasks: (1, 2), (1, 3), ..., (2, 3), ... */
  readonly per: "run" | "task" | "pair";
  /** Empty for a number without unit. */
  readonly unit: string;
  readonly meaning: string;
}

/**
 * Every such number. If it is declared here, it reaches the journal, `runs.csv`, merge, verify, the JSON Schemas, the
 * page of columns and, by its name, figures (`measureMean`).
 */
export const MEASURES: readonly Measure[] = [];
