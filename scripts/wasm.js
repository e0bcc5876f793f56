// Compiles the kernels to WebAssembly by zig, into the committed kernels.wasm beside their source. `npm run kernels:wasm`
// calls it after a change; a test compiles again and compares.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FLAGS } from "./native.js";
import { installZig } from "./zig.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** The folders with a module of WebAssembly, wasm.c. */
export const MODULES = ["src/engines/rows/kernels", "src/engines/cpu/kernels"];

export const WASM_FLAGS = [
  ...["-target", "wasm32-freestanding", "-msimd128", "-mbulk-memory", "-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all"],
  "-fno-delete-null-pointer-checks", // linear memory begins at 0
  ...["-Wl,--import-memory", "-Wl,-z,stack-size=32768"], // and with the stack: src/engines/rows/arena.ts
];

/** Compiles a module's source, paths from the root, to the file `to`. */
export async function compileWasm(source, to) {
  const [program, ...words] = await installZig();
  await run(program, [...words, "cc", ...FLAGS, ...WASM_FLAGS, source, "-o", to], { cwd: root });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const folder of MODULES) await compileWasm(`${folder}/wasm.c`, join(root, folder, "kernels.wasm"));
