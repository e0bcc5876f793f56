import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { homePaths } from "../../src/cuda/home.ts";
import { installSteps, watchDownload } from "../../src/cuda/install.ts";
import type { Machine } from "../../src/cuda/machine.ts";
import { pendingSteps, runSteps, type Step } from "../../src/cuda/steps.ts";
import { UsageError } from "../../src/errors.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fails, fakeMachine, installers, loseInterpreter, touch, wheelsIn } from "../support/fake-machine.ts";

/** The number of an open file. */
const LOCK = 7;

let home = "";
beforeEach(() => {
  home = join(temporaryFolder(), "cuda");
});

function install(machine: Machine, cpu = false): Promise<void> {
  const plan = { home, cpu };
  const context = { onLine: () => {}, signal: new AbortController().signal, lock: LOCK };
  const silent = { onStart: () => {}, onDone: () => {} };
  return runSteps(installSteps(machine, plan), homePaths(home).markers, context, silent);
}

/** The commands of a set-up. */
async function installed(): Promise<string[][]> {
  const log: string[][] = [];
  await install(fakeMachine({ commands: installers(log) }));
  return log;
}

/** pip's calls. */
function pips(log: readonly string[][]): string[][] {
  return log.filter((args) => args.includes("pip"));
}

describe("installSteps(machine, plan)", () => {
  test("leave TensorFlow and NVIDIA's libraries side by side, and a built binding", async () => {
    await installed();
    const { libraries, addon } = homePaths(home);
    const names = readdirSync(libraries);
    const others = names.filter((name) => !name.startsWith("nvidia_")).sort();
    expect(others).toEqual(["nvidia", "tensorflow", "tensorflow-2.18.1.dist-info"]);
    expect(names).toContain("nvidia_cuda_runtime_cu12-12.5.82.dist-info");
    expect(existsSync(addon)).toBe(true);
    const built =
      "copies.h libraries node_modules package-lock.json package.json python quiet.cc quiet.node setup.json";
    expect(readdirSync(home).sort().join(" ")).toBe(built);
  });

  test("fetch TensorFlow, and the NVIDIA libraries that it names, each in one version and by its hash", async () => {
    const log = await installed();
    const [tensorflow, nvidia, ...more] = pips(log) as [string[], string[]];
    expect([wheelsIn(tensorflow), wheelsIn(nvidia).length, more]).toEqual([["tensorflow==2.18.1"], 12, []]);
    expect(wheelsIn(nvidia)).toContain("nvidia-cudnn-cu12==9.3.0.75");
    for (const args of [tensorflow, nvidia]) expect(args).toContain("--require-hashes");
  });

  test("install npm's packages by a lock, and run no install script of any", async () => {
    const log = await installed();
    const calls = log.filter(([name]) => name === "npm");
    expect(calls).toEqual([["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]]);
    const { packages } = JSON.parse(readFileSync(join(home, "package-lock.json"), "utf8"));
    const { "": root, ...others } = packages as Record<string, { dependencies?: object; integrity?: string }>;
    expect(root?.dependencies).toEqual(JSON.parse(readFileSync(join(home, "package.json"), "utf8")).dependencies);
    for (const { integrity } of Object.values(others)) expect(integrity).toMatch(/^sha512-.{86}==$/);
  });

  test("run Python so that it imports nothing of the folder that it is started in", async () => {
    const log = await installed();
    const calls = log.filter(([name]) => name?.startsWith("python"));
    expect(calls.map(([, first]) => first)).toEqual(["-I", "-I", "-I"]);
  });

  test("link what they build to TensorFlow by a path relative to it", async () => {
    const log = await installed();
    for (const args of log.filter(([name]) => name === "g++")) {
      const addon = args[args.indexOf("-o") + 1];
      const path = args.find((arg) => arg.startsWith("-Wl,-rpath,$ORIGIN/")) as string;
      const folder = path.replace("-Wl,-rpath,$ORIGIN", join(addon, ".."));
      expect(existsSync(join(folder, "libtensorflow_cc.so.2"))).toBe(true);
    }
  });

  test("have each command hold the home's lock", async () => {
    const machine = fakeMachine({ commands: installers() });
    const held: unknown[] = [];
    const run: Machine["run"] = (command, args, options) => {
      held.push(options?.inherits);
      return machine.run(command, args, options);
    };
    await install({ ...machine, run });
    expect(held).toEqual([LOCK, LOCK, LOCK, LOCK, LOCK, LOCK]);
  });

  test("exchange TensorFlow for the one without CUDA, which needs nothing of NVIDIA's, and build again", async () => {
    const log: string[][] = [];
    const machine = fakeMachine({ commands: installers(log) });
    await install(machine);
    log.length = 0;
    await install(machine, true);
    expect(log.map(([name]) => name)).toEqual(["python", "npm", "g++", "g++"]);
    expect(pips(log).map(wheelsIn)).toEqual([["tensorflow-cpu==2.18.1"]]);
    expect(readdirSync(homePaths(home).libraries).sort()).toEqual(["tensorflow", "tensorflow_cpu-2.18.1.dist-info"]);
  });

  test("make the Python environment again where its Python is gone, and pip is needed", async () => {
    const log: string[][] = [];
    const machine = fakeMachine({ commands: installers(log) });
    await install(machine);
    loseInterpreter(home);
    log.length = 0;
    await install(machine);
    expect(log).toEqual([]);
    await install(machine, true);
    expect(log.map(([name]) => name)).toEqual(["python3", "python", "npm", "g++", "g++"]);
  });

  test("build again, and nothing more, in a home whose binding another mmoe built", async () => {
    const log: string[][] = [];
    const machine = fakeMachine({ commands: installers(log) });
    await install(machine);
    const { markers } = homePaths(home);
    writeFileSync(markers, readFileSync(markers, "utf8").replace(/ours \w+/, "ours 0123abcd"));
    log.length = 0;
    await install(machine);
    expect(log.map(([name]) => name)).toEqual(["g++", "g++"]);
  });

  test("give npm no package that it may have been killed in", async () => {
    const log: string[][] = [];
    const working = installers(log);
    let found: boolean | undefined;
    const npm: (typeof working)[string] = (args, options) => {
      found = existsSync(join(home, "node_modules"));
      return working.npm?.(args, options);
    };
    touch(join(home, "node_modules/long/package.json"));
    await install(fakeMachine({ commands: { ...working, npm } }));
    expect(found).toBe(false);
  });

  test("say what a failed command said, go on there, and leave nothing half unpacked", async () => {
    const log: string[][] = [];
    const working = installers(log);
    let broken = true;
    const python: (typeof working)[string] = (args, options) => {
      const done = working.python?.(args, options);
      return broken ? fails("Collecting tensorflow", "ERROR: No space left on device", "") : done;
    };
    const machine = fakeMachine({ commands: { ...working, python } });
    const failed = install(machine);
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(
      /bin\/python: ERROR: No space left on device; the same command resumes from here$/,
    );
    expect(existsSync(homePaths(home).libraries)).toBe(false);
    broken = false;
    await install(machine);
    expect(log.map(([name]) => name)).toEqual(["python3", "python", "python", "python", "npm", "g++", "g++"]);
    expect(readdirSync(home).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});

let folder = "";
let lines: string[] = [];
let stop = () => {};
beforeEach(() => {
  vi.useFakeTimers();
  [folder, lines] = [temporaryFolder(), []];
  stop = watchDownload({ folder, bytes: 7e6, onLine: (line) => lines.push(line) });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

/** A file of pip's, ten seconds later. */
function fetched(path: string, bytes: number): void {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, new Uint8Array(bytes));
  vi.advanceTimersByTime(10_000);
}

test("watchDownload() says what pip has fetched as it grows, and nothing while it does not", () => {
  fetched("pip-unpack-a1/one.whl", 2e6);
  fetched("pip-unpack-a1/two.whl", 3e6);
  fetched("pip-target-b2/unpacked.so", 4e6);
  expect(lines).toEqual(["  2 of about 7 MB", "  5 of about 7 MB"]);
});

test("watchDownload() is content with a folder that is gone, and says nothing once it is stopped", () => {
  rmSync(folder, { recursive: true });
  vi.advanceTimersByTime(10_000);
  stop();
  fetched("pip-unpack-a1/one.whl", 2e6);
  expect(lines).toEqual([]);
});

let markers = "";
let ran: string[] = [];
beforeEach(() => {
  markers = join(folder, "deep/setup.json");
  ran = [];
});

function step(name: string, wanted = "1.0", fail = () => {}): Step {
  const made = join(folder, name);
  const run = async () => {
    ran.push(name);
    fail();
    touch(made);
  };
  return { name, wanted, isDone: () => existsSync(made), run };
}

const abort = new AbortController();
const context = { onLine: () => {}, signal: abort.signal };
const silent = { onStart: () => {}, onDone: () => {} };
const run = (steps: Step[], signal = abort.signal) => runSteps(steps, markers, { ...context, signal }, silent);

test("runSteps(steps) redoes a step that made its file but was killed before its end", async () => {
  const steps = [step("a"), step("b")];
  await run([steps[0]]);
  touch(join(folder, "b"));
  await run(steps);
  expect(ran).toEqual(["a", "b"]);
});

test("runSteps(steps) redoes what is gone, or wanted otherwise, and what follows it", async () => {
  const steps = [step("a"), step("b"), step("c")];
  await run(steps);
  rmSync(join(folder, "b"));
  await run(steps);
  await run([step("a"), step("b", "2.0"), step("c")]);
  expect(ran).toEqual(["a", "b", "c", "b", "c", "b", "c"]);
});

test("runSteps(steps) forgets what a step that now fails made before", async () => {
  await run([step("a"), step("b")]);
  const fails = step("a", "2.0", () => {
    throw new Error("full");
  });
  await expect(run([fails, step("b")])).rejects.toThrow("full");
  expect(JSON.parse(readFileSync(markers, "utf8"))).toEqual({});
});

test("runSteps(steps) marks no step that was stopped", async () => {
  const stopped = new AbortController();
  const steps = [step("a", "1.0", () => stopped.abort()), step("b")];
  await expect(run(steps, stopped.signal)).rejects.toThrow();
  expect(ran).toEqual(["a"]);
  expect(pendingSteps(steps, markers)).toEqual(steps);
});
