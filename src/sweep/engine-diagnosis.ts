import { MMOE } from "../called-as.ts";
import type { CudaFacts } from "../cuda/diagnosis.ts";
import type { Problem } from "../cuda/home.ts";
import type { KernelSet } from "../engines/cpu/kernel-sets.ts";
import { availableKernels } from "../engines/cpu/native.ts";
import { NotInstalled } from "../errors.ts";
import { type EngineTrial, tryEngine } from "./engine-trial.ts";
import { type EngineOptions, kernelSet, loadEngine, type TfjsBackend } from "./engines.ts";

/** Whether an engine trains on this machine, how fast, and what to do if it does not. */
export interface EngineDiagnosis extends Partial<EngineTrial> {
  /** Its name on the command line. */
  readonly engine: string;
  readonly works: boolean;
  /** False for an optional engine whose packages are not there. */
  readonly installed?: boolean;
  readonly problem?: string;
  readonly fix?: string;
}

/** The cpu engine's kernel sets that run here, the fastest first, and the one that it trains on. */
export interface KernelFacts {
  readonly inUse: KernelSet;
  readonly sets: readonly KernelSet[];
  /** Why no native set runs. */
  readonly problem?: string;
}

/** Throws UsageError if the kernels that the user asks for do not run here. */
export function kernelFacts(options: Pick<EngineOptions, "kernels" | "env">): KernelFacts {
  return { inUse: kernelSet(options), ...availableKernels() };
}

interface Candidate {
  readonly name: "cpu" | "tfjs" | "cuda";
  readonly kernels?: KernelSet;
  /** True for the kernels that are taken unless others are asked for. */
  readonly inUse?: boolean;
  readonly backend?: TfjsBackend;
}

/** The engines to try: cpu with each kernel set, TensorFlow on the CPU only if it has no card. */
export function candidates({ trial }: CudaFacts, { inUse, sets }: KernelFacts): Candidate[] {
  const isOnCpu = trial?.onCard === false && trial.problem === undefined;
  const others = sets.filter((set) => set !== inUse);
  return [
    { name: "cpu", kernels: inUse, inUse: true },
    ...others.map((kernels) => ({ name: "cpu", kernels }) as const),
    { name: "tfjs" },
    ...(isOnCpu ? [{ name: "tfjs", backend: "tensorflow" } as const] : []),
    { name: "cuda" },
  ];
}

/** The engine's name on the command line. */
export function nameOf({ name, kernels, inUse = false, backend }: Candidate): string {
  if (kernels !== undefined && !inUse) return `${name} --kernels ${kernels}`;
  return backend === undefined ? name : `${name} --backend ${backend}`;
}

/** Whether cuda is set up and should work: there is a card to train on, or the binding is broken. */
export function shouldWork({ devices, binding, trial }: CudaFacts): boolean {
  return binding !== undefined && (devices || trial?.problem !== undefined);
}

/** Trains on an engine for a second, unless it is known not to work. */
export async function diagnoseEngine(candidate: Candidate, noCuda: Problem | undefined): Promise<EngineDiagnosis> {
  const { name, inUse: _, ...options } = candidate;
  if (name === "cuda" && noCuda !== undefined) return { engine: name, works: false, ...noCuda };
  try {
    const trial = await trialOf(name, options);
    const result = { engine: nameOf(candidate), works: trial.difference <= trial.tolerance, ...trial };
    if (result.works) return result;
    const rounded = name === "cuda" && process.env.NVIDIA_TF32_OVERRIDE === "1";
    const fix = rounded ? "unset NVIDIA_TF32_OVERRIDE: it rounds products to TF32" : REPORT;
    return { ...result, problem: "its losses differ from the reference", fix };
  } catch (error) {
    const missing = error instanceof NotInstalled ? error : undefined;
    if (missing) return { engine: name, works: false, installed: false, problem: missing.problem, fix: missing.fix };
    return { engine: nameOf(candidate), works: false, problem: (error as Error).message, fix: REPORT };
  }
}

const REPORT = `use another --engine; report this with ${MMOE} doctor --json`;

async function trialOf(name: Candidate["name"], options: EngineOptions): Promise<EngineTrial> {
  const engine = await loadEngine(name, options);
  try {
    return await tryEngine(engine);
  } finally {
    await engine.dispose();
  }
}
