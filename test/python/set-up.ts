import { execFileSync, spawnSync } from "node:child_process";
import { PYTHON, UV, VENV } from "./python.ts";

/** Makes the virtual environment of all tests of the tier: 1 GB from PyPI, 3.2 GB of disk. Again, it takes seconds. */
export function setup(): void {
  if (spawnSync("python3", ["-c", "import venv, ensurepip"]).status !== 0) {
    console.warn("python3 with venv is missing: the tests of the Python tier are skipped");
    return;
  }
  delete process.env.PYTHONDONTWRITEBYTECODE; // a package is compiled once, not by each process that imports it
  execFileSync("scripts/install-torch.sh", [VENV, "bench/peers/requirements.txt"], { stdio: "inherit" });
  const install = ["pip", "install", "--quiet", "--python", PYTHON];
  execFileSync(UV, [...install, "--no-deps", "-r", "test/python/requirements.txt"], { stdio: "inherit" });
  execFileSync(UV, [...install, "-r", "test/python/packages.txt"], { stdio: "inherit" });
}
