import type { Engine } from "../engines/engine.ts";

export const ENGINE_NAMES = ["cpu", "tfjs"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const TFJS_BACKENDS = ["wasm", "cpu"] as const;

export interface EngineOptions {
  /** Worker threads of the cpu engine; by default the cores that this process may use. */
  readonly jobs?: number;
  /** What the tfjs engine computes on. */
  readonly backend: (typeof TFJS_BACKENDS)[number];
}

/** Loads one engine; the other's code stays on disk. */
export async function loadEngine(name: EngineName, { jobs, backend }: EngineOptions): Promise<Engine> {
  if (name === "tfjs") {
    const { createTfjsEngine } = await import("../engines/tfjs/engine.ts");
    return createTfjsEngine({ backend });
  }
  const { CpuEngine } = await import("../engines/cpu/cpu-engine.ts");
  return new CpuEngine(jobs === undefined ? {} : { jobs });
}
