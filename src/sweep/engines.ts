import type { Engine } from "../engines/engine.ts";

export const ENGINE_NAMES = ["cpu"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface EngineOptions {
  /** Worker threads of the cpu engine; by default the cores that this process may use. */
  readonly jobs?: number;
}

/** Loads one engine; the others' code stays on disk. */
export async function loadEngine(_name: EngineName, { jobs }: EngineOptions): Promise<Engine> {
  const { CpuEngine } = await import("../engines/cpu/cpu-engine.ts");
  return new CpuEngine(jobs === undefined ? {} : { jobs });
}
