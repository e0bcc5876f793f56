import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import util from "node:util";
import { UsageError } from "../errors.ts";
import { firstCardOf } from "./cards.ts";
import { addonOf, BINDING_PACKAGE, checkTrust, cudaHome, type Env, homePaths } from "./home.ts";

/** A built tfjs-node-gpu. */
export interface Binding {
  readonly folder: string;
  /** The home that `mmoe cuda setup` made; undefined for a package of the user's own. */
  readonly home?: string;
}

/** This package's folder, seen from src as from dist. */
const MMOE = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The binding that MMOE_TFJS_NODE_GPU names, else the one installed with mmoe, else the one that `mmoe cuda setup`
 * made. Never one of the working folder: the code there may be anybody's. Loads nothing.
 */
export function findBinding(env: Env, mmoe = MMOE): Binding | undefined {
  if (env.MMOE_TFJS_NODE_GPU) return ownBinding(env.MMOE_TFJS_NODE_GPU);
  const installed = installedWith(resolve(mmoe)).find((folder) => existsSync(addonOf(folder)));
  if (installed !== undefined) return { folder: installed };
  const home = cudaHome(env);
  const { binding, addon } = homePaths(home);
  return existsSync(addon) ? { folder: binding, home } : undefined;
}

/** Whether it was set up to train on cards, unlike a binding of `mmoe cuda setup --cpu`. */
export function isForCards({ home }: Binding): boolean {
  return home === undefined || existsSync(homePaths(home).nvidia);
}

function ownBinding(named: string): Binding {
  const folder = resolve(named);
  if (existsSync(addonOf(folder))) return { folder };
  throw new UsageError(
    `MMOE_TFJS_NODE_GPU: ${folder} is not a built ${BINDING_PACKAGE} (it has no ${addonOf("")}); build it, or unset this`,
  );
}

/**
 * Folders where npm installs it: inside mmoe, or beside it. Unlike Node, no folders above: they may be somebody else's.
 */
function installedWith(mmoe: string): string[] {
  const beside = dirname(mmoe);
  const modules = [join(mmoe, "node_modules"), ...(basename(beside) === "node_modules" ? [beside] : [])];
  return modules.map((folder) => join(folder, BINDING_PACKAGE));
}

/**
 * The package's exports. The package reads its settings from this process's environment; values of the user are kept.
 * Throws UsageError for a home that others could have changed.
 */
export function loadBinding({ folder, home }: Binding): unknown {
  if (home !== undefined) checkTrust(home);
  for (const [name, value] of Object.entries(nativeSettings(home))) process.env[name] ??= value;
  process.env.CUDA_VISIBLE_DEVICES = firstCardOf(process.env); // of several its sessions use the first, its tensors the last
  Object.assign(util, GONE_SINCE_NODE_23);
  const require = createRequire(import.meta.url);
  const quiet = home === undefined ? "" : homePaths(home).quiet;
  if (existsSync(quiet)) require(quiet);
  return require(folder);
}

/** Functions that the package calls. */
const GONE_SINCE_NODE_23 = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown) => value === undefined || value === null,
};

/** Environment variables that TensorFlow and NVIDIA's libraries read. */
export function nativeSettings(home?: string): Record<string, string> {
  const compiler = home === undefined ? "" : join(homePaths(home).nvidia, "cuda_nvcc");
  return {
    TF_CPP_MIN_LOG_LEVEL: "3", // errors come as exceptions; most of the log is not errors
    TF_FORCE_GPU_ALLOW_GROWTH: "true", // else the first process takes all of a card's memory
    CUDA_DEVICE_ORDER: "PCI_BUS_ID", // cards are numbered as nvidia-smi numbers them
    NVIDIA_TF32_OVERRIDE: "0", // TF32 has 10 bits of float32's 23: engines would not agree
    ...(existsSync(compiler) ? { XLA_FLAGS: `--xla_gpu_cuda_data_dir=${compiler}` } : {}),
  };
}
