import type { KernelConfig, Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import type { TensorflowBackend } from "./tensorflow-backend.ts";

interface GatherArguments {
  readonly inputs: { readonly x: Tensor; readonly indices: Tensor };
  readonly attrs: { readonly axis: number; readonly batchDims: number };
  readonly backend: TensorflowBackend;
}

/** Calls `body` while tf.gather does not read its indices: tfjs checks their range in JavaScript, a graph by itself. */
export function withUncheckedGather<R>(tf: Tf, body: () => R): R {
  const checked = tf.getKernel("GatherV2", tf.getBackend());
  const kernelFunc = ({ inputs: { x, indices }, attrs: { axis, batchDims }, backend }: GatherArguments) => {
    const attributes = [{ name: "batch_dims", type: backend.binding.TF_ATTR_INT, value: batchDims }];
    return backend.executeSingleOutput("GatherV2", attributes, [x, indices, tf.scalar(axis, "int32")]);
  };
  replaceKernel(tf, { ...checked, kernelFunc: kernelFunc as unknown as KernelConfig["kernelFunc"] });
  try {
    return body();
  } finally {
    replaceKernel(tf, checked);
  }
}

function replaceKernel(tf: Tf, kernel: KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel(kernel);
}
