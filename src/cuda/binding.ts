import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import util from "node:util";
import { firstCardOf } from "./cards.ts";
import { addonOf, BINDING_PACKAGE, cudaHome, type Env, layoutOf } from "./home.ts";

/** A built tfjs-node-gpu. */
export interface Binding {
  /** The package's. */
  readonly folder: string;
  /** What `mmoe cuda setup` made; undefined for a project's own package. */
  readonly home?: string;
}

/** The project's own, where the package is resolvable from `cwd`, else that of `mmoe cuda setup`. Loads nothing. */
export function findBinding(env: Env, cwd = process.cwd()): Binding | undefined {
  const project = folderFrom(cwd);
  if (project !== undefined && existsSync(addonOf(project))) return { folder: project };
  const home = cudaHome(env);
  const { binding, addon } = layoutOf(home);
  return existsSync(addon) ? { folder: binding, home } : undefined;
}

/** Whether it was set up to train on cards: not what `mmoe cuda setup --cpu` made. */
export function isForCards({ home }: Binding): boolean {
  return home === undefined || existsSync(layoutOf(home).nvidia);
}

function folderFrom(cwd: string): string | undefined {
  try {
    return dirname(createRequire(join(cwd, "package.json")).resolve(`${BINDING_PACKAGE}/package.json`));
  } catch {
    return undefined;
  }
}

/** The package's exports. It reads its settings from this process's environment: what the user set is kept. */
export function loadBinding({ folder, home }: Binding): unknown {
  for (const [name, value] of Object.entries(nativeSettings(home))) process.env[name] ??= value;
  process.env.CUDA_VISIBLE_DEVICES = firstCardOf(process.env); // of several its sessions use the first, its tensors the last
  Object.assign(util, GONE_SINCE_NODE_23);
  const require = createRequire(import.meta.url);
  const quiet = home === undefined ? "" : layoutOf(home).quiet;
  if (existsSync(quiet)) require(quiet);
  return require(folder);
}

/** The package calls these. */
const GONE_SINCE_NODE_23 = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown) => value === undefined || value === null,
};

/** What TensorFlow and NVIDIA's libraries read from the environment. */
export function nativeSettings(home?: string): Record<string, string> {
  const compiler = home === undefined ? "" : join(layoutOf(home).nvidia, "cuda_nvcc");
  return {
    TF_CPP_MIN_LOG_LEVEL: "3", // errors come as exceptions; the log holds much that is none
    TF_FORCE_GPU_ALLOW_GROWTH: "true", // else the first process takes all of a card's memory
    CUDA_DEVICE_ORDER: "PCI_BUS_ID", // cards are numbered as nvidia-smi numbers them
    NVIDIA_TF32_OVERRIDE: "0", // 10 bits of a product's 23 are not float32: engines would not agree
    ...(existsSync(compiler) ? { XLA_FLAGS: `--xla_gpu_cuda_data_dir=${compiler}` } : {}),
  };
}
