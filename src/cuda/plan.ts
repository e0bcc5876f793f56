/** What a set-up is to be. */
export interface Plan {
  readonly home: string;
  /** TensorFlow's version. */
  readonly tensorflow: string;
  /** TensorFlow for the CPU alone. */
  readonly cpu: boolean;
}

/** Its wheels hold libraries for CUDA 12.5 with code for Hopper, and the C API that the binding was written for. */
export const TENSORFLOW_VERSION = "2.18.1";
