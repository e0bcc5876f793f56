/** What a set-up is to be. */
export interface Plan {
  readonly home: string;
  /** TensorFlow's version. */
  readonly tensorflow: string;
  /** TensorFlow for the CPU alone. */
  readonly cpu: boolean;
}

/**
 * Its wheel is built, as it says itself, for CUDA 12.5 and sm_60, 70, 80, 89 and compute_90 (Hopper); it has the C API
 * that the binding was written for.
 */
export const TENSORFLOW_VERSION = "2.18.1";
