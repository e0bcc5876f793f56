import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { place } from "../../../scripts/kernel-manifest.js";
import { isCommitted, MODULES } from "../../../scripts/wasm.js";
import { checkArithmetic, chooseKernels } from "../../../src/engines/cpu/choose-kernels.ts";
import type { KernelChoice, KernelSet } from "../../../src/engines/cpu/kernel-sets.ts";
import { expectWhole } from "../../../src/engines/cpu/native.ts";
import { FIRST_FREE } from "../../../src/engines/rows/arena.ts";
import { WasmInstance } from "../../../src/engines/rows/kernel-memory.ts";
import { temporaryFolder } from "../../support/effects.ts";

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

const CONTENT = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));

let binary = "";
beforeEach(() => {
  binary = join(temporaryFolder(), "kernels.node");
  writeFileSync(binary, CONTENT);
  describeIt(CONTENT);
});

function describeIt(content: Buffer): void {
  const sha256 = createHash("sha256").update(content).digest("hex");
  writeFileSync(`${binary}.json`, JSON.stringify({ bytes: content.length, sha256, inputs: "", compiler: "" }));
}

/** Puts something else in the place of a file. */
function inPlace(path: string, put: (path: string) => void): void {
  rmSync(path);
  put(path);
}

describe("expectWhole(binary)", () => {
  test("is content with the file that the manifest describes", () => {
    expect(() => expectWhole(binary)).not.toThrow();
  });

  test.each<[string, () => void, RegExp]>([
    ["shorter", () => truncateSync(binary, 4096), /kernels\.node is damaged: 4096 bytes, not 5000$/],
    ["longer", () => truncateSync(binary, 5001), /kernels\.node is damaged: 5001 bytes, not 5000$/],
    [
      "of other bytes",
      () => writeFileSync(binary, CONTENT.with(4999, 7)),
      /kernels\.node is damaged: its SHA-256 is not the one in its manifest$/,
    ],
    ["a sparse gigabyte", () => truncateSync(binary, 2 ** 30), /kernels\.node: too large: 1073741824 bytes, /],
    ["a folder", () => inPlace(binary, mkdirSync), /kernels\.node: can't be read: it is a folder, /],
    [
      "a pipe",
      () => inPlace(binary, (path) => execFileSync("mkfifo", [path])),
      /kernels\.node: can't be read: it is a device, pipe or socket, /,
    ],
    [
      "a device that never ends",
      () => inPlace(binary, (path) => symlinkSync("/dev/zero", path)),
      /kernels\.node: can't be read: it is a device, pipe or socket, /,
    ],
  ])("refuses one that is %s", (_, damage, message) => {
    damage();
    expect(() => expectWhole(binary)).toThrow(message);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ["missing", rmSync, /kernels\.node\.json: can't be read: no such file or directory$/],
    ["cut", (path) => truncateSync(path, 30), /kernels\.node\.json: not JSON$/],
    ["null", (path) => writeFileSync(path, "null"), /kernels\.node is damaged: 5000 bytes, not undefined$/],
    [
      "a pipe",
      (path) => inPlace(path, () => execFileSync("mkfifo", [path])),
      /kernels\.node\.json: can't be read: it is a device, pipe or socket, /,
    ],
  ])("refuses one whose manifest is %s", (_, damage, message) => {
    damage(`${binary}.json`);
    expect(() => expectWhole(binary)).toThrow(message);
  });
});

test("place(from, to) makes a file that git knows as no program, whatever the linker made", () => {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, "made"), join(folder, "kernels.wasm")];
  writeFileSync(from, "code", { mode: 0o755 });
  place(from, to, { inputs: "hash" });
  expect([to, `${to}.json`].map((path) => statSync(path).mode & 0o111)).toEqual([0, 0]);
  expect(readFileSync(to, "utf8")).toBe("code");
});

describe.each(MODULES)("the committed %s", (path) => {
  test("is made of the kernels' source as it is now (else npm run kernels:wasm)", () => {
    expect(isCommitted(path)).toBe(true);
  });

  test("has its constants below the addresses that plans give away", () => {
    const { memory } = new WasmInstance(new WebAssembly.Module(readFileSync(join(path))));
    const used = new Uint8Array(memory.buffer).findLastIndex((byte) => byte !== 0);
    expect(used).toBeGreaterThan(32_768); // the stack
    expect(used).toBeLessThan(FIRST_FREE);
  });
});
