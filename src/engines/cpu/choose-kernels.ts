import { UsageError } from "../../errors.ts";
import type { Arithmetic } from "../training-settings.ts";
import type { KernelChoice, KernelSet, NativeSet } from "./kernel-sets.ts";
import { availableKernels, fuses } from "./native.ts";

/** The processors that a set is for, and what such a processor may lack. */
const NEEDS: Readonly<Record<NativeSet, { arch: string; instructions: string }>> = {
  avx512: { arch: "x64", instructions: "AVX-512 (F, DQ, BW, VL)" },
  avx2: { arch: "x64", instructions: "AVX2" },
  neon: { arch: "arm64", instructions: "NEON" },
};

/**
 * The kernel set for a choice. Throws UsageError for a set that does not run here; `option` is how the user chose it,
 * e.g. `--kernels`.
 */
export function chooseKernels(choice: KernelChoice, option: string, here = availableKernels()): KernelSet {
  const { sets, problem } = here;
  if (choice === "auto") return sets[0];
  if (sets.includes(choice)) return choice;
  const why = whyNot(choice as NativeSet, problem);
  throw new UsageError(`${option} ${choice}: ${why}; give one that runs here: ${["auto", ...sets].join(", ")}`);
}

/** Throws UsageError for an arithmetic that a kernel set lacks here. */
export function checkArithmetic(arithmetic: Arithmetic, set: KernelSet, here = availableKernels(), has = fuses): void {
  if (arithmetic === "portable" || has(set)) return;
  const able = here.sets.filter(has);
  const why = here.problem === undefined || able.length > 0 ? "" : ` (${here.problem})`;
  const use = able.length > 0 ? `use --kernels ${able.join(" or ")}, or` : "use";
  throw new UsageError(`arithmetic ${arithmetic} is not in the kernels ${set}${why}; ${use} --set arithmetic=portable`);
}

function whyNot(set: NativeSet, problem: string | undefined): string {
  const { arch, instructions } = NEEDS[set];
  if (process.arch !== arch) return `those kernels are for ${arch} processors, and this one is ${process.arch}`;
  return problem ?? `this processor, or its system, has no ${instructions}`;
}
