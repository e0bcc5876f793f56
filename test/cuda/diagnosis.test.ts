import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type CudaFacts, cudaFacts, cudaProblem, setUpProblem } from "../../src/cuda/diagnosis.ts";
import { homePaths } from "../../src/cuda/home.ts";
import { tryBinding } from "../../src/cuda/try-binding.ts";
import { touch, withCards } from "../support/commands.ts";
import { temporaryFolder } from "../support/effects.ts";

const CARD = { name: "NVIDIA T4", driver: "550.54.15", freeBytes: 9e9, totalBytes: 16e9 };

let home = "";
beforeEach(() => {
  home = join(temporaryFolder(), "cuda");
});

/** A home whose binding runs these lines of JavaScript when it is loaded. */
function plant(script: string): void {
  const { addon, binding, libraries, madeFrom } = homePaths(home);
  touch(addon);
  touch(join(libraries, "nvidia_cuda_runtime_cu12-12.5.82.dist-info/METADATA"));
  mkdirSync(madeFrom);
  writeFileSync(join(madeFrom, "quiet.cc"), "// of another mmoe");
  writeFileSync(join(binding, "package.json"), '{ "main": "index.js" }');
  writeFileSync(join(binding, "index.js"), script);
}

/** A binding whose products of matrices are `product`. */
const computing = (product: number, isUsingGpuDevice: boolean) => `
exports.matMul = () => ({ dataSync: () => [${product}] });
exports.backend = () => ({ isUsingGpuDevice: ${isUsingGpuDevice}, binding: { TF_Version: "2.18.1" } });`;

describe("cudaFacts(env)", () => {
  test("tells card, driver, CUDA, what the binding does, and that another mmoe made it", async () => {
    plant(computing(31, true));
    const head = "| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4 |";
    const env = withCards(["0, GPU-aa, NVIDIA T4, 550.54.15, 8000, 16000"], head);
    const found = await cudaFacts({ ...env, MMOE_CUDA_HOME: home }, true);
    expect(found).toMatchObject({
      devices: true,
      cards: [{ name: "NVIDIA T4" }],
      driverCuda: "12.4",
      cuda: "12.5.82",
      trial: { onCard: true, tensorflow: "2.18.1" },
    });
    expect(cudaProblem(found, {})).toBeUndefined();
    expect(setUpProblem(found)?.fix).toBe("mmoe cuda setup --cpu");
  });

  test("is content with a machine that has nothing", async () => {
    expect(await cudaFacts({ PATH: "", MMOE_CUDA_HOME: home }, false)).toEqual({ devices: false, cards: [] });
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
    ["one of another mmoe", { ...broken, renewal: "mmoe cuda setup" }, "does not load: no file", "mmoe cuda setup"],
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

describe("tryBinding(env, binding) says why it does not load:", () => {
  const LOG = "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR";
  test.each([
    ["Node's error", 'throw new TypeError("libcudart.so.12: not found")', "TypeError: libcudart.so.12: not found"],
    [
      "the loader's",
      'console.error("node: symbol lookup error: TF_NewStatus"); process.exit(127)',
      "node: symbol lookup",
    ],
    ["the signal that ended it", "process.kill(process.pid, 9)", "ended by SIGKILL"],
    ["its exit code, where it said nothing", "process.exit(7)", "exit code 7"],
    ["that it computes wrongly", computing(30, true), "a product of two matrices comes out wrong"],
  ])("%s, whatever TensorFlow logged before", async (_, script, problem) => {
    plant(`console.error(${JSON.stringify(LOG)});${script}`);
    const trial = await tryBinding(process.env, { folder: homePaths(home).binding });
    expect(trial.problem?.slice(0, problem.length)).toBe(problem);
  });
});
