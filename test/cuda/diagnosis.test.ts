import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type CudaFacts, cudaFacts, cudaProblem, setUpProblem, setUpState } from "../../src/cuda/diagnosis.ts";
import { homePaths } from "../../src/cuda/home.ts";
import { installSteps } from "../../src/cuda/install.ts";
import { runSteps } from "../../src/cuda/steps.ts";
import { tryBinding } from "../../src/cuda/try-binding.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fails, fakeMachine, installers, prints, touch } from "../support/fake-machine.ts";

const CARD = { name: "NVIDIA T4", driver: "550.54.15", freeBytes: 9e9, totalBytes: 16e9 };

let home = "";
beforeEach(() => {
  home = join(temporaryFolder(), "cuda");
});

/** The facts where a home was set up whose binding prints `lines`. */
function facts(...lines: string[]): Promise<CudaFacts> {
  touch(homePaths(home).addon);
  touch(join(homePaths(home).libraries, "nvidia_cuda_runtime_cu12-12.5.82.dist-info/METADATA"));
  const smi = (args: readonly string[]) =>
    args.length > 0
      ? prints("0, GPU-aa, NVIDIA T4, 550.54.15, 8000, 16000")
      : prints("| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4 |");
  const commands = { "nvidia-smi": smi, node: () => prints(...lines) };
  return cudaFacts(fakeMachine({ env: { MMOE_CUDA_HOME: home }, commands }), true);
}

describe("cudaFacts(machine)", () => {
  test("tells card, driver, CUDA and what the binding does", async () => {
    const found = await facts("I tensorflow: created device", '{"computes":true,"onCard":true,"tensorflow":"2.18.1"}');
    expect(found).toMatchObject({
      devices: true,
      cards: [{ name: "NVIDIA T4" }],
      driverCuda: "12.4",
      cuda: "12.5.82",
      trial: { onCard: true, tensorflow: "2.18.1" },
    });
    expect(cudaProblem(found, {})).toBeUndefined();
  });

  test("says that a binding computes wrongly", async () => {
    const wrong = await facts('{"computes":false,"onCard":true,"tensorflow":"2.18.1"}');
    expect(wrong.trial?.problem).toMatch(/wrong/);
  });

  test("tells a set-up that another mmoe made", async () => {
    touch(homePaths(home).addon);
    writeFileSync(homePaths(home).markers, '{ "python environment": "pip", "tensorflow": "tensorflow-cpu==2.18.1" }');
    const found = await facts('{"computes":true,"onCard":false,"tensorflow":"2.18.1"}');
    expect(setUpProblem(found)).toEqual({
      problem: "not whole, or another mmoe's, from its step 'python environment' on",
      fix: "mmoe cuda setup --cpu",
    });
  });

  test("is content with a machine that has nothing", async () => {
    const bare = fakeMachine({ env: { MMOE_CUDA_HOME: home }, commands: { "nvidia-smi": () => fails() } });
    expect(await cudaFacts(bare, false)).toEqual({ devices: false, cards: [] });
  });
});

describe("cudaProblem(facts) says what to do about", () => {
  const whole: CudaFacts = {
    devices: true,
    cards: [CARD],
    cuda: "12.5.82",
    binding: { folder: "/h/package", home: "/h" },
    trial: { computes: true, onCard: true, tensorflow: "2.18.1" },
  };
  const offCard = { computes: true, onCard: false, tensorflow: "2.18.1" };
  const { cuda, binding, trial, ...bare } = whole;

  const hidden = { ...whole, devices: false };
  const broken = { ...whole, trial: { problem: "no file" } };
  const inHome = { binding: { folder: "/h/package", home: "/h" }, trial: offCard };
  const busy = "Error: TensorFlow starts no session: device is busy";
  const cutShort = { lacks: "binding", command: "mmoe cuda setup --cpu" };
  const spaced = { folder: "/my h/package", home: "/my h" };
  const [noCard, notFound] = ["no NVIDIA card is visible", "TensorFlow finds no card"];
  const other = "see what nvidia-smi says of the card: is it full, or another's?";

  test.each<[string, CudaFacts, string, string, visible?: string]>([
    ["no card", hidden, noCard, "use a machine with a card"],
    ["a card that is hidden", hidden, noCard, "CUDA_VISIBLE_DEVICES is '-1': unset it", "-1"],
    ["no card, though one is named", hidden, noCard, "use a machine with a card", "0"],
    ["nothing set up", bare, "not set up", "mmoe cuda setup"],
    ["a broken binding", broken, "does not load: no file", "rm -r /h; mmoe cuda"],
    [
      "one in a folder of two words",
      { ...broken, binding: spaced },
      "does not load: no file",
      "rm -r '/my h'; mmoe cuda",
    ],
    ["one that was cut short", { ...broken, setUp: cutShort }, "does not load: no file", "mmoe cuda setup --cpu"],
    [
      "a project's own broken binding",
      { ...broken, binding: { folder: "/p/package" } },
      "does not load: no file",
      "npm uninstall @tensorflow/tfjs-node-gpu; mmoe cuda",
    ],
    ["a card that another process has", { ...whole, trial: { problem: busy } }, `does not load: ${busy}`, other],
    ["TensorFlow without CUDA", { ...bare, ...inHome }, "set up for the CPU alone", "mmoe cuda setup"],
    [
      "an old driver",
      { ...whole, cards: [{ ...CARD, driver: "470.1" }], trial: offCard },
      notFound,
      "470.1 is too old for CUDA 12",
    ],
    ["no driver", { ...whole, cards: [], trial: offCard }, notFound, "no card (nvidia-smi shows none)"],
    [
      "a card that TensorFlow refuses",
      { ...whole, trial: { ...offCard, about: "failed call to cuInit" } },
      `${notFound}: failed call to cuInit`,
      "see what nvidia-smi says",
    ],
  ])("%s", (_, facts, problem, fix, CUDA_VISIBLE_DEVICES) => {
    const found = cudaProblem(facts, { CUDA_VISIBLE_DEVICES });
    expect(found?.problem).toBe(problem);
    expect(found?.fix.slice(0, fix.length)).toBe(fix);
  });
});

/** A set-up in `home`; `commands` do otherwise than they should. */
async function setUp(cpu: boolean, commands = {}): Promise<void> {
  const machine = fakeMachine({ commands: { ...installers(), ...commands } });
  const context = { onLine: () => {}, signal: new AbortController().signal };
  const silent = { onStart: () => {}, onDone: () => {} };
  await runSteps(installSteps(machine, { home, cpu }), homePaths(home).markers, context, silent);
}

const state = () => setUpState(fakeMachine(), home);

describe("setUpState(machine, home)", () => {
  test.each([
    [true, "mmoe cuda setup --cpu"],
    [false, "mmoe cuda setup"],
  ])("with cpu %s lacks nothing, and knows '%s'", async (cpu, command) => {
    await setUp(cpu);
    expect(state()).toEqual({ command });
  });

  test.each([
    ["python environment", true, { python3: () => fails("no venv") }, "mmoe cuda setup, with the options that it had"],
    ["tensorflow", true, { python: () => fails("no network") }, "mmoe cuda setup, with the options that it had"],
    ["binding's sources", false, { npm: () => fails("no network") }, "mmoe cuda setup"],
  ])("lacks the step '%s' that a set-up was cut short in", async (lacks, cpu, commands, command) => {
    await setUp(cpu, commands).catch(() => {});
    expect(state()).toEqual({ lacks, command });
  });

  test("is undefined where no set-up began", () => {
    expect(state()).toBeUndefined();
  });
});

/** TensorFlow's own log, on a machine without a card. */
const LOG = [
  "2025-01-01 00:00:00.000000: E external/local_xla/cuda_driver.cc:152] failed call to cuInit: UNKNOWN ERROR (303)",
  "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
  "E0000 00:00:1732543210.123456    4242 cuda_dnn.cc:8310] Unable to register cuDNN factory: error",
];

describe("tryBinding(machine, binding) says why it does not load:", () => {
  test.each([
    [
      "Node's error, not the line of source above it",
      ["  throw new Error(message);", "Error: libcudart.so.12: not found", "    at Module._load"],
      "Error: libcudart.so.12: not found",
    ],
    [
      "an error of another class",
      ["TypeError [ERR_DLOPEN_FAILED]: no addon", "Node.js v20.20.2"],
      "TypeError [ERR_DLOPEN_FAILED]: no addon",
    ],
    ["the loader's", ["node: symbol lookup error: undefined symbol: TF_NewStatus"], "node: symbol lookup error"],
    ["its last words", ["ended by SIGSEGV"], "ended by SIGSEGV"],
    ["its exit code, where it said nothing", [], "exit code 1"],
  ])("%s, whatever TensorFlow logged before", async (_, lines, problem) => {
    const machine = fakeMachine({ commands: { node: () => fails(...LOG, ...lines) } });
    const trial = await tryBinding(machine, { folder: "/h/package", home: "/h" });
    expect(trial.problem?.slice(0, problem.length)).toBe(problem);
  });
});
