import { mean } from "../stats/moments.ts";
import { ownMetricName, validationName } from "../text.ts";
import { MEASURES, type Measure } from "./measures.ts";

/** A run's measures by name; some engines, and older versions, give fewer. */
export type Measures = Readonly<Record<string, number | readonly number[]>>;

/** K, from the number of pairs of tasks. */
export function tasksOfPairs(pairs: number): number {
  return (1 + Math.sqrt(1 + 8 * pairs)) / 2;
}

const isOwn = (name: string) => name.endsWith(ownMetricName(""));
const isValidation = (name: string) => name.startsWith(validationName(""));

/** The names of all measures of some runs. */
export function measureNames(runs: readonly { readonly measures?: Measures | undefined }[]): Set<string> {
  const names = new Set<string>();
  for (const { measures } of runs) for (const name in measures) names.add(name);
  return names;
}

/** The metrics in the user's code among the names of measures, on held-out rows. */
export function ownMetricsAmong(names: Iterable<string>): string[] {
  return [...new Set(names)].filter((name) => isOwn(name) && !isValidation(name)).sort();
}

/** The measures of some names: those that are declared, then those of metrics in the user's code. */
export function measuresAmong(names: ReadonlySet<string>): Measure[] {
  return [...MEASURES.filter(({ name }) => names.has(name)), ...[...names].filter(isOwn).sort().map(measureNamed)];
}

/** The declaration of a measure. Throws TypeError for a name that has none. */
export function measureNamed(name: string): Measure {
  const meaning = `a metric of the user's on ${isValidation(name) ? "validation" : "held-out"} rows`;
  const own: Measure = { name, per: "task", unit: "", meaning, some: true };
  const measure = isOwn(name) ? own : MEASURES.find((one) => one.name === name);
  if (measure === undefined) throw new TypeError(`measure '${name}' is not declared in records/measures.ts`);
  return measure;
}

/** Refuses a measure that is not declared, or of another length than declared: an engine's bug. */
export function checkMeasures(measures: Measures, tasks: number): void {
  for (const [name, value] of Object.entries(measures)) {
    const measure = measureNamed(name);
    const got = typeof value === "number" ? undefined : value.length;
    const experts = tasks * Math.max(1, Math.ceil((got ?? 0) / tasks));
    const expected = { run: undefined, task: tasks, pair: (tasks * (tasks - 1)) / 2, expert: experts }[measure.per];
    if (got !== expected) {
      const text = (length: number | undefined) => (length === undefined ? "a number" : `a list of ${length}`);
      throw new RangeError(`measure '${name}': expected ${text(expected)}, got ${text(got)}`);
    }
  }
}

/** A run's measure, the mean over tasks or pairs; NaN if it has none. Throws TypeError for a name that is not declared. */
export function measureMean(measures: Measures | undefined, name: string): number {
  return meanOfMeasure(measureNamed(name), [measures?.[name] ?? []].flat());
}

/** The mean over the tasks or pairs that have a measure. */
export function meanOfMeasure({ some }: Measure, values: readonly number[]): number {
  return mean(some ? values.filter((value) => !Number.isNaN(value)) : values);
}
