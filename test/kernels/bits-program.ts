import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MODULES } from "../../scripts/wasm.js";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The programs of this folder as JavaScript, in a folder of their own with WebAssembly's kernels, and with the binary
 * `from` as the only native ones, in their `place`. Gives the folder; it lies below node_modules' own.
 */
export function bitsProgram(name: string, place: string, from: string): string {
  const folder = join(ROOT, "test-output", name);
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  execFileSync(tsc, ["-p", join(ROOT, "test/kernels/tsconfig.bits.json"), "--outDir", folder]);
  for (const path of MODULES) copy(join(ROOT, path), join(folder, path));
  for (const end of ["", ".json"]) copy(from + end, join(folder, place) + end);
  return folder;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
