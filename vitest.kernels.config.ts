import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

/** Native kernels as they are compiled for people: by sanitizers, zig and no compiler, for Linux of all kinds. */
export default defineConfig({
  test: {
    include: ["test/kernels/**/*.test.ts"],
    testTimeout: 600_000, // another processor is emulated
    hookTimeout: 600_000, // installs zig and an emulator
    fileParallelism: false, // compilers take all cores
    ...inCi("test-report-kernels.json"),
  },
});
