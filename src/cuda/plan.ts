/** Options of a set-up. */
export interface Plan {
  readonly home: string;
  /** TensorFlow for the CPU alone. */
  readonly cpu: boolean;
}
