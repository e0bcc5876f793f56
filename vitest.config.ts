import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { DIST_WORKERS } from "./test/support/fresh-dist.ts";
import { inCi } from "./test/support/in-ci.ts";
import { testFiles } from "./test/support/own-process.ts";

/** Tests that need more than Node, or long. */
const APART = ["slurm", "browser", "native", "packed", "kernels", "python", "soak", "structure"];
const globalSetup = "test/support/fresh-dist.ts";
const { alone, together } = testFiles("test", APART);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "structure", include: ["test/structure/**/*.test.ts"] } }, // reads files, needs no build
      { extends: true, test: { name: "alone", include: alone, globalSetup } },
      { extends: true, test: { name: "together", include: together, globalSetup, isolate: false } }, // and what they import
    ],
    update: "none", // a snapshot that is missing fails; -u writes it
    maxWorkers: "100%", // many tests wait for processes that they start
    server: { deps: { external: [/\/mmoe-test-/] } }, // users' files: Node loads them, as it will
    alias: [DIST_WORKERS],
    env: { XDG_CACHE_HOME: fileURLToPath(new URL("test-output/cache", import.meta.url)) }, // not the user's
    testTimeout: 300_000, // some train a sweep, and the machine may be busy
    hookTimeout: 300_000,
    ...inCi("test-report.json"),
  },
});
