import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

/** Tests that need a Slurm cluster, which they start on this machine: scripts/slurm. */
export default defineConfig({
  test: {
    include: ["test/slurm/**/*.test.ts"],
    testTimeout: 150_000,
    hookTimeout: 240_000, // may install Slurm
    ...inCi("test-report-slurm.json"),
  },
});
