import { MMOE } from "../../called-as.ts";
import { UsageError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { isOnCard } from "./device.ts";
import { loadTf } from "./tf.ts";
import { createTfjsEngine } from "./tfjs-engine.ts";

interface CudaOptions {
  /** Compute on the CPU if TensorFlow sees no card. */
  readonly allowCpu?: boolean;
  /** Threads that make rows. */
  readonly jobs?: number;
  readonly note?: (line: string) => void;
}

/** The tfjs engine on TensorFlow with CUDA. Throws UsageError if it would compute on a CPU, unless that is allowed. */
export async function createCudaEngine({ allowCpu = false, ...options }: CudaOptions = {}): Promise<Engine> {
  const tf = await loadTf("tensorflow");
  if (!isOnCard(tf) && !allowCpu)
    throw new UsageError(
      `engine cuda: TensorFlow sees no card: ${MMOE} doctor says why; --allow-cpu trains on the CPU`,
    );
  return createTfjsEngine({ ...options, backend: "tensorflow", name: "cuda" });
}
