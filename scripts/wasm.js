// Compiles the kernels to WebAssembly by zig, into the committed kernels.wasm beside their source. `npm run kernels:wasm`
// calls it after a change; tests tell where it was forgotten.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isCurrent, place, sha256 } from "./kernel-manifest.js";
import { FLAGS, SOURCES } from "./native.js";
import { installZig } from "./zig.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** The modules of WebAssembly: each is compiled from the wasm.c beside it. */
export const MODULES = ["src/engines/rows/kernels/kernels.wasm", "src/engines/cpu/kernels/kernels.wasm"];

const WASM_FLAGS = [
  ...["-target", "wasm32-freestanding", "-msimd128", "-mbulk-memory", "-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all"],
  "-fno-delete-null-pointer-checks", // linear memory begins at 0
  ...["-Wl,--import-memory", "-Wl,-z,stack-size=32768"], // the stack is first: src/engines/rows/arena.ts
];

/** Compiles a file, a path from the root, to the module `to`. */
export async function compileWasm(source, to) {
  const [program, ...words] = await installZig();
  await run(program, [...words, "cc", ...FLAGS, ...WASM_FLAGS, source, "-o", to], { cwd: root });
}

/** Whether a committed module is made of the source as it is now. */
export const isCommitted = (module) => isCurrent(join(root, module), { inputs: inputs() });

/** A hash of what the modules are made from. */
function inputs() {
  const files = [...SOURCES, "scripts/zig.txt"].map((path) => [path, readFileSync(join(root, path), "utf8")]);
  return sha256(JSON.stringify([files, FLAGS, WASM_FLAGS]));
}

async function main() {
  const folder = mkdtempSync(join(root, "native/build/wasm-"));
  try {
    for (const [i, module] of MODULES.entries()) {
      const made = join(folder, `${i}.wasm`);
      await compileWasm(module.replace("kernels.wasm", "wasm.c"), made);
      place(made, join(root, module), { inputs: inputs() });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
