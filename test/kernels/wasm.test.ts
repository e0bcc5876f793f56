// The committed WebAssembly, which nobody compiles but who changes its source.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileWasm, MODULES } from "../../scripts/wasm.js";
import { temporaryFolder } from "../support/effects.ts";

test.each(MODULES)("zig compiles %s to the committed bytes", async (module) => {
  const made = join(temporaryFolder(), "kernels.wasm");
  await compileWasm(module.replace("kernels.wasm", "wasm.c"), made);
  expect(readFileSync(made).equals(readFileSync(module))).toBe(true);
});
