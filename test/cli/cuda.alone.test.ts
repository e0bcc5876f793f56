import { EventEmitter } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { homePaths } from "../../src/cuda/home.ts";
import type { Machine } from "../../src/cuda/machine.ts";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { fails, fakeMachine, installers, prints, touch } from "../support/fake-machine.ts";

const fake = vi.hoisted(() => ({ machine: undefined as Machine | undefined }));
vi.mock("../../src/cuda/machine.ts", () => ({ thisMachine: () => fake.machine }));

const onCard = () => prints("", '{"computes":true,"onCard":true,"tensorflow":"2.18.1"}');
const onCpu = () =>
  prints(
    "2025-01-01 00:00:00.000000: I external/cuda_executor.cc:51] Could not find cuda drivers on your machine",
    '{"computes":true,"onCard":false,"tensorflow":"2.18.1"}',
  );
const card = () => prints("0, GPU-aa, NVIDIA H100 80GB HBM3, 550.54.15, 81000, 81559");

let home = "";
let log: string[][] = [];
let commands: ReturnType<typeof installers> = {};
beforeEach(() => {
  home = join(temporaryFolder(), "cuda");
  log = [];
  commands = { ...installers(log), node: onCard, "nvidia-smi": card };
  use();
});

/** The machine that the next command sees. */
function use(changes: Parameters<typeof fakeMachine>[0] = {}): void {
  fake.machine = fakeMachine({ commands, ...changes });
}

const setup = (...argv: string[]) => runMain(["cuda", "setup", ...argv], new EventEmitter(), { MMOE_CUDA_HOME: home });

describe("mmoe cuda setup", () => {
  test("says what it fetches before it does, each step, and at last the device", async () => {
    const { code, stdout, stderr } = await setup();
    expect([code, stdout]).toEqual([0, "TensorFlow 2.18.1 computes on NVIDIA H100 80GB HBM3\n"]);
    const lines = stderr.split("\n").filter((line) => /^(driver|download|on disk|\d)/.test(line));
    expect(lines).toEqual([
      "driver    550.54.15, NVIDIA H100 80GB HBM3",
      "download  tensorflow==2.18.1: about 616 MB from PyPI",
      "download  nvidia libraries for tensorflow 2.18.1: about 1,809 MB from PyPI",
      "download  @tensorflow/tfjs-node-gpu@4.22.0: about 75 MB from npm",
      "on disk   up to 9.9 GB, pip's cache included",
      "1/5 python environment",
      "2/5 tensorflow",
      "3/5 nvidia libraries",
      "4/5 binding's sources",
      "5/5 binding",
    ]);
  });

  test("says what it does within 80 columns, however much a command prints", async () => {
    const compile = commands["g++"];
    commands["g++"] = async (args, options) => {
      const { lines } = await compile(args, options);
      return args.includes("-o") ? prints("warning: ".padEnd(300, "x")) : prints(...lines);
    };
    use({ commands: { ...commands, node: onCpu, "nvidia-smi": () => fails() } });
    expect(Math.max(...(await setup()).stderr.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("does nothing a second time but load what is there, and needs no compiler nor disk for it", async () => {
    await setup();
    log.length = 0;
    use({ commands: { node: onCard }, freeBytes: 0 });
    const { code, stderr, stdout } = await setup();
    expect([code, log, stderr]).toEqual([0, [], `${home}: all is there\n`]);
    expect(stdout).toMatch(/^TensorFlow 2.18.1 computes/);
  });

  test("with --dry-run does nothing but name every package, and where from, within 80 columns", async () => {
    const { code, stderr } = await setup("--dry-run");
    expect([code, existsSync(home)]).toEqual([0, false]);
    expect(stderr).toContain("\n          nvidia-cublas-cu12==12.5.3.2, nvidia-cuda-cupti-cu12==12.5.82,\n");
    const [fromPyPI = "", fromNpm = ""] = stderr.split("@tensorflow/tfjs-node-gpu@4.22.0: about 75 MB from npm");
    expect(fromPyPI.match(/[\w-]+==[\d.]+/g)).toHaveLength(13);
    expect(new Set(fromNpm.match(/[@\w/.-]+@\d[\w.]+/g)).size).toBeGreaterThan(100);
    expect(fromNpm).toContain("node-api-headers@1.9.0");
    expect(Math.max(...stderr.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("makes a home that nobody else can write to, whatever the umask", async () => {
    const before = process.umask(0o002);
    await setup().finally(() => process.umask(before));
    expect(statSync(home).mode & 0o022).toBe(0);
    for (const name of readdirSync(home)) expect([name, statSync(join(home, name)).mode & 0o022]).toEqual([name, 0]);
  });

  test("names all that is missing, one line each, also with --quiet, and exits with 2", async () => {
    use({ commands: {}, freeBytes: 1e9 });
    const { code, stderr } = await setup("--quiet");
    const first = stderr.split("\n").map((line) => line.split(" ")[0]);
    expect([code, first.join(" ")]).toEqual([2, "compiler python npm disk driver mmoe: "]);
    expect(stderr).toContain("mmoe: cuda setup can't begin (compiler, python, npm, disk); nothing was installed\n");
  });

  /** Sets up where there is `freeBytes` of disk left by another set-up, which has the lock; `changes` are its commands. */
  async function setUpBehind(freeBytes: number, changes: typeof commands = {}) {
    let othersLog: string[][] = [];
    const flock: (typeof commands)[string] = async ([option]) => {
      if (option === "--nonblock") return fails();
      use({ commands: { ...commands, ...changes } });
      await setup();
      othersLog = log.splice(0);
      return prints();
    };
    use({ commands: { ...commands, flock }, freeBytes });
    return { ...(await setup()), othersLog };
  }

  test("waits while another fills the disk, and says and does nothing that it did", async () => {
    const { code, stdout, stderr, othersLog } = await setUpBehind(0);
    expect(othersLog.map(([name]) => name)).toContain("npm");
    expect([code, log, stdout]).toEqual([0, [], "TensorFlow 2.18.1 computes on NVIDIA H100 80GB HBM3\n"]);
    expect(stderr).toBe(`${home}: another mmoe cuda setup is working here; waiting for it\n${home}: all is there\n`);
  });

  test("goes on where the one that it waited for failed, and needs disk for the rest alone", async () => {
    const npm: (typeof commands)[string] = (_, { cwd }) => (cwd === undefined ? prints("11.4.2") : fails("no network"));
    const { code, stderr } = await setUpBehind(0.5e9, { npm });
    expect(code).toBe(0);
    expect(stderr.split("\n").filter((line) => /^(disk|download|on disk|\d)/.test(line))).toEqual([
      "disk      0.5 GB free",
      "download  @tensorflow/tfjs-node-gpu@4.22.0: about 75 MB from npm",
      "on disk   up to 0.4 GB, pip's cache included",
      "4/5 binding's sources",
      "5/5 binding",
    ]);
  });

  test("stopped while it looks at the machine names nothing that it then misses", async () => {
    const signals = new EventEmitter();
    commands.npm = () => {
      signals.emit("SIGINT"); // a terminal sends it to npm too
      return fails();
    };
    const { code, stderr } = await runMain(["cuda", "setup"], signals, { MMOE_CUDA_HOME: home });
    expect([code, stderr]).toEqual([130, "mmoe: stopped by Ctrl-C; resume with:\nmmoe cuda setup\n"]);
  });

  test("says so where no card is visible, and why TensorFlow thinks so", async () => {
    use({ commands: { ...commands, node: onCpu, "nvidia-smi": () => fails() } });
    const { code, stdout, stderr } = await setup();
    expect([code, stdout]).toEqual([0, "TensorFlow 2.18.1 computes on the CPU: it finds no card\n"]);
    expect(stderr).toMatch(/^driver {4}no card \(nvidia-smi shows none\).*\n {10}set-up works without/m);
    expect(stderr).toContain("TensorFlow says: Could not find cuda drivers on your machine\n");
  });

  test("with --cpu is content with the CPU", async () => {
    use({ commands: { ...commands, node: onCpu } });
    const { stdout, stderr } = await setup("--cpu");
    expect(stdout).toBe("TensorFlow 2.18.1 computes on the CPU\n");
    expect(stderr).not.toMatch(/driver|TensorFlow says/);
  });

  test("with --prefix says how to make it the home", async () => {
    const prefix = join(temporaryFolder(), "else where");
    const { stderr } = await setup("--prefix", prefix);
    expect(stderr).toContain(`to use it: export MMOE_CUDA_HOME='${prefix}'\n`);
  });

  test("says so where another package is used, and why", async () => {
    const own = homePaths(temporaryFolder());
    touch(own.addon);
    const env = { MMOE_CUDA_HOME: home, MMOE_TFJS_NODE_GPU: own.binding };
    const { stderr } = await runMain(["cuda", "setup"], new EventEmitter(), env);
    expect(stderr).toContain(`\nnot used, as MMOE_TFJS_NODE_GPU names ${own.binding}\n`);
    expect(stderr).not.toContain("to use it");
  });

  test("says what hinders a binding that does not load, and exits with 2", async () => {
    use({
      commands: { ...commands, node: () => fails("at Module._load", "Error: libtensorflow_cc.so.2: no such file") },
    });
    const { code, stderr } = await setup();
    expect(code).toBe(2);
    expect(stderr).toContain(`mmoe: ${home}: the binding does not load: Error: libtensorflow_cc.so.2: no such file\n`);
  });

  test("stopped by SIGTERM exits with 75 and goes on there when called again", async () => {
    const signals = new EventEmitter();
    const npm = commands.npm;
    commands.npm = async (args, options) => {
      if (options.cwd === undefined) return npm(args, options);
      signals.emit("SIGTERM");
      throw options.signal?.reason;
    };
    const stopped = await runMain(["cuda", "setup"], signals, { MMOE_CUDA_HOME: home });
    expect(stopped.code).toBe(75);
    expect(stopped.stderr).toMatch(/mmoe: stopped by SIGTERM; resume with:\nmmoe cuda setup\n$/);
    commands.npm = npm;
    log.length = 0;
    expect((await setup()).code).toBe(0);
    expect(log.map(([name]) => name)).not.toContain("python");
  });
});
