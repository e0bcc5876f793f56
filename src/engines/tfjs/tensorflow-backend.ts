// The parts of @tensorflow/tfjs-node and -gpu that recording uses: optional packages, so their types are not available.
import type { Tensor, TypedArray } from "@tensorflow/tfjs-core";
import type { Tf } from "./tf.ts";

interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
}

export interface BindingAttribute {
  readonly name: string;
  /** One of the binding's TF_ATTR numbers. */
  readonly type: number;
  readonly value: unknown;
}

/** The native part: every operation and every constant passes here, tensors as numbers. */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: ArrayLike<number>): number;
  tensorDataSync(id: number): TypedArray;
  executeOp(op: string, attributes: BindingAttribute[], inputs: number[], outputs: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  /** Runs what the outputs need in the model's session; names are joined by commas. */
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

export interface TensorflowBackend {
  binding: Binding;
  /** The tensors' numbers; sends tensors to the device that are only on the host. */
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  /** Keeps host values under a new data id, to be sent when an operation needs them. */
  write(values: unknown, shape: number[], dtype: string): object;
  executeSingleOutput(op: string, attributes: BindingAttribute[], inputs: readonly Tensor[]): Tensor;
}

/** The backend in use. Throws TypeError unless it is TensorFlow's. */
export function tensorflowBackend(tf: Tf): TensorflowBackend {
  const backend = tf.backend();
  if (!("binding" in backend))
    throw new TypeError(`tensorflowBackend: expected the backend tensorflow, got ${tf.getBackend()}`);
  return backend as unknown as TensorflowBackend;
}
