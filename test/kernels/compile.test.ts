// scripts/native.js, which compiles the native kernels in a clone, if the machine has a C compiler.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/effects.ts";
import { ROOT } from "./bits-program.ts";

let clone = "";
beforeAll(() => {
  clone = newClone();
});

/** What of a clone the script reads. */
function newClone(): string {
  const folder = temporaryFolder();
  for (const part of ["native", "scripts"]) {
    mkdirSync(join(folder, part));
    const files = readdirSync(join(ROOT, part)).filter((name) => /\.([ch]|js)$/.test(name));
    for (const name of files) copyFileSync(join(ROOT, part, name), join(folder, part, name));
  }
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

const silent = { status: 0, stdout: "", stderr: "" };
const sets = process.arch === "x64" ? "avx512, avx2" : "neon";

describe("npm run kernels:native", () => {
  test("compiles by cc, and says so in one line", () => {
    const line = `native kernels: ${sets}, compiled by cc\n`;
    expect(script(clone, { CC: undefined })).toEqual({ ...silent, stdout: line });
    expect(existsSync(binary(clone))).toBe(true);
  });

  test("compiles nothing again, and says nothing, until a file of native/ changes", () => {
    const before = statSync(binary(clone)).mtimeMs;
    expect(script(clone, { CC: "false" })).toEqual(silent);
    expect(statSync(binary(clone)).mtimeMs).toBe(before);
    const later = new Date(Date.now() + 1000);
    utimesSync(join(clone, "native/simd.h"), later, later);
    expect(script(clone, { CC: "false" }).stdout).toMatch(/^no native kernels: /);
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
