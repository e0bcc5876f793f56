import { createRequire } from "node:module";
import type { Tensor } from "@tensorflow/tfjs-core";
import { MMOE } from "../../called-as.ts";
import { findBinding, loadBinding } from "../../cuda/binding.ts";
import { NotInstalled, UsageError, unreachable } from "../../errors.ts";
import { familyGradients } from "./gradients.ts";

/** The TensorFlow.js in use: a value, as the CUDA package brings an instance of its own. */
export type Tf = typeof import("@tensorflow/tfjs-core");

/** `wasm`: SIMD kernels on one thread; `cpu`: plain JavaScript; `tensorflow`: its C library, with CUDA or without. */
export type Backend = "wasm" | "cpu" | "tensorflow";

/** The release that the engine is tested with; package.json names it, too. */
const TFJS_VERSION = "4.22.0";

/** `import()` would first read all of the core for the names that it exports, which takes longer than to run it. */
const require = createRequire(import.meta.url);

/** Loads TensorFlow.js without its banner and readies `backend`. */
export async function loadTf(backend: Backend): Promise<Tf> {
  const tf = instanceWith(backend);
  tf.enableProdMode();
  const started = await withoutNewListeners(() => tf.setBackend(backend));
  if (!started) throw new Error(`tfjs: backend ${backend} did not start`);
  return tf;
}

/** TensorFlow.js with `backend` registered. */
function instanceWith(backend: Backend): Tf {
  switch (backend) {
    case "tensorflow":
      return nativeTf();
    case "wasm":
    case "cpu":
      return coreTf(`@tensorflow/tfjs-backend-${backend}`);
    default:
      return unreachable(backend);
  }
}

/**
 * The core with the package of a backend. They are optional: npm installs them on request. Layers, converters and data
 * sets, which the whole of tfjs has, would be 200 MB more.
 */
function coreTf(backend: string): Tf {
  const core = "@tensorflow/tfjs-core";
  try {
    require(backend);
    return withGradients(require(core));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    const install = `npm install ${core}@${TFJS_VERSION} ${backend}@${TFJS_VERSION}`;
    throw new NotInstalled(`TensorFlow.js is not installed beside ${MMOE}`, `${install}; or leave out --engine tfjs`);
  }
}

/** With the gradients that it lacks: the core all of them, the whole of tfjs those of comparisons and of the largest. */
function withGradients(tf: Tf): Tf {
  const lacking = familyGradients(tf).filter((one) => !tf.getGradient(one.kernelName));
  for (const config of lacking) tf.registerGradient(config);
  return tf;
}

/** The instance that comes with TensorFlow's binding. */
function nativeTf(): Tf {
  const binding = findBinding(process.env);
  if (binding === undefined)
    throw new NotInstalled("TensorFlow is not set up", `${MMOE} cuda setup does it (with --cpu for the CPU alone)`);
  try {
    return withGradients(loadBinding(binding) as Tf);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `${binding.folder}: TensorFlow does not load: ${(error as Error).message}; see ${MMOE} doctor`,
    );
  }
}

/** The wasm module listens for uncaught errors, and prints itself with them: 100 kB on one line. */
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
