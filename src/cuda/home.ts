import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../text.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** The package that binds TensorFlow's C API to Node. */
export const BINDING_PACKAGE = "@tensorflow/tfjs-node-gpu";

/**
 * The folder in which `mmoe cuda setup` puts TensorFlow and its binding: MMOE_CUDA_HOME, else one in the user's data.
 */
export function cudaHome(env: Env): string {
  if (env.MMOE_CUDA_HOME) return resolve(env.MMOE_CUDA_HOME);
  const data = env.XDG_DATA_HOME ?? "";
  return join(isAbsolute(data) ? data : join(env.HOME ?? homedir(), ".local/share"), "mmoe/cuda");
}

export function homePaths(home: string) {
  const libraries = join(home, "libraries");
  const binding = join(home, "node_modules", BINDING_PACKAGE);
  return {
    /**
     * As in a site-packages folder: `tensorflow` and `nvidia` side by side, as TensorFlow looks for NVIDIA's libraries.
     */
    libraries,
    tensorflow: join(libraries, "tensorflow"),
    nvidia: join(libraries, "nvidia"),
    binding,
    addon: addonOf(binding),
    /** A library that loads TensorFlow without its log. */
    quiet: join(home, "quiet.node"),
    /** Copies of what assets/cuda had when it was made. */
    madeFrom: join(home, "made-from"),
  } as const;
}

/** The compiled binding of a package's folder; Node-API 8 is the newest that the package asks for. */
export function addonOf(folder: string): string {
  return join(folder, "lib/napi-v8/tfjs_binding.node");
}

/** Lists of packages, C++ of mmoe's own and `setup.sh`, seen from src as from dist. */
export const SETUP_FILES = fileURLToPath(new URL("../../assets/cuda/", import.meta.url));

/** Whether a home was made of the packages and sources of this mmoe. */
export function isUpToDate(home: string): boolean {
  const { madeFrom } = homePaths(home);
  const text = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
  const names = existsSync(madeFrom) ? readdirSync(madeFrom) : [];
  return names.length > 0 && names.every((name) => text(join(madeFrom, name)) === text(join(SETUP_FILES, name)));
}

export interface Problem {
  readonly problem: string;
  readonly fix: string;
}

/** User ids that may own a home: this user and root. None if the system does not say. */
const OWNERS = process.getuid === undefined ? [] : [process.getuid(), 0];

/**
 * Why no code of a home is loaded: another user can write, or wrote, code that would run as this user. Undefined if
 * nobody can, or if nothing is there. It checks where a home's code begins, not file by file, which takes minutes on a
 * shared disk.
 */
export function distrustOf(home: string, owners: readonly number[] = OWNERS): Problem | undefined {
  const { binding, addon, quiet, libraries, tensorflow, nvidia } = homePaths(home);
  for (const path of [home, libraries, tensorflow, nvidia, binding, addon, quiet]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (owners.length > 0 && !owners.includes(stats.uid)) {
      const fix = `set MMOE_CUDA_HOME to a folder of yours, or chown -R "$USER" ${shellQuoted(home)} if you trust it`;
      return { problem: `${path} is another user's (${stats.uid})`, fix };
    }
    if ((stats.mode & 0o022) !== 0)
      return { problem: `${path} can be written by others`, fix: `chmod -R go-w ${shellQuoted(home)}` };
  }
  return undefined;
}

/** Throws UsageError if `distrustOf` finds something. */
export function checkTrust(home: string): void {
  const distrust = distrustOf(home);
  if (distrust) throw new UsageError(`${distrust.problem}, so mmoe runs nothing from it; ${distrust.fix}`);
}
