import { type Binding, tensorflowBackend } from "../../src/engines/tfjs/tensorflow-backend.ts";
import type { Tf } from "../../src/engines/tfjs/tf.ts";

/** The number of operations that `body` executes one by one on the tensorflow backend. */
export async function operationsOf(tf: Tf, body: () => Promise<unknown>): Promise<number> {
  const backend = tensorflowBackend(tf);
  const { binding } = backend;
  let count = 0;
  const executeOp: Binding["executeOp"] = (...call) => {
    count++;
    return binding.executeOp(...call);
  };
  backend.binding = Object.create(binding, { executeOp: { value: executeOp } }) as Binding;
  try {
    await body();
    return count;
  } finally {
    backend.binding = binding;
  }
}
