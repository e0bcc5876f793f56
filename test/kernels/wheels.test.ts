// The wheels of all platforms: which one pip takes where, and what is inside.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { TARGETS } from "../../scripts/published-kernels.js";
import { temporaryFolder } from "../support/effects.ts";

const wheels = temporaryFolder();
const python = (...words: string[]) => execFileSync("python3", words, { encoding: "utf8" }).trim();

/** The wheel that pip takes for a platform. */
function takenFor(platform: string): string {
  const folder = temporaryFolder();
  const where = ["--no-index", "--find-links", wheels, "--no-deps", "--only-binary=:all:", "--platform", platform];
  python("-m", "pip", "download", "--quiet", "--disable-pip-version-check", ...where, "--dest", folder, "mmoe");
  const [name] = readdirSync(folder);
  return name;
}

/** The native kernels in a wheel: each with its name, and what `file` would tell by its first bytes. */
const KERNELS = `import json, struct, sys, zipfile
def kind(data):
    if data[:4] == b"\\x7fELF": return f"ELF {struct.unpack('<H', data[18:20])[0]}"
    if data[:4] == b"\\xcf\\xfa\\xed\\xfe": return f"Mach-O {struct.unpack('<I', data[4:8])[0]:#x}"
    at = struct.unpack("<I", data[60:64])[0]
    return f"{data[at:at + 2].decode()} {struct.unpack('<H', data[at + 4:at + 6])[0]:#x}"
wheel = zipfile.ZipFile(sys.argv[1])
print(json.dumps({name.split("/")[-1]: kind(wheel.read(name)) for name in wheel.namelist() if name.endswith(".node")}))`;

/** By platform of pip's: the platform of the kernels, and their format with the processor's number in it. */
const PLATFORMS = [
  ["manylinux_2_17_x86_64", "linux-x64", "ELF 62"],
  ["musllinux_1_1_x86_64", "linux-x64", "ELF 62"],
  ["manylinux2014_aarch64", "linux-arm64", "ELF 183"],
  ["macosx_11_0_arm64", "darwin-arm64", "Mach-O 0x100000c"],
  ["macosx_11_0_x86_64", "darwin-x64", "Mach-O 0x1000007"],
  ["win_amd64", "win32-x64", "PE 0x8664"],
] as const;

describe("npm run wheel -- --all", () => {
  beforeAll(() => {
    execFileSync(process.execPath, ["scripts/wheel.js", "--all", "--out", wheels], { stdio: "pipe" });
  });

  test("builds a wheel of at most 12 MB for each platform, and one for all others", () => {
    const sizes = readdirSync(wheels).map((name) => statSync(join(wheels, name)).size);
    expect(sizes).toHaveLength(Object.keys(TARGETS).length + 1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(12e6);
  });

  test.each(PLATFORMS)("gives pip on %s the kernels of %s, and no others", (platform, name, format) => {
    const wheel = takenFor(platform);
    expect(wheel).toContain(platform);
    expect(JSON.parse(python("-c", KERNELS, join(wheels, wheel)))).toEqual({ [`${name}.node`]: format });
  });

  test.each(["linux_riscv64", "win_arm64"])("gives pip on %s the one with WebAssembly", (platform) => {
    const wheel = takenFor(platform);
    expect(wheel).toMatch(/-py3-none-any\.whl$/);
    expect(JSON.parse(python("-c", KERNELS, join(wheels, wheel)))).toEqual({});
    const names = `import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\\n")`;
    expect(python("-c", names, join(wheels, wheel)).split("\n")).toContain(
      "mmoe/_program/dist/engines/cpu/kernels/kernels.wasm",
    );
  });
});
