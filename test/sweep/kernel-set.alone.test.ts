import { beforeEach, describe, expect, test, vi } from "vitest";
import type { EngineOptions } from "../../src/sweep/engines.ts";

const here = vi.hoisted(() => ({
  sets: ["avx2", "wasm"] as const,
  problem: undefined as string | undefined,
  loaded: 0,
}));
vi.mock("../../src/engines/cpu/native.ts", () => ({
  availableKernels: () => {
    here.loaded++;
    return here.problem ? { sets: ["wasm"], problem: here.problem } : { sets: here.sets };
  },
}));

let notes: string[] = [];
beforeEach(() => {
  notes = [];
  here.problem = undefined;
  here.loaded = 0;
  vi.resetModules(); // as in a process of its own
});

/** A function that chooses in a new process. */
async function newProcess() {
  const { kernelSet } = await import("../../src/sweep/engines.ts");
  return (kernels?: EngineOptions["kernels"], MMOE_KERNELS?: string) =>
    kernelSet({ ...(kernels && { kernels }), env: { MMOE_KERNELS }, note: (line) => notes.push(line) });
}

describe("kernelSet({ kernels, env, note })", () => {
  test("is the fastest that runs here, what MMOE_KERNELS says, or, before all, what the option says", async () => {
    const choose = await newProcess();
    expect([choose(), choose(undefined, "wasm"), choose("avx2", "wasm"), choose("auto", "wasm")]).toEqual([
      "avx2",
      "wasm",
      "avx2",
      "avx2",
    ]);
    expect([choose(undefined, ""), notes]).toEqual(["avx2", []]);
  });

  test("names MMOE_KERNELS and its value where that is wrong", async () => {
    const choose = await newProcess();
    expect(() => choose(undefined, "avx9")).toThrow(
      "MMOE_KERNELS: expected one of auto, wasm, avx2, avx512, neon, got 'avx9'; did you mean 'avx2'?",
    );
    expect(() => choose(undefined, "neon")).toThrow(
      /^MMOE_KERNELS neon: .*; give one that runs here: auto, avx2, wasm$/,
    );
  });

  test("without native kernels says why, once a process", async () => {
    here.problem = "native kernels can't be loaded: too short";
    const choose = await newProcess();
    expect([choose(), choose()]).toEqual(["wasm", "wasm"]);
    expect(notes).toEqual([
      "native kernels can't be loaded: too short; training on WebAssembly, which is slower " +
        "(--kernels wasm leaves out this line)",
    ]);
  });

  test("neither loads native kernels nor says anything of them where WebAssembly was asked for", async () => {
    here.problem = "native kernels can't be loaded: too short";
    const choose = await newProcess();
    expect([choose("wasm"), choose(undefined, "wasm"), notes, here.loaded]).toEqual(["wasm", "wasm", [], 0]);
  });
});
