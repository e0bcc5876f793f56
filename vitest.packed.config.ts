import { defineConfig } from "vitest/config";

/** What a user has of the package: its tarball, installed away from the checkout. */
export default defineConfig({
  test: {
    include: ["test/packed/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000, // installs from npm
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report-packed.json" }]] : ["default"],
  },
});
