import type { Tensor } from "@tensorflow/tfjs";

/** The TensorFlow.js in use: a value, as the CUDA package brings an instance of its own. */
export type Tf = typeof import("@tensorflow/tfjs");

/** `wasm`: SIMD kernels on one thread; `cpu`: plain JavaScript. */
export type Backend = "wasm" | "cpu";

/** Loads TensorFlow.js without its banner and readies `backend`. */
export async function loadTf(backend: Backend): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs");
  tf.enableProdMode();
  if (backend === "wasm") await import("@tensorflow/tfjs-backend-wasm");
  const started = await withoutNewListeners(() => tf.setBackend(backend));
  if (!started) throw new Error(`tfjs: backend ${backend} did not start`);
  return tf;
}

/** The wasm module listens for any error that nobody catches, and prints itself beside it: 100 kB on one line. */
async function withoutNewListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  const result = await start();
  for (const [i, event] of events.entries()) {
    for (const listener of process.rawListeners(event))
      if (!before[i]?.includes(listener)) process.removeListener(event, listener as () => void);
  }
  return result;
}

/** Refuses a tensor of another shape than `expected`, whose keys are axis letters. */
export function expectShape(what: string, { shape }: Tensor, expected: Record<string, number>): void {
  const sizes = Object.values(expected);
  if (shape.length === sizes.length && sizes.every((size, axis) => size === shape[axis])) return;
  const wanted = Object.entries(expected).map(([axis, size]) => `${axis}=${size}`);
  throw new RangeError(`${what}: expected shape [${wanted.join(", ")}], got [${shape.join(", ")}]`);
}
