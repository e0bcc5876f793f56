import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

// What needs pandas, Polars and DuckDB: some 150 MB from PyPI, in a virtual environment that is made first.
export default defineConfig({
  test: {
    include: ["test/python/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000, // installs from PyPI
    ...inCi("test-report-python.json"),
  },
});
