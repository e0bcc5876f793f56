import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Variables of the environment that say which Python trains. */
interface PythonEnv {
  readonly MMOE_PYTHON?: string | undefined;
  readonly VIRTUAL_ENV?: string | undefined;
}

/** The Python that trains models in Python, and why it is this one. */
export interface Python {
  readonly path: string;
  readonly from: "--python" | "MMOE_PYTHON" | "VIRTUAL_ENV" | "PATH";
}

/** The folder of the package that `python -m mmoe.worker` runs, seen from src as from dist. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("../../../python/src", import.meta.url));

/**
 * The Python that was asked for; else that of the active virtual environment; else that of the PATH. A path is from the working
 * folder, which its processes don't share.
 */
export function findPython(given: string | undefined, { MMOE_PYTHON, VIRTUAL_ENV }: PythonEnv = process.env): Python {
  if (given !== undefined) return { path: fromHere(given), from: "--python" };
  if (MMOE_PYTHON) return { path: fromHere(MMOE_PYTHON), from: "MMOE_PYTHON" };
  const isWindows = process.platform === "win32";
  if (VIRTUAL_ENV)
    return {
      path: resolve(VIRTUAL_ENV, ...(isWindows ? ["Scripts", "python.exe"] : ["bin", "python"])),
      from: "VIRTUAL_ENV",
    };
  return { path: isWindows ? "python" : "python3", from: "PATH" };
}

/** A path in full; a name, which the PATH has, as it is. */
function fromHere(program: string): string {
  return /[/\\]/.test(program) ? resolve(program) : program;
}

/** The Python that models in Python would train with. */
export interface PythonFacts extends Python {
  /** Undefined if it does not start. */
  readonly version?: string;
  /** Versions of the libraries that it has, by name. */
  readonly libraries?: Readonly<Record<string, string>>;
}

/** Without importing the libraries, which takes seconds. */
const SCRIPT = `import json, platform
from importlib import metadata
libraries = {}
for name in ("numpy", "torch", "jax"):
    try:
        libraries[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps({"version": platform.python_version(), "libraries": libraries}))`;

/** Starts a Python, and asks it what it is. */
export function pythonFacts(python: Python): PythonFacts {
  const { status, stdout } = spawnSync(python.path, ["-I", "-c", SCRIPT], { encoding: "utf8", timeout: 10_000 });
  if (status !== 0) return python;
  return { ...python, ...(JSON.parse(stdout) as Pick<PythonFacts, "version" | "libraries">) };
}
