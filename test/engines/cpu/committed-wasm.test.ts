import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isCommitted, MODULES } from "../../../scripts/wasm.js";
import { FIRST_FREE } from "../../../src/engines/rows/arena.ts";
import { WasmInstance } from "../../../src/engines/rows/kernel-memory.ts";

describe.each(MODULES)("the committed %s", (path) => {
  test("is made of the kernels' source as it is now (else npm run kernels:wasm)", () => {
    expect(isCommitted(path)).toBe(true);
  });

  test("has its constants below the addresses that plans give away", () => {
    const { memory } = new WasmInstance(new WebAssembly.Module(readFileSync(join(path))));
    const used = new Uint8Array(memory.buffer).findLastIndex((byte) => byte !== 0);
    expect(used).toBeGreaterThan(32_768); // the stack
    expect(used).toBeLessThan(FIRST_FREE);
  });
});
