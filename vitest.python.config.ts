import { defineConfig } from "vitest/config";

// What needs pandas, Polars and DuckDB: some 150 MB from PyPI, in a virtual environment that is made first.
export default defineConfig({
  test: {
    include: ["test/python/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000, // installs from PyPI
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report-python.json" }]] : ["default"],
  },
});
