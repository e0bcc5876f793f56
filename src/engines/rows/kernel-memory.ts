const PAGE_BYTES = 65_536;

/**
 * Linear memory of kernels, which grows between groups of runs and never while one trains. WebAssembly's, for native
 * kernels too: it begins at a page, grows where it is, and is 0.
 */
export class KernelMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1 });

  /** Makes room for `bytes` in total. */
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

/** Compiled WebAssembly kernels and their memory. */
export class WasmInstance<Kernels> extends KernelMemory {
  readonly kernels: Kernels;

  /** `module` exports `Kernels`. */
  constructor(module: WebAssembly.Module) {
    super();
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    this.kernels = exports as Kernels;
  }
}
