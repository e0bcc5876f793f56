/** The constants of section 3.2's generator. */
export interface GeneratorConstants {
  /** Input dimension d. */
  readonly inputs: number;
  /** The paper's c: the length of every task vector. */
  readonly scale: number;
  /** Frequencies of the label's sines, [m]; the same for all tasks. */
  readonly alpha: readonly number[];
  /** Phases of the label's sines, in radians, [m]. */
  readonly beta: readonly number[];
  /** Standard deviation of the label noise (the paper's 0.01 is its variance). */
  readonly noiseStd: number;
}

/** What may be another for each task. */
interface LabelSettings {
  readonly noiseStd: number;
  /** What raw labels are multiplied by; 1 if absent. */
  readonly labelScale?: number;
  /** Labels are 1 where that number is above a threshold, else 0. */
  readonly binaryLabels?: boolean;
  /** The share of binary labels that are 1, in the population; if absent, the threshold is 0. */
  readonly positives?: number;
  /** The share of rows that have the label, drawn by chance for each task; 1 if absent. */
  readonly labelled?: number;
}

export interface GeneratorSettings extends GeneratorConstants, LabelSettings {
  /** Labels as equation 4 gives them; otherwise z-scored by the population's moments. */
  readonly rawLabels?: boolean;
  /** What each task has in place of what all have, [K]; absent if tasks differ in their vectors alone. */
  readonly tasks?: readonly Partial<LabelSettings>[];
}

/** The settings of a task, by its number from 0, as if all tasks had them. */
export function settingsOf({ tasks, ...common }: GeneratorSettings, task: number): GeneratorSettings {
  return { ...common, ...tasks?.[task] };
}

/** Whether some rows lack the label of some task. */
export function hasGaps({ labelled = 1, tasks = [] }: GeneratorSettings): boolean {
  return labelled < 1 || tasks.some((task) => (task.labelled ?? 1) < 1);
}

/**
 * What constants may be: with larger ones the engines' sine gets inexact, with a smaller scale the labels' variance. More
 * inputs than these are in no engine's memory.
 */
export const GENERATOR_LIMITS = {
  inputs: 1_000_000,
  scale: [1e-4, 1000],
  alpha: 10_000,
  beta: 10_000,
  noiseStd: 1000,
  sines: 100,
} as const;
