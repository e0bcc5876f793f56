import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Variables of the environment that say which Python trains. */
export interface PythonEnv {
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

/** The Python that was asked for; else that of the active virtual environment; else that of the PATH. */
export function findPython(given: string | undefined, { MMOE_PYTHON, VIRTUAL_ENV }: PythonEnv = process.env): Python {
  if (given !== undefined) return { path: given, from: "--python" };
  if (MMOE_PYTHON) return { path: MMOE_PYTHON, from: "MMOE_PYTHON" };
  const isWindows = process.platform === "win32";
  if (VIRTUAL_ENV)
    return {
      path: join(VIRTUAL_ENV, ...(isWindows ? ["Scripts", "python.exe"] : ["bin", "python"])),
      from: "VIRTUAL_ENV",
    };
  return { path: isWindows ? "python" : "python3", from: "PATH" };
}
