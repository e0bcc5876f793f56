import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { place } from "../../../scripts/kernel-manifest.js";
import { isCommitted, MODULES } from "../../../scripts/wasm.js";
import { FIRST_FREE } from "../../../src/engines/rows/arena.ts";
import { WasmInstance } from "../../../src/engines/rows/kernel-memory.ts";
import { temporaryFolder } from "../../support/effects.ts";

test("place(from, to) makes a file that git knows as no program, whatever the linker made", () => {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, "made"), join(folder, "kernels.wasm")];
  writeFileSync(from, "code", { mode: 0o755 });
  place(from, to, { inputs: "hash" });
  expect([to, `${to}.json`].map((path) => statSync(path).mode & 0o111)).toEqual([0, 0]);
  expect(readFileSync(to, "utf8")).toBe("code");
});

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
