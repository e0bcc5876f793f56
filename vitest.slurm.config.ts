import { defineConfig } from "vitest/config";

/** Tests that need a Slurm cluster, which they start on this machine: scripts/slurm. */
export default defineConfig({
  test: {
    include: ["test/slurm/**/*.test.ts"],
    testTimeout: 150_000,
    hookTimeout: 240_000, // may install Slurm
    retry: process.env.CI ? 1 : 0, // one of thousands, that the machine was too busy for
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report-slurm.json" }]] : ["default"],
  },
});
