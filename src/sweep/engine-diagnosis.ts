import type { CudaFacts, Problem } from "../cuda/diagnosis.ts";
import { type EngineTrial, tryEngine } from "./engine-trial.ts";
import { type EngineOptions, loadEngine, type TfjsBackend } from "./engines.ts";

/** Whether an engine trains on this machine, how fast, and what to do if it does not. */
export interface EngineDiagnosis {
  /** Its name on the command line. */
  readonly engine: string;
  readonly works: boolean;
  readonly device?: string;
  readonly runStepsPerSecond?: number;
  readonly difference?: number;
  readonly tolerance?: number;
  readonly problem?: string;
  readonly fix?: string;
}

/** An engine that this machine may have. */
export interface Candidate {
  readonly name: "cpu" | "tfjs" | "cuda";
  readonly backend?: TfjsBackend;
}

/** The engines to try. TensorFlow on the CPU is tried only if it has no card. */
export function candidates({ binding, trial }: CudaFacts): Candidate[] {
  const loads = binding !== undefined && trial?.problem === undefined;
  return [
    { name: "cpu" },
    { name: "tfjs" },
    ...(loads && !trial?.onCard ? [{ name: "tfjs", backend: "tensorflow" } as const] : []),
    { name: "cuda" },
  ];
}

/** The engine's name on the command line. */
export function nameOf({ name, backend }: Candidate): string {
  return backend === undefined ? name : `${name} --backend ${backend}`;
}

/** Whether cuda is set up and should work: there is a card to train on, or the binding is broken. */
export function shouldWork({ devices, binding, trial }: CudaFacts): boolean {
  return binding !== undefined && (devices || trial?.problem !== undefined);
}

/** Trains on an engine for a second, unless it is known not to work. */
export async function diagnoseEngine(candidate: Candidate, noCuda: Problem | undefined): Promise<EngineDiagnosis> {
  const { name, ...options } = candidate;
  if (name === "cuda" && noCuda !== undefined) return { engine: name, works: false, ...noCuda };
  try {
    const trial = await trialOf(name, options);
    const result = { engine: nameOf(candidate), works: trial.difference <= trial.tolerance, ...trial };
    if (result.works) return result;
    const rounded = name === "cuda" && process.env.NVIDIA_TF32_OVERRIDE === "1";
    const fix = rounded ? "unset NVIDIA_TF32_OVERRIDE: it rounds products to TF32" : REPORT;
    return { ...result, problem: "its losses differ from the reference", fix };
  } catch (error) {
    return { engine: nameOf(candidate), works: false, problem: (error as Error).message, fix: REPORT };
  }
}

const REPORT = "use another --engine; report this with mmoe doctor --json";

async function trialOf(name: Candidate["name"], options: EngineOptions): Promise<EngineTrial> {
  const engine = await loadEngine(name, options);
  try {
    return await tryEngine(engine);
  } finally {
    await engine.dispose();
  }
}
