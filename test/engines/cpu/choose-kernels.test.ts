import { afterEach, describe, expect, test, vi } from "vitest";
import { checkArithmetic, chooseKernels } from "../../../src/engines/cpu/choose-kernels.ts";
import type { KernelChoice, KernelSet } from "../../../src/engines/cpu/kernel-sets.ts";

const original = Object.getOwnPropertyDescriptor(process, "arch") as PropertyDescriptor;
afterEach(() => {
  Object.defineProperty(process, "arch", original);
  vi.unstubAllEnvs();
});

const OLD: { sets: KernelSet[] } = { sets: ["avx2", "wasm"] };
const NONE: { sets: KernelSet[]; problem: string } = { sets: ["wasm"], problem: "there are no native kernels for x" };

function chosen(choice: KernelChoice, here: { sets: KernelSet[]; problem?: string }, arch = "x64"): string {
  Object.defineProperty(process, "arch", { ...original, value: arch });
  return chooseKernels(choice, "--kernels", here);
}

describe("chooseKernels(choice, option, here)", () => {
  test("gives the fastest set that runs here for auto, and each other that runs here for its name", () => {
    expect([chosen("auto", OLD), chosen("wasm", OLD), chosen("avx2", OLD)]).toEqual(["avx2", "wasm", "avx2"]);
    expect(chosen("auto", NONE)).toBe("wasm");
  });

  test("says what the processor lacks, and what runs here", () => {
    expect(() => chosen("avx512", OLD)).toThrow(
      "--kernels avx512: this processor, or its system, has no AVX-512 (F, DQ, BW, VL); " +
        "give one that runs here: auto, avx2, wasm",
    );
  });

  test("says which processors a set is for", () => {
    expect(() => chosen("neon", OLD)).toThrow(/^--kernels neon: those kernels are for arm64 .* this one is x64; /);
    expect(() => chosen("avx2", NONE, "arm64")).toThrow(/^--kernels avx2: those kernels are for x64 /);
  });

  test("says why no binary is loaded where a set needs one", () => {
    expect(() => chosen("avx2", NONE)).toThrow(
      "--kernels avx2: there are no native kernels for x; give one that runs here: auto, wasm",
    );
  });
});

describe("checkArithmetic(arithmetic, set, here, has)", () => {
  const fused = (set: KernelSet, here: { sets: KernelSet[]; problem?: string }, having: KernelSet[]) => () =>
    checkArithmetic("fused", set, here, (one) => having.includes(one));

  test("takes what a set has, and portable always", () => {
    expect(fused("avx2", OLD, ["avx2"])).not.toThrow();
    expect(() => checkArithmetic("portable", "wasm", NONE, () => false)).not.toThrow();
  });

  test("names the sets that fuse", () => {
    expect(fused("wasm", OLD, ["avx2"])).toThrow(
      "arithmetic fused is not in the kernels wasm; use --kernels avx2, or --set arithmetic=portable",
    );
  });

  test("says why none does", () => {
    expect(fused("wasm", NONE, [])).toThrow(
      "arithmetic fused is not in the kernels wasm (there are no native kernels for x); use --set arithmetic=portable",
    );
  });
});
