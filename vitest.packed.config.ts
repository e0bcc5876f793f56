import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

/** What a user has of the package: its tarball, installed away from the checkout. */
export default defineConfig({
  test: {
    include: ["test/packed/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000, // installs from npm
    ...inCi("test-report-packed.json"),
  },
});
