/** How far a run is whose number of steps is chosen: in one of its tries, or in its training. */
export interface StepChoice {
  /** Steps of all tries before. */
  readonly tried: number;
  /** Those of the try, or the number that is chosen. */
  readonly steps: number;
  /** Steps between two looks at the validation rows; absent once the number is chosen. */
  readonly evalEvery?: number;
  /** The loss that chose the number; absent before. */
  readonly validationLoss?: number;
}
