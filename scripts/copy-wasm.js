// Puts the committed WebAssembly beside the compiled modules that load it.
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const folder of ["engines/rows/kernels", "engines/cpu/kernels"])
  cpSync(`${root}src/${folder}/kernels.wasm`, `${root}dist/${folder}/kernels.wasm`);
