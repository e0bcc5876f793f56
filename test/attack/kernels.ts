import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exited } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = "native/build/kernels.node";
const HANG_MS = 120_000; // the machine may be busy

let copy: string | undefined;
/** The built program in another folder, whose kernels may be damaged. */
function builtCopy(): string {
  if (copy !== undefined) return copy;
  copy = temporaryFolder();
  for (const part of ["bin", "dist", "configs", "package.json"])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  mkdirSync(join(copy, "native/build"), { recursive: true });
  return copy;
}

/** Puts the whole binary and its manifest into the copy again. */
function repair(): void {
  for (const path of [BINARY, `${BINARY}.json`]) {
    rmSync(join(builtCopy(), path), { recursive: true, force: true });
    copyFileSync(join(ROOT, path), join(builtCopy(), path));
  }
}

type Damage = (path: string, random: () => number) => string;

/** Each says what it did to a file. */
const DAMAGES: readonly Damage[] = [
  (path, random) => {
    const size = wholeBetween(0, 2 * readFileSync(path).length, random);
    truncateSync(path, size);
    return `has ${size} bytes`;
  },
  (path, random) => {
    const bytes = readFileSync(path);
    const at = wholeBetween(0, bytes.length, random);
    writeFileSync(path, bytes.with(at, wholeBetween(0, 256, random)));
    return `has another byte ${at}`;
  },
  (path) => {
    rmSync(path);
    return "is gone";
  },
  (path) => {
    rmSync(path);
    mkdirSync(path);
    return "is a folder";
  },
  (path) => {
    rmSync(path);
    execFileSync("mkfifo", [path]);
    return "is a pipe";
  },
  (path) => {
    rmSync(path);
    symlinkSync("/dev/zero", path);
    return "is /dev/zero";
  },
];

const SWEEP = ["sweep", "smoke", "--runs", "1", "--models", "mmoe", "--steps", "60", "--out"];
const LINE = /^(?:native kernels can't be loaded|there are no native kernels for).*; training on WebAssembly, .*\n/;

/** Starts the copy; how it ended, and what it trained. */
async function trained(...more: string[]) {
  const out = join(temporaryFolder(), "out");
  const bin = join(builtCopy(), "bin/mmoe.js");
  const child = spawn(process.execPath, [bin, ...SWEEP, out, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
  const end = await exited(child);
  clearTimeout(timer);
  return { ...end, curves: existsSync(join(out, "curves.csv")) ? readFileSync(join(out, "curves.csv"), "utf8") : "" };
}

let whole: string | undefined;

export const kernels: Fault = {
  name: "kernels",
  about:
    "native kernels truncated, changed, replaced by folders and devices: the same numbers, one line at most, no hang",
  share: 2,
  lacking: () => (existsSync(join(ROOT, `${BINARY}.json`)) ? undefined : "native kernels were not compiled here"),
  async attempt(random) {
    repair();
    whole ??= (await trained()).curves;
    const path = oneOf([BINARY, `${BINARY}.json`], random);
    const isAsked = random() < 0.3;
    const damage = oneOf(DAMAGES, random)(join(builtCopy(), path), random);
    const { code, signal, stderr, curves } = await trained(...(isAsked ? ["--kernels", "wasm"] : []));
    const what = `${path} ${damage}${isAsked ? ", --kernels wasm" : ""}: exit ${code ?? signal}: ${stderr}`;
    if (code !== 0) return what;
    if (curves !== whole) return `${what}, other numbers`;
    const others = isAsked ? stderr : stderr.replace(LINE, "");
    return /^\S+: 2 runs on cpu \(\w+\)\n$/.test(others) ? undefined : `${what}, not one line`;
  },
};
