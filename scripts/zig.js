// zig, whose C compiler makes the committed WebAssembly and the published package's native kernels. It comes from PyPI.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const zig = join(root, "native/build/zig");
const python = join(zig, "bin/python");
const requirements = join(root, "scripts/zig.txt");

/** The words that start it. */
export const ZIG = [python, "-m", "ziglang"];

/** Makes zig's Python environment, unless it is there. Returns ZIG. */
export async function installZig() {
  const [, version] = /^ziglang==(\S+)/m.exec(readFileSync(requirements, "utf8"));
  const installed = await run(python, ["-m", "ziglang", "version"]).catch(() => ({ stdout: "" }));
  if (installed.stdout.trim() === version) return ZIG;
  console.log(`installing zig ${version} from PyPI (100 MB)`);
  await run("python3", ["-I", "-m", "venv", "--clear", zig]);
  const how = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check"];
  await run(python, ["-m", "pip", "install", "--quiet", ...how, "-r", requirements]);
  return ZIG;
}
