// What a model's process may read of its surroundings, and do to the process that started it.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { nodeAdapter, pythonAdapter } from "../../../src/engines/process/languages.ts";
import { ProcessEngine } from "../../../src/engines/process/process-engine.ts";
import { BIN, exited } from "../../support/bin.ts";
import { codeModel, LINEAR } from "../../support/code-model.ts";
import { runMain, temporaryFolder } from "../../support/effects.ts";
import { complaintOf, NUMPY_LINEAR, PYTHON, pythonModel, WITHOUT_PYTHON } from "../../support/python.ts";
import { codeRun, resultsOf } from "../tfjs/runs.ts";

/** A model whose rate depends on what it reads as its file is loaded. */
const reading = {
  JavaScript: (what: string) =>
    codeModel(
      `import { createHash } from "node:crypto";
const SCALE = createHash("sha256").update(String(${what})).digest().readUInt32BE() / 2 ** 24;
${LINEAR.replace("? lr : 2 * lr", "? lr : lr * (1 + SCALE)")}`,
    ),
  Python: (what: string) =>
    pythonModel(
      `import hashlib, os, tempfile, time
SCALE = int.from_bytes(hashlib.sha256(str(${what}).encode()).digest()[:4], "big") / 2**24
${NUMPY_LINEAR.replace("settings.lr if", "settings.lr * (1 + SCALE) if")}`,
    ),
};

const NO_PYTHON = PYTHON === undefined;
const adapters = { JavaScript: nodeAdapter(), Python: pythonAdapter({ path: PYTHON ?? "python3", from: "PATH" }) };

describe.each(["JavaScript", "Python"] as const)("a model in %s", (language) => {
  const isMissing = language === "Python" && NO_PYTHON;
  const engine = new ProcessEngine({ adapter: adapters[language], jobs: 1 });
  afterAll(() => engine.dispose());

  test.skipIf(isMissing).each([
    ["its number", "process.pid", "os.getpid()"],
    ["its working folder", "process.cwd()", "os.getcwd()"],
    ["the time of day", "Math.floor(Date.now() / 1000)", "int(time.time())"],
    ["all of its environment", "JSON.stringify(process.env)", "sorted(os.environ.items())"],
  ])(`that reads %s is refused${language === "Python" ? WITHOUT_PYTHON : ""}`, async (_, inNode, inPython) => {
    const model = reading[language](language === "Python" ? inPython : inNode);
    expect(await complaintOf(engine, model)).toMatch(
      /^mine\.\w+: (gives other numbers in another process, working folder and environment|two trainings with the same seed give other numbers) \([\d.e-]+, then [\d.e-]+\): /,
    );
  });

  test.skipIf(isMissing)("sees no variable but those that all see and those that it is given", async () => {
    const model = reading[language](
      language === "Python"
        ? "{name: value for name, value in os.environ.items() if name.startswith('MMOE_SEEN')}"
        : "Object.entries(process.env).filter(([name]) => name.startsWith('MMOE_SEEN'))",
    );
    const losses = async (env?: Readonly<Record<string, string>>) => {
      const [result] = await resultsOf(engine, [codeRun({ ...model, ...(env && { env }) })]);
      return result?.curve;
    };
    const without = await losses();
    process.env.MMOE_SEEN = "3";
    expect(await losses()).toEqual(without);
    delete process.env.MMOE_SEEN;
    expect(await losses({ MMOE_SEEN: "3" })).not.toEqual(without);
  });
});

const few = ["sweep", "smoke", "--corr", "0.5", "--runs", "2", "--steps", "20", "--models", "mmoe", "--jobs", "1"];

/** The built program on a model, in a new folder; `env` has more variables. */
async function swept(file: string, env: Record<string, string> = {}) {
  const out = join(temporaryFolder(), "results");
  const python = PYTHON === undefined ? [] : ["--python", PYTHON];
  const child = spawn(process.execPath, [BIN, ...few, "--model", file, ...python, "--out", out], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { out, ...(await exited(child)) };
}

const statesIn = (out: string) =>
  readFileSync(join(out, "runs.csv"), "utf8")
    .split("\n")
    .slice(1, -1)
    .map((line) => line.replace(/^(\w+)\/.*?,(done|failed),.*/, "$1 $2"));

/** Processes that one has started. */
const childrenOf = (pid: number | undefined): number[] => {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout.trim().split(/\s+/).map(Number);
};

const inState = (state: string) => (pid: number) => {
  const path = `/proc/${pid}/stat`;
  return existsSync(path) && readFileSync(path, "utf8").includes(`) ${state} `);
};

/** How a model stops its own process as it is tried. */
const STOPPING = {
  JavaScript: () => codeModel(LINEAR.replace("const B =", "process.kill(process.pid, 'SIGSTOP');\n    const B =")).file,
  Python: () =>
    pythonModel(
      NUMPY_LINEAR.replace("error =", "__import__('os').kill(__import__('os').getpid(), 19)\n        error ="),
    ).file,
};

describe.skipIf(process.platform !== "linux").each(["JavaScript", "Python"] as const)("a model in %s", (language) => {
  test.skipIf(language === "Python" && NO_PYTHON)(
    "that has stopped its process leaves none when mmoe is killed, and the next start removes its folder",
    async () => {
      const [temporary, out] = [temporaryFolder(), join(temporaryFolder(), "results")];
      const env = { ...process.env, TMPDIR: temporary };
      const python = PYTHON === undefined ? [] : ["--python", PYTHON];
      const words = [BIN, ...few, "--model", STOPPING[language](), ...python, "--out", out];
      const child = spawn(process.execPath, words, { env, stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      let [started, stopped]: [number[], number[]] = [[], []];
      await vi.waitFor(
        () => {
          started = childrenOf(child.pid);
          stopped = started.filter(inState("T"));
          expect(stopped.length).toBeGreaterThan(0);
        },
        { timeout: 60_000, interval: 50 },
      );
      child.kill("SIGKILL");
      await ended;
      const there = () => started.filter((pid) => existsSync(`/proc/${pid}`) && !inState("Z")(pid));
      await vi.waitFor(() => expect(there()).toEqual([]), { timeout: 20_000, interval: 50 });
      const left = () => readdirSync(temporary).filter((name) => name.startsWith("mmoe-process-"));
      expect(left()).not.toEqual([]);
      const { code, stderr } = await swept(codeModel(LINEAR).file, { TMPDIR: temporary });
      expect([code, stderr.includes("Error"), left()]).toEqual([0, false, []]);
    },
  );
});

/** How a model starts a process that outlives it, apart from its group, and holds its streams. */
const LEAVING = {
  "a model in JavaScript": () =>
    codeModel(`import { spawn } from "node:child_process";
${LINEAR.replace("Object.assign", 'spawn("sleep", ["25"], { detached: true, stdio: "inherit" });\n    Object.assign')}`)
      .file,
  "a model in Python": () =>
    pythonModel(`import subprocess
${NUMPY_LINEAR.replace("self.w =", 'subprocess.Popen(["sleep", "25"], start_new_session=True)\n        self.w =')}`)
      .file,
  "a model in Python that forks": () =>
    pythonModel(`import os, time
def leave():
    if os.fork() == 0:
        os.setsid()
        time.sleep(25)
        os._exit(0)
${NUMPY_LINEAR.replace("self.w =", "leave()\n        self.w =")}`).file,
};

describe("a sweep", () => {
  test.skipIf(NO_PYTHON).each(Object.keys(LEAVING) as (keyof typeof LEAVING)[])(
    "ends though a process lives on that %s has started",
    async (kind) => {
      const began = performance.now();
      const { code, out } = await swept(LEAVING[kind]());
      expect([code, performance.now() - began < 20_000, statesIn(out)]).toEqual([
        0,
        true,
        ["mmoe done", "mine done", "mmoe done", "mine done"],
      ]);
    },
  );

  test("is another one with another value of a variable that --env names", async () => {
    const out = join(temporaryFolder(), "results");
    const argv = [...few, "--model", codeModel(LINEAR).file, "--env", "SCALE", "--out", out];
    expect((await runMain(argv, undefined, { SCALE: "2" })).code).toBe(0);
    expect(readFileSync(join(out, "config.yaml"), "utf8")).toMatch(/env:\s*\{?\s*SCALE: "2"/);
    const again = await runMain(argv, undefined, { SCALE: "3" });
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/holds a sweep of another config \(model mine: .*env.SCALE="2".* there, .*env.SCALE="3"/),
    ]);
  });

  test.each([
    ["SCALE", "--env SCALE: this variable is not set"],
    ["PATH", "--env PATH: every model sees it; leave the option out"],
    ["A=1", "--env: expected the name of a variable, got 'A=1'"],
  ])("refuses --env %s", async (name, line) => {
    const outcome = await runMain([...few, "--model", codeModel(LINEAR).file, "--env", name, "--out", "/tmp/none"]);
    expect(outcome).toEqual({ code: 2, stdout: "", stderr: `mmoe: ${line}\n` });
  });

  test("opens no debugger, whatever a model does", async () => {
    const act = "process._debugProcess(process.ppid);";
    const { code, stderr } = await swept(codeModel(LINEAR.replace("const outputs", `${act}\n    const outputs`)).file);
    expect([code, stderr]).toEqual([0, expect.not.stringMatching("Debugger")]);
  });

  test("without a folder for temporary files says so in one line", async () => {
    const { code, stderr } = await swept(codeModel(LINEAR).file, { TMPDIR: "/nowhere" });
    const line =
      "no temporary folder in /nowhere: no such file or directory; set TMPDIR to a folder that can be written";
    expect([code, stderr]).toEqual([2, `mmoe: ${line}\n`]);
  });
});

test("in a working folder that is gone, a command says so in one line", () => {
  const folder = temporaryFolder();
  const gone = `cd ${folder} && rmdir ${folder} && "$0" "$1" --version`;
  const { status, stderr } = spawnSync("sh", ["-c", gone, process.execPath, BIN], { encoding: "utf8" });
  expect([status, stderr]).toEqual([2, "mmoe: the working folder is gone; change to one that is there\n"]);
});

/** Whether Linux keeps signals of a process inside its Landlock domain. */
const KEEPS_SIGNALS =
  !NO_PYTHON &&
  process.platform === "linux" &&
  Number(
    execFileSync(PYTHON as string, ["-c", "import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))"], {
      encoding: "utf8",
    }),
  ) >= 6;

test.skipIf(!KEEPS_SIGNALS)(
  "a model in Python may neither signal mmoe nor read its memory, where Linux forbids it",
  async () => {
    const engine = new ProcessEngine({ adapter: adapters.Python, jobs: 1 });
    for (const act of ["os.kill(os.getppid(), 0)", "open(f'/proc/{os.getppid()}/mem')"])
      expect(await complaintOf(engine, pythonModel(`import os\n${act}\n${NUMPY_LINEAR}`))).toMatch(
        /^mine\.py:2: PermissionError: /,
      );
    await engine.dispose();
  },
);
