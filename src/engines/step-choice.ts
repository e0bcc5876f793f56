/** How far a run is whose number of steps is chosen: in its try, or in its training. */
export interface StepChoice {
  /** Steps of its try, once that is over; before, 0. */
  readonly tried: number;
  /** The most that it is tried for, or the number that is chosen. */
  readonly steps: number;
  /** Steps between two looks at the validation rows; absent once the number is chosen. */
  readonly evalEvery?: number;
  /** The loss that chose the number; absent before. */
  readonly validationLoss?: number;
}
