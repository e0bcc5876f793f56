import { spawnSync } from "node:child_process";
import type { Python } from "./find-python.ts";

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
