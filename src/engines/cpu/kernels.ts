import { readFileSync } from "node:fs";

/** The kernels' entry points; all addresses and strides are bytes. See kernels/ for what each does. */
export interface Kernels {
  train(
    ...args: [member: number, x: number, xBytes: number, labels: number, labelBytes: number, B: number, ...Limits]
  ): number;
  run(begin: number, end: number, x: number, weights: number, P: number, optimizer: number): void;
  evaluate(member: number, x: number, stride: number, labels: number, rows: number, most: number): void;
  normals(
    ...args: [out: number, stride: number, D: number, P: number, first: number, step: number, k0: number, k1: number]
  ): void;
  labels(generator: number, x: number, stride: number, noise: number, out: number, P: number): void;
  panelsToRows(panels: number, stride: number, rows: number, rowBytes: number, P: number): void;
  gatherRows(rows: number, rowBytes: number, ids: number, panels: number, stride: number, P: number): void;
  gatherLabels(set: number, ids: number, out: number, K: number, P: number): void;
}

type Limits = [steps: number, limit: number];

/** Written by `npm run kernels`; found from src/ and from dist/ alike. */
const KERNELS = new URL("../../../dist/engines/cpu/kernels.wasm", import.meta.url);
const PAGE_BYTES = 65_536;

export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(KERNELS));
}

/** One worker's kernels and their linear memory, which grows between groups of runs and never while one trains. */
export class Machine {
  readonly kernels: Kernels;
  readonly memory = new WebAssembly.Memory({ initial: 1 });

  constructor(module: WebAssembly.Module) {
    const abort = () => {
      throw new Error("the kernels stopped: unreachable");
    };
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory, abort } });
    this.kernels = exports as unknown as Kernels;
  }

  /** Makes room for `bytes` in all. */
  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.memory.grow(missing);
  }

  float32(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  float64(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  uint32(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }
}
