/** The constants of section 3.2's generator. */
export interface GeneratorSettings {
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
  /** Labels as equation 4 gives them; otherwise z-scored by the population's moments. */
  readonly rawLabels?: boolean;
  /** Labels are 1 where that number is above 0, else 0. */
  readonly binaryLabels?: boolean;
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
