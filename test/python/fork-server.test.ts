// A server that has imported PyTorch forks the processes of models: of all calls of one Python, and of one mmoe.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { BIN, exited } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, PYTHON, python } from "./python.ts";

/** A model that tells where it runs, and whether PyTorch was there before it; `act` is done with each batch. */
function telling(act = "pass") {
  const folder = temporaryFolder();
  const [file, told] = [join(folder, "net.py"), join(folder, "told")];
  const text = `import os
import sys
if not hasattr(sys, "told"):
    sys.told = True
    with open(${JSON.stringify(told)}, "a") as told:
        told.write(f"{'torch' in sys.modules} {os.getpid()} {os.getppid()} {os.getcwd()}\\n")
import torch

class Net(torch.nn.Module):
    def __init__(self, inputs, tasks, number=0):
        super().__init__()
        self.out = torch.nn.Linear(inputs, tasks)

    def forward(self, x):
        ${act}
        return self.out(x)
`;
  writeFileSync(file, text);
  const lines = () => (existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : []);
  /** Of forked processes, their numbers and their servers'. */
  const forked = () => {
    const found = lines().flatMap((line) => [...line.matchAll(/^True (\d+) (\d+) /g)]);
    return { pids: found.map(([, pid]) => Number(pid)), servers: [...new Set(found.map(([, , of]) => Number(of)))] };
  };
  return { file, folder, lines, forked };
}

/** The built program on one model, beside a small one of the zoo. */
function sweep(file: string, out: string, env: Record<string, string> = {}) {
  const few = ["--corr", "0.5", "--models", "mmoe", "--runs", "2", "--steps", "20", "--quiet"];
  return spawn(process.execPath, [BIN, "sweep", "smoke", ...few, "--model", file, "--out", out], {
    env: { ...process.env, XDG_CACHE_HOME: join(out, "..", "cache"), MMOE_PYTHON: PYTHON, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const isThere = (pid: number) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
const allGone = (pids: readonly number[]) =>
  vi.waitFor(() => expect(pids.filter(isThere)).toEqual([]), { timeout: 10_000, interval: 50 });

describe.skipIf(!HAS_PYTHON || process.platform !== "linux")("processes of PyTorch models", () => {
  test("are forked by one server of all calls, which ends with their Python; a class is tried elsewhere once", async () => {
    const { file, folder, lines, forked } = telling();
    const code = `import mmoe
for seed in range(2):
    net = {"name": "net", "file": "${file}", "options": {"number": seed}}
    mmoe.sweep(corr=0.5, models=[net], runs=2, steps=20, seed=seed, out=f"${folder}/{seed}", progress=False)`;
    python(["-c", code], folder);
    const { pids, servers } = forked();
    expect([servers.length, pids.length > 2]).toEqual([1, true]);
    const others = lines().filter((line) => line.startsWith("False"));
    expect(others).toEqual([expect.stringContaining("/mmoe-process-")]);
    await allGone([...pids, ...servers]);
  });

  test("train to the same digits as those that import it themselves", async () => {
    const [alone, served] = [telling(), telling()];
    const ends = await Promise.all([
      exited(sweep(alone.file, join(alone.folder, "out"), { MMOE_FORK_SERVER: "" })),
      exited(sweep(served.file, join(served.folder, "out"))),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect([alone, served].map(({ forked }) => forked().servers.length)).toEqual([0, 1]);
    const [losses, others] = [alone, served].map(({ folder }) => readFileSync(join(folder, "out/curves.csv"), "utf8"));
    expect(others).toBe(losses);
  });

  test.each([
    ["crashes", "__import__('ctypes').string_at(0)", "its process crashed (SIGSEGV)"],
    ["ends", "os._exit(7)", "ends its process (exit code 7)"],
  ])("tell how one that %s ended", async (_, act, said) => {
    const { file, folder } = telling(act);
    const { code, stderr } = await exited(sweep(file, join(folder, "out")));
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  test("end with mmoe, however it ends and whatever they do", async () => {
    const { file, folder, forked } = telling("os.kill(os.getpid(), 19)");
    const mmoe = sweep(file, join(folder, "out"));
    await vi.waitFor(() => expect(forked().pids.length).toBeGreaterThan(0), { timeout: 60_000, interval: 50 });
    mmoe.kill("SIGKILL");
    await exited(mmoe);
    await allGone([...forked().pids, ...forked().servers]);
  });
});

test.skipIf(!HAS_PYTHON)(
  "an empty MMOE_FORK_SERVER stays empty from Python on, and any other names that Python",
  () => {
    const told = (given: string) =>
      python([
        "-c",
        `import os; os.environ["MMOE_FORK_SERVER"] = "${given}"
from mmoe.program import environment
print(environment(of_this_python=True)["MMOE_FORK_SERVER"].replace(str(os.getpid()), "PID"))`,
      ]).trim();
    expect([told(""), told("1:of-another")]).toEqual(["", expect.stringMatching(/^PID:[0-9a-f]{16}$/)]);
  },
);

test.skipIf(!HAS_PYTHON)("without NumPy a Python says so", async () => {
  const bare = join(temporaryFolder(), "bare");
  python(["-m", "venv", "--without-pip", bare]);
  const { file, folder } = telling();
  const { stderr } = await exited(sweep(file, join(folder, "out"), { MMOE_PYTHON: resolve(bare, "bin/python") }));
  expect(stderr).toContain("has no NumPy; install it there (pip install numpy)");
});
