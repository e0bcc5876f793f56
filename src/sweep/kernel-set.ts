import { didYouMean } from "../config/suggest.ts";
import type { Env } from "../cuda/home.ts";
import { chooseKernels } from "../engines/cpu/choose-kernels.ts";
import { KERNEL_CHOICES, type KernelChoice, type KernelSet } from "../engines/cpu/kernel-sets.ts";
import { availableKernels } from "../engines/cpu/native.ts";
import { UsageError } from "../errors.ts";

interface KernelOptions {
  /** As EngineOptions.kernels. */
  readonly kernels?: KernelChoice;
  readonly env?: Env;
  readonly note?: (line: string) => void;
}

const VARIABLE = "MMOE_KERNELS";

let toldWhyNotNative = false;

/**
 * The kernels that the cpu engine trains on. If the user chose none, a note says once a process why they are not native.
 * Throws UsageError for kernels that do not run here.
 */
export function kernelSet({ kernels, env = process.env, note = () => {} }: KernelOptions = {}): KernelSet {
  const variable = env[VARIABLE] || "auto";
  const choice = KERNEL_CHOICES.find((one) => one === (kernels ?? variable));
  if (choice === undefined) {
    const known = `expected one of ${KERNEL_CHOICES.join(", ")}`;
    throw new UsageError(`${VARIABLE}: ${known}, got '${variable}'${didYouMean(variable, KERNEL_CHOICES)}`);
  }
  if (choice === "wasm") return choice; // native kernels are not loaded: they may be what is broken
  const here = availableKernels();
  if (choice === "auto" && here.problem !== undefined && !toldWhyNotNative) {
    toldWhyNotNative = true;
    note(`${here.problem}; training on WebAssembly, which is slower (--kernels wasm leaves out this line)`);
  }
  return chooseKernels(choice, kernels === undefined ? VARIABLE : "--kernels", here);
}
