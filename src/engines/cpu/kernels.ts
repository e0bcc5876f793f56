import type { KernelMemory } from "../rows/kernel-memory.ts";
import type { RowKernels } from "../rows/row-kernels.ts";
import type { Arithmetic } from "../training-settings.ts";
import type { KernelSet, NativeSet } from "./kernel-sets.ts";

/** Entry points that train, in addition to those that make rows; all addresses and strides are bytes. See kernels/. */
export interface Kernels extends RowKernels {
  train(
    ...args: [slot: number, x: number, xBytes: number, labels: number, labelBytes: number, B: number, ...Limits]
  ): number;
  execute(
    ...args: [begin: number, end: number, x: number, weights: number, P: number, optimizer: number, panelRows: number]
  ): void;
  evaluate(
    ...args: [slot: number, x: number, stride: number, labels: number, rows: number, unit: number, ...EvaluateEnd]
  ): void;
}

type Limits = [steps: number, limit: number];
/** The first rows, whose losses are added up; the address of the outputs of all, row after row, or 0 for none. */
type EvaluateEnd = [counted: number, out: number];

/** A worker's kernels and their memory. */
export type KernelInstance = KernelMemory & {
  readonly set: KernelSet;
  /** In portable arithmetic. Rows are the same bits in any. */
  readonly kernels: Kernels;
  /** Throws RangeError for an arithmetic that the set lacks here. */
  kernelsOf(arithmetic: Arithmetic): Kernels;
};

/** What a worker needs for its kernels: WebAssembly is compiled once for all. */
export type KernelSource = { readonly set: NativeSet } | { readonly set: "wasm"; readonly module: WebAssembly.Module };
