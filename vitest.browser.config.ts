import { defineConfig } from "vitest/config";
import { inCi } from "./test/support/in-ci.ts";

/** Tests that need a browser, Debian's chromium: scripts/install-chromium.sh. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 300_000, // pictures of whole pages, drawn without a graphics card
    hookTimeout: 300_000,
    ...inCi("test-report-browser.json"),
  },
});
