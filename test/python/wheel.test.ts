// The wheel, as people have it: built, and installed for each Python of this machine, where no Node is on the PATH.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { version } from "../../src/version.ts";
import { BIN } from "../support/bin.ts";
import { LINEAR } from "../support/code-model.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { NUMPY_LINEAR } from "../support/python.ts";
import { HAS_PYTHON, PYTHON, UV } from "./python.ts";

/** The oldest and the newest Python of this machine, by their versions. */
const PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
  .flatMap((minor) => {
    const prefix = spawnSync("pyenv", ["prefix", minor], { encoding: "utf8" }).stdout?.trim();
    const found = [...(prefix ? [join(prefix, "bin/python")] : []), `python${minor}`];
    const path = found.find((one) => spawnSync(one, ["-c", "import venv, ensurepip"]).status === 0);
    return path === undefined ? [] : [[minor, path] as const];
  })
  .filter((_, i, all) => i === 0 || i === all.length - 1);

const folder = temporaryFolder();
let wheel = "";

/** The size of a folder's files. */
const bytesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );

/** Builds the wheel of what is built, and returns its path. */
function built(): string {
  const words = ["scripts/wheel.js", "--out", join(folder, "wheels")];
  return execFileSync(process.execPath, words, { encoding: "utf8" }).trim();
}

/** A virtual environment of some Python with the wheel and other packages installed, by uv, which is quick. */
function installed(python: string, name: string, ...packages: string[]): string {
  const venv = join(folder, name);
  execFileSync(UV, ["venv", "--quiet", "--python", python, venv]);
  execFileSync(UV, ["pip", "install", "--quiet", "--python", join(venv, "bin/python"), wheel, ...packages]);
  return venv;
}

/** Runs a program of a virtual environment in the test's folder, with nothing else on the PATH. */
function run(venv: string, program: string, ...words: string[]) {
  const env = { HOME: folder, PATH: join(venv, "bin"), TMPDIR: process.env.TMPDIR ?? "/tmp" };
  return spawnSync(join(venv, "bin", program), words, { cwd: folder, env, encoding: "utf8" });
}

const losses = (path: string) => csvFile(path).map((row) => [row.id, row.finalHeldoutLoss1]);

const API = `import json
import mmoe
if __name__ == "__main__":
    models = ["mmoe", "linear.py", mmoe.model("linear.mjs", name="in-js")]
    r = mmoe.sweep("smoke", corr=1, runs=2, steps=40, models=models, out="NAME", progress=False)
    print(json.dumps([len(r.runs), list(r.summary().model), mmoe.rows(correlation=1, steps=1).x.shape]))
`;

describe.skipIf(!HAS_PYTHON || process.platform !== "linux")("the wheel", () => {
  beforeAll(() => {
    wheel = built();
    writeFileSync(join(folder, "linear.py"), NUMPY_LINEAR);
    writeFileSync(join(folder, "linear.mjs"), LINEAR);
    const words = ["sweep", "smoke", "--runs", "1", "--steps", "100", "--quiet", "--out", "of-npm"];
    execFileSync(process.execPath, [BIN, ...words], { cwd: folder });
  });

  test("is built to the same bytes twice, less than 12 MB", () => {
    const [bytes, name] = [readFileSync(wheel), wheel];
    expect(built()).toBe(name);
    expect(readFileSync(wheel).equals(bytes)).toBe(true);
    expect(name).toMatch(new RegExp(`/mmoe-${version}-py3-none-manylinux_2_\\d+_(x86_64|aarch64)\\.whl$`));
    expect(bytes.length).toBeLessThan(12e6);
  });

  test.each(PYTHONS)("gives Python %s the command and the package", (minor, python) => {
    const name = `python-${minor}`;
    const venv = installed(python, name, "pandas");
    const [packages] = readdirSync(join(venv, "lib")).map((lib) => join(venv, "lib", lib, "site-packages"));
    expect(bytesIn(join(packages, "mmoe"))).toBeLessThan(45e6);
    const swept = run(venv, "mmoe", "sweep", "smoke", "--runs", "1", "--steps", "100", "--out", name);
    expect([swept.status, swept.stdout]).toEqual([0, expect.stringContaining(`${name}/runs.csv`)]);
    expect(losses(join(folder, name, "runs.csv"))).toEqual(losses(join(folder, "of-npm/runs.csv")));
    expect(run(venv, "python", "-m", "mmoe", "--version").stdout).toBe(`${version}\n`);
    writeFileSync(join(folder, `${name}.py`), API.replace("NAME", `${name}-api`));
    const { stdout, stderr } = run(venv, "python", `${name}.py`);
    expect([stdout, stderr]).toEqual([`[6, ["mmoe", "linear", "in-js"], [128, 100]]\n`, ""]);
  });

  test.each(PYTHONS.slice(-1))("shows a model's place in regimes, beside the committed runs, on Python %s", (minor) => {
    const words = ["--models", "shared-bottom", "--only", "irrelevant", "--runs", "1", "--lr", "0.01"];
    const { status, stdout } = run(join(folder, `python-${minor}`), "mmoe", "regimes", ...words, "--out", "regimes");
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^irrelevant .* of [2-9]\d /m)]);
    const packages = readdirSync(join(folder, `python-${minor}`), { recursive: true, encoding: "utf8" });
    expect(packages.filter((path) => /results.regimes.*csv$/.test(path))).toEqual([]);
  });

  test.each(PYTHONS.slice(-1))("draws, reports and verifies what it trained, on Python %s", (minor) => {
    const name = `python-${minor}`;
    for (const words of [
      ["figures", name, "--only", "final-loss", "--format", "png,pdf"],
      ["report", name],
      ["verify", name],
    ])
      expect([words, run(join(folder, name), "mmoe", ...words).status]).toEqual([words, 0]);
    expect(readdirSync(join(folder, name, "figures"))).toContain("final-loss.png");
  });

  test.each([
    ["uvx", ["--from"]],
    ["pipx", ["run", "--spec"]],
  ])("runs by %s without an installation", (program, words) => {
    const env = { ...process.env, PIPX_HOME: join(folder, "pipx"), PATH: "/usr/bin:/bin" };
    const made = spawnSync(join(dirname(PYTHON), program), [...words, wheel, "mmoe", "--version"], {
      env,
      encoding: "utf8",
    });
    expect([made.stdout, made.status]).toEqual([`${version}\n`, 0]);
  });

  test("trains a PyTorch model where there is PyTorch", () => {
    const venv = installed(PYTHON, "with-torch");
    const purelib = (python: string) =>
      execFileSync(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], {
        encoding: "utf8",
      }).trim();
    writeFileSync(join(purelib(join(venv, "bin/python")), "torch-of-the-tier.pth"), `${purelib(PYTHON)}\n`);
    copyFileSync("examples/python/task_embedding.py", join(folder, "task_embedding.py"));
    const words = ["sweep", "smoke", "--runs", "1", "--steps", "50", "--corr", "1", "--model", "task_embedding.py"];
    expect(run(venv, "mmoe", ...words, "--out", "torch").stdout).toMatch(/^task_embedding +1\.00 +1 +0 /m);
  });
});
