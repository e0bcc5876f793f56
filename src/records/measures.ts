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

/** What a run has of them, by name: some engines, and older versions, give fewer. */
export type Measures = Readonly<Record<string, number | readonly number[]>>;

/** K of as many pairs of tasks. */
export function tasksOfPairs(pairs: number): number {
  return (1 + Math.sqrt(1 + 8 * pairs)) / 2;
}

/** Refuses a measure that is not declared, or of another length than declared: an engine's bug. */
export function checkMeasures(measures: Measures, tasks: number): void {
  for (const [name, value] of Object.entries(measures)) {
    const measure = MEASURES.find((one) => one.name === name);
    if (measure === undefined) throw new TypeError(`measure '${name}' is not declared in records/measures.ts`);
    const expected = { run: undefined, task: tasks, pair: (tasks * (tasks - 1)) / 2 }[measure.per];
    const got = typeof value === "number" ? undefined : value.length;
    if (got !== expected) {
      const text = (length: number | undefined) => (length === undefined ? "a number" : `${length} numbers`);
      throw new RangeError(`measure '${name}': expected ${text(expected)}, got ${text(got)}`);
    }
  }
}
