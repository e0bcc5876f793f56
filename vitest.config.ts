import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/slurm/**",
      "test/browser/**",
      "test/native/**",
      "test/packed/**",
      "test/kernels/**",
      "test/python/**",
    ], // those need more than Node
    maxWorkers: "100%", // many tests wait for processes that they start
    server: { deps: { external: [/\/mmoe-test-/] } }, // users' files: Node loads them, as it will
    env: { XDG_CACHE_HOME: fileURLToPath(new URL("test-output/cache", import.meta.url)) }, // not the user's
    testTimeout: 300_000, // some train a sweep, and the machine may be busy
    hookTimeout: 300_000,
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report.json" }]] : ["default"],
  },
});
