import { defineConfig } from "vitest/config";

/** Native kernels as they are compiled for people: by sanitizers, zig and no compiler, for Linux of all kinds. */
export default defineConfig({
  test: {
    include: ["test/kernels/**/*.test.ts"],
    testTimeout: 600_000, // another processor is emulated
    hookTimeout: 600_000, // installs zig and an emulator
    fileParallelism: false, // compilers take all cores
    retry: process.env.CI ? 1 : 0, // one of thousands, that the machine was too busy for
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report-kernels.json" }]] : ["default"],
  },
});
