import type { Layout } from "../rows/panels.ts";

/** Instructions that kernels are compiled for, the fastest first. The numbers are the same bits with each. */
export const KERNEL_SETS = ["avx512", "avx2", "neon", "wasm"] as const;
export type KernelSet = (typeof KERNEL_SETS)[number];
export type NativeSet = Exclude<KernelSet, "wasm">;
/** A native set in portable or in fused arithmetic, as the binary names it. */
export type BuiltSet = NativeSet | `${NativeSet}Fused`;

/** What a user may ask for. `auto` is the fastest set that runs here. */
export const KERNEL_CHOICES = ["auto", "wasm", "avx2", "avx512", "neon"] as const;
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

/** float32 of a vector of the kernels (neon's are two registers), and the most rows that are laid out one after the other. */
const SIZES: Readonly<Record<KernelSet, { lanes: number; fewRows: number }>> = {
  avx512: { lanes: 16, fewRows: 8 },
  avx2: { lanes: 8, fewRows: 4 },
  neon: { lanes: 8, fewRows: 4 },
  wasm: { lanes: 4, fewRows: 4 },
};

/** How a set's kernels lay out rows and weights for batches of B rows. */
export function layoutOf(set: KernelSet, B: number): Layout {
  const { lanes, fewRows } = SIZES[set];
  return { panelRows: B <= fewRows ? 1 : lanes, lanes };
}
