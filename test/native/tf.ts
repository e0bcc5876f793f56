import { createRequire } from "node:module";
import { join } from "node:path";
import type { Tf } from "../../src/engines/tfjs/tf.ts";

/** The tfjs of the binding under MMOE_CUDA_HOME. */
export function nativeTf(): Tf {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  const home = process.env.MMOE_CUDA_HOME as string;
  return createRequire(join(home, "package.json"))("@tensorflow/tfjs-node-gpu") as Tf;
}
