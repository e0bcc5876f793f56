import { type Layout, PANELS } from "../rows/panels.ts";

/** Instructions that kernels are compiled for, the fastest first. The numbers are the same bits with each. */
export const KERNEL_SETS = ["avx512", "avx2", "neon", "wasm"] as const;
export type KernelSet = (typeof KERNEL_SETS)[number];
export type NativeSet = Exclude<KernelSet, "wasm">;

/** What a user may ask for. `auto` is the fastest set that runs here. */
export const KERNEL_CHOICES = ["auto", "wasm", "avx2", "avx512", "neon"] as const;
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

/** float32 that kernels take side by side; neon and wasm use two registers. */
const LANES: Readonly<Record<KernelSet, number>> = { avx512: 16, avx2: 8, neon: 8, wasm: 8 };

/** How a set's kernels lay out rows and weights for batches of B rows. */
export function layoutOf(set: KernelSet, B: number): Layout {
  const lanes = LANES[set];
  if (B <= lanes / 2) return { panelRows: 1, lanes, weights: "strips" };
  return set === "wasm" ? PANELS : { panelRows: lanes, lanes, weights: "units" };
}
