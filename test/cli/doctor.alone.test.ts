import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { CudaFacts } from "../../src/cuda/diagnosis.ts";
import { NotInstalled } from "../../src/errors.ts";
import type { EngineTrial } from "../../src/sweep/engine-trial.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";

const world = vi.hoisted(() => ({
  facts: {},
  kernels: {},
  trial: (_name: string, _kernels?: string): unknown => undefined,
  /** Engines that were disposed of. */
  disposed: [] as string[],
}));
vi.mock("../../src/engines/cpu/native.ts", () => ({ availableKernels: () => world.kernels }));
vi.mock("../../src/cuda/diagnosis.ts", async (original) => ({
  ...(await original<object>()),
  cudaFacts: async () => world.facts,
}));
vi.mock("../../src/sweep/engines.ts", async (original) => ({
  ...(await original<object>()),
  loadEngine: async (name: string, { kernels, backend = kernels }: { kernels?: string; backend?: string }) => {
    const dispose = async () => void world.disposed.push(backend === undefined ? name : `${name} ${backend}`);
    return { ...fakeEngine(), name, kernels, dispose };
  },
}));
vi.mock("../../src/sweep/engine-trial.ts", () => ({
  tryEngine: ({ name, kernels }: { name: string; kernels?: string }) => world.trial(name, kernels),
}));

const NOTHING: CudaFacts = { devices: false, cards: [] };
const SET_UP: CudaFacts = {
  devices: true,
  cards: [{ name: "NVIDIA H100 80GB HBM3", driver: "550.54.15", freeBytes: 8.4e10, totalBytes: 8.55e10 }],
  driverCuda: "12.4",
  cuda: "12.5.82",
  binding: { folder: "/data/mmoe/cuda/node_modules/package", home: "/data/mmoe/cuda" },
  trial: { computes: true, onCard: true, tensorflow: "2.18.1" },
};
const OFF_CARD: CudaFacts = { ...SET_UP, trial: { computes: true, onCard: false, tensorflow: "2.18.1" } };

const DEVICES: Record<string, string> = { cuda: "NVIDIA H100 80GB HBM3" };
const good = (name: string, kernels?: string): EngineTrial => {
  return {
    device: DEVICES[name] ?? kernels ?? "wasm",
    runStepsPerSecond: 12345.6,
    difference: 3.2e-7,
    tolerance: 1e-4,
  };
};

beforeEach(() => {
  world.facts = NOTHING;
  world.kernels = { sets: ["avx2", "wasm"] };
  world.trial = good;
  world.disposed = [];
});

/** A Python with what it prints, which starts at once. */
function pythonThat(prints: string): string {
  const file = join(temporaryFolder(), "python");
  writeFileSync(file, `#!/bin/sh\necho '${prints}'\n`, { mode: 0o755 });
  return file;
}

const MMOE_PYTHON = pythonThat('{"version": "3.12.1", "libraries": {"numpy": "2.4.6", "torch": "2.15.0"}}');
const doctor = (argv: readonly string[] = [], env: Record<string, string> = {}) =>
  runMain(["doctor", ...argv], undefined, { MMOE_PYTHON, ...env });
const lines = async (...argv: string[]) => (await doctor(argv)).stdout.split("\n");

describe("mmoe doctor", () => {
  test("without a card tries cpu and tfjs, says so of cuda, and is content", async () => {
    const { code, stdout } = await doctor();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cpu +avx2 +12,346 +3e-7 {3}yes$/m);
    expect(stdout).toMatch(/^tfjs +wasm +12,346 +3e-7 {3}yes$/m);
    expect(stdout).toMatch(/^cuda +- +- +- +no$/m);
    expect(stdout).toMatch(/^sweeps {6}train on cpu unless told otherwise$/m);
    expect(stdout).toMatch(/\ncuda: no NVIDIA card is visible\n {2}fix: .*\n$/);
  });

  test("names the Python that would train, what it has, and what it lacks", async () => {
    expect(await lines("--python", MMOE_PYTHON)).toContain(
      `python      ${MMOE_PYTHON} (--python): 3.12.1, numpy 2.4.6, torch 2.15.0`,
    );
    const bare = pythonThat('{"version": "3.12.1", "libraries": {}}');
    expect(await lines("--python", bare)).toContain(
      `python      ${bare} (--python): 3.12.1, no numpy, which models in Python need`,
    );
    expect(await lines("--python", "/gone/python")).toContain(
      "python      none: /gone/python (--python) does not start; models in Python need one",
    );
  });

  test("with a card names it, its memory, the driver and every version, and finds nothing to fix", async () => {
    world.facts = SET_UP;
    const found = await lines();
    expect(found.slice(5, 10)).toEqual([
      "card        NVIDIA H100 80GB HBM3, 84.0 GB of 85.5 GB free",
      "driver      550.54.15, for CUDA up to 12.4",
      "tensorflow  2.18.1, CUDA 12.5.82",
      "binding     /data/mmoe/cuda",
      "sweeps      train on cuda unless told otherwise",
    ]);
    expect(found.join("\n")).toMatch(/^cuda +NVIDIA H100 80GB HBM3 +12,346 +3e-7 {3}yes$/m);
    expect(found.join("\n")).not.toMatch(/fix:/);
  });

  test.each([
    [[], {}, "avx2", "wasm"],
    [[], { MMOE_KERNELS: "wasm" }, "wasm", "avx2"],
    [["--kernels", "avx2"], { MMOE_KERNELS: "wasm" }, "avx2", "wasm"],
  ])(
    "tries, by %j and %j, the kernels %s first, and then each other set that runs here",
    async (argv, env, used, other) => {
      const { code, stdout } = await doctor(argv, env);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^cpu +${used} +12,346 .*\\ncpu --kernels ${other} +${other} +12,346 `, "m"));
      expect(stdout).toMatch(new RegExp(`^kernels {5}${used}; ${other} run here too$`, "m"));
    },
  );

  test("refuses kernels that do not run here, and kernels of another engine", async () => {
    expect(refusal(await doctor(["--kernels", "avx512"]))).toMatch(
      /^--kernels avx512: .*; give one that runs here: auto, avx2, wasm$/,
    );
    expect((await doctor(["--engine", "tfjs", "--kernels", "wasm"])).stderr).toBe(
      "mmoe: --kernels wasm is for --engine cpu, not tfjs\n",
    );
  });

  test("exits with 4 where the engine that was asked for does not work, or a binding does not find its card", async () => {
    expect((await doctor(["--engine", "cuda"])).code).toBe(4);
    expect((await doctor(["--engine", "cpu"])).code).toBe(0);
    world.facts = OFF_CARD;
    expect((await doctor()).code).toBe(4);
  });

  test.each([
    ["tfjs", 2e-4, "tfjs: its losses differ from the reference\n  fix: use another --engine"],
    ["tfjs", Number.NaN, "tfjs: its losses differ from the reference\n  fix: use another --engine"],
    ["wasm", 1, "\ncpu --kernels wasm: its losses differ"],
  ])("exits with 4 where the losses of %s are %d from the reference's", async (of, difference, line) => {
    world.trial = (name, kernels) => ({ ...good(name, kernels), ...((kernels ?? name) === of ? { difference } : {}) });
    const { code, stdout } = await doctor();
    expect([code, stdout]).toEqual([4, expect.stringContaining(line)]);
  });

  test("says of losses on a card by which setting they are rounded", async () => {
    world.facts = SET_UP;
    world.trial = (name, kernels) => ({ ...good(name, kernels), difference: 1 });
    const fixes = async () => (await lines()).flatMap((line) => /^ {2}fix: (\w+ \w+)/.exec(line)?.[1] ?? []);
    expect(await fixes()).toEqual(Array(4).fill("use another"));
    vi.stubEnv("NVIDIA_TF32_OVERRIDE", "1");
    expect(await fixes()).toEqual([...Array(3).fill("use another"), "unset NVIDIA_TF32_OVERRIDE"]);
    vi.unstubAllEnvs();
  });

  test.each<[string, CudaFacts, string[]]>([
    ["without TensorFlow's binding", NOTHING, []],
    ["with one that finds no card", OFF_CARD, ["tfjs tensorflow"]],
    ["with one that trains on a card", SET_UP, []],
    ["with one that does not load", { ...SET_UP, trial: { problem: "no libcudart" } }, []],
    ["with one that computes wrong", { ...OFF_CARD, trial: { ...OFF_CARD.trial, problem: "a product is wrong" } }, []],
  ])("tries TensorFlow on the CPU only where no card has it, and leaves no engine: %s", async (_, facts, more) => {
    world.facts = facts;
    await doctor();
    const cuda = facts === SET_UP ? ["cuda"] : [];
    expect(world.disposed).toEqual(["cpu avx2", "cpu wasm", "tfjs", ...more, ...cuda]);
  });

  test("without TensorFlow.js says how to get it, which is a fault only if it was asked for", async () => {
    world.trial = (name) => {
      if (name === "tfjs") throw new NotInstalled("TensorFlow.js is not installed", "npm install it");
      return good(name);
    };
    const { code, stdout } = await doctor();
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("tfjs: TensorFlow.js is not installed\n  fix: npm install it\n"),
    ]);
    expect((await doctor(["--engine", "tfjs"])).code).toBe(4);
  });

  test("goes on after an engine that fails", async () => {
    world.trial = (name) => {
      if (name === "cpu") throw new Error("no SIMD");
      return good(name);
    };
    const { code, stdout } = await doctor();
    expect(code).toBe(4);
    expect(stdout).toContain("cpu: no SIMD\n");
    expect(stdout).toMatch(/^tfjs +wasm/m);
  });
});
