// scripts/native.js, which compiles the native kernels in a clone, if the machine has a C compiler.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { ROOT } from "./bits-program.ts";

let clone = "";
beforeAll(() => {
  clone = newClone();
});

/** In the place of the kernels, which take long to compile: `npm run build` does it. */
const KERNELS = `#define JOINED(set) set_##set
#define NAME_OF(set) JOINED(set)
const int NAME_OF(SET) = 1;
`;

/** What of a clone the script reads. */
function newClone(): string {
  const folder = temporaryFolder();
  for (const part of ["src/engines/rows/kernels", "src/engines/cpu/kernels", "scripts"]) {
    mkdirSync(join(folder, part), { recursive: true });
    const files = readdirSync(join(ROOT, part)).filter((name) => /\.([ch]|js)$/.test(name));
    for (const name of files) copyFileSync(join(ROOT, part, name), join(folder, part, name));
  }
  writeFileSync(join(folder, "src/engines/cpu/kernels/kernels.c"), KERNELS);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const binary = (folder: string) => join(folder, "native/build/kernels.node");

function script(folder: string, env: NodeJS.ProcessEnv, ...argv: string[]) {
  const words = [join(folder, "scripts/native.js"), ...argv];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function becomeFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
  writeFileSync(join(path, "file"), "");
}

function becomePipe(path: string): void {
  rmSync(path);
  spawnSync("mkfifo", [path]);
}

const silent = { status: 0, stdout: "", stderr: "" };
const sets = process.arch === "x64" ? "avx512, avx2" : "neon";

describe("npm run kernels:native", () => {
  test("compiles by cc, and says so in one line", () => {
    const line = `native kernels: ${sets}, compiled by cc\n`;
    expect(script(clone, { CC: undefined })).toEqual({ ...silent, stdout: line });
    expect(readdirSync(join(clone, "native/build"))).toEqual(["kernels.node", "kernels.node.json"]);
    const { bytes, sha256 } = JSON.parse(readFileSync(`${binary(clone)}.json`, "utf8"));
    const sum = spawnSync("sha256sum", [binary(clone)], { encoding: "utf8" }).stdout.split(" ")[0];
    expect([bytes, sha256]).toEqual([statSync(binary(clone)).size, sum]);
  });

  test("compiles nothing again, and says nothing, whenever the files of the kernels were written", () => {
    const before = statSync(binary(clone)).mtimeMs;
    const later = new Date(Date.now() + 1000);
    utimesSync(join(clone, "src/engines/rows/kernels/simd.h"), later, later);
    expect(script(clone, { CC: undefined })).toEqual(silent);
    expect(statSync(binary(clone)).mtimeMs).toBe(before);
  });

  test("keeps what is there where no compiler works, unless a file of the kernels changes", () => {
    const folder = newClone();
    script(folder, { CC: undefined });
    expect(script(folder, { CC: "false" })).toEqual(silent);
    const [source, old] = [join(folder, "src/engines/rows/kernels/simd.h"), new Date(0)];
    writeFileSync(source, `${readFileSync(source, "utf8")}\n`);
    utimesSync(source, old, old);
    expect(script(folder, { CC: "false" }).stdout).toMatch(/^no native kernels: /);
    expect(readdirSync(join(folder, "native/build"))).toEqual([]);
  });

  test.each<[string, (binary: string) => void]>([
    ["its binary was truncated", (path) => truncateSync(path, 5000)],
    [
      "its binary was changed",
      (path) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte, i) => (i === 9000 ? ~byte : byte)),
        ),
    ],
    ["its manifest is gone", (path) => rmSync(`${path}.json`)],
    ["folders are in their places", (path) => [path, `${path}.json`].map(becomeFolder)],
    ["pipes are in their places", (path) => [path, `${path}.json`].map(becomePipe)],
  ])("compiles again where %s", (_, damage) => {
    const whole = readFileSync(binary(clone));
    damage(binary(clone));
    expect(script(clone, { CC: undefined }).stdout).toBe(`native kernels: ${sets}, compiled by cc\n`);
    expect(readFileSync(binary(clone)).equals(whole)).toBe(true);
  });

  test("compiles again for other words of the compiler", () => {
    expect(script(clone, { CC: "cc -g1" }).stdout).toBe(`native kernels: ${sets}, compiled by cc -g1\n`);
    expect(script(clone, { CC: "cc" }).stdout).toBe(`native kernels: ${sets}, compiled by cc\n`);
  });

  test.each([
    ["false failed", { CC: "false" }],
    ["there is no gcc-none", { CC: "gcc-none -m64" }],
    ["there is no cc", { CC: undefined, PATH: "/var/empty" }],
  ])("is content without a compiler that works, and says so in one line: %s", (why, env) => {
    const folder = newClone();
    const stdout = `no native kernels: ${why}; the cpu engine takes WebAssembly, which is slower\n`;
    expect(script(folder, env)).toEqual({ ...silent, stdout });
    expect(existsSync(binary(folder))).toBe(false);
  });

  test("--installed says in one line what is there, though nothing is to do", () => {
    script(clone, { CC: undefined });
    expect(script(clone, { CC: "false" }, "--installed")).toEqual({ ...silent, stdout: `native kernels: ${sets}\n` });
  });
});
