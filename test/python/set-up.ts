import { execFileSync, spawnSync } from "node:child_process";
import { PYTHON, VENV } from "./python.ts";

/** Makes the virtual environment of all tests of the tier: 1 GB from PyPI, 3.2 GB of disk. Again, it takes seconds. */
export function setup(): void {
  if (spawnSync("python3", ["-c", "import venv, ensurepip"]).status !== 0) {
    console.warn("python3 with venv is missing: the tests of the Python tier are skipped");
    return;
  }
  execFileSync("scripts/install-torch.sh", [VENV, "bench/peers/requirements.txt"], { stdio: "inherit" });
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  execFileSync(PYTHON, [...install, "--no-deps", "-r", "test/python/requirements.txt"], { stdio: "inherit" });
  execFileSync(PYTHON, [...install, "-r", "test/python/packages.txt"], { stdio: "inherit" });
}
