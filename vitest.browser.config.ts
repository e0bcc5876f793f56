import { defineConfig } from "vitest/config";

/** Tests that need a browser, Debian's chromium: scripts/install-chromium.sh. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 300_000, // pictures of whole pages, drawn without a graphics card
    hookTimeout: 300_000,
    retry: process.env.CI ? 1 : 0, // one of thousands, that the machine was too busy for
    reporters: process.env.CI ? ["default", ["json", { outputFile: "test-report-browser.json" }]] : ["default"],
  },
});
