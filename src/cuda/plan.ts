/** What a set-up is to be. */
export interface Plan {
  readonly home: string;
  /** TensorFlow for the CPU alone. */
  readonly cpu: boolean;
}
